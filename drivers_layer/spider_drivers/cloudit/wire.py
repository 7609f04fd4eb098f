"""How Cloudit is spoken to: which statuses say success, how a refusal reads, how members are spelled."""

from __future__ import annotations

import json
from typing import Any

import httpx

from ..contract.exchange import READS, Answered
from ..contract.throttling import retry_after

TOO_FAST = 429
# Those that clients of Cloudit take for success. A POST or DELETE may answer with an empty body.
_SUCCESS = {"GET": (200,), "POST": (201, 202), "PUT": (201, 202), "PATCH": (200, 204), "DELETE": (202, 204)}
_SHOWN = 1000

# Members of Cloudit's objects. Their case is not certain (clients compare them without it), so that they are read in
# this one, whatever was sent.
_MEMBERS = """
id name state description protection creator createdAt tenantId code message error msg
addr prefix gateway netmask nicCount vlan ip privateIp vmName
rules rulesCount secgroupId type port target protocol secgroups secgroupMapInfo secgroup_id
cpu mem disk gpu enabled os arch template templateId spec specId osType hostName rootPassword subnetAddr
cpuNum memSize adaptiveIp macAddr volumeId volumeSize clusterId clusterName sshPublicKey sshKeyName
templateOwnership templateType ownership format size poolId poolName
"""
_SPELLING = {name.lower(): name for name in _MEMBERS.split()}


class Broken(ValueError):
    """An answer of success that is no JSON."""


def read(response: httpx.Response) -> Any:
    """None for an empty body, which no read has. Raises Broken."""
    if not response.content.strip():
        if response.request.method in READS:
            raise Broken("an empty body")
        return None
    try:
        return json.loads(response.content, object_pairs_hook=_spelled)
    except (ValueError, RecursionError):
        raise Broken(response.text.strip()[:_SHOWN]) from None


def refusal(response: httpx.Response) -> Answered | None:
    """None for a success. Its code is the body's, else the status in figures."""
    method, status = response.request.method, response.status_code
    if status in _SUCCESS[method]:
        return None
    try:
        told = read(response)
    except Broken:
        told = None
    text = response.text.strip()[:_SHOWN]
    code = str(status)
    if isinstance(told, dict):
        error = told["error"] if isinstance(told.get("error"), dict) else told
        code = _text(error, "code") or code
        text = _text(error, "message", "msg", "error") or text
    wait = retry_after(response.headers.get("Retry-After"))
    spoken = isinstance(told, dict) and status >= 300
    return Answered(status, code, text or f"Cloudit answered {status}", spoken, method in READS, wait)


def _text(told: dict[str, Any], *names: str) -> str:
    """The first of the members that is there."""
    for name in names:
        value = told.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value):
            return str(value)
    return ""


def _spelled(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {_SPELLING.get(name.lower(), name): value for name, value in pairs}
