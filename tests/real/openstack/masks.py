"""What two recordings of one session may differ in: ids, times, addresses, and what was made at random. Each is put
as a word in angle brackets; ids as the kind of the thing that bears them, so that a reference to a wrong kind shows."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from .exchange import Exchange

_ID = re.compile(r"\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}(?:[0-9a-f]{24})?)\b")
_OTHERS = (
    (re.compile(r"\breq-<[a-z_]+>"), "<request>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]00:00)?"), "<time>"),
    (re.compile(r"\b(?:[0-9a-f]{2}:){15}[0-9a-f]{2}\b"), "<fingerprint>"),
    (re.compile(r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b"), "<mac>"),
    (re.compile(r"https?://127\.0\.0\.1:\d+"), "<cloud>"),
    (re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?!/\d)"), "<address>"),
    (re.compile(r"ssh-(?:ed25519|rsa) [A-Za-z0-9+/=]+(?: [\w@.-]+)?"), "<public key>"),
    (re.compile(r"\bspider-[0-9a-f]{6}\b"), "spider-<run>"),
    (re.compile(r"\bgAAAA[\w=-]{40,}"), "<token>"),
)
# Made at random, the account's own, or a row's number.
_RANDOM = {
    "adminPass": "<password>",
    "audit_ids": ["<audit>"],
    "hostId": "<host>",
    "password": "<password>",
    "standard_attr_id": "<number>",
}
_ACCOUNT = ("project", "user")
# What of a catalogue Spider asks for, and the roles that it needs; a cloud may have more.
_SERVICES = ("compute", "identity", "image", "network")
_ROLES = ("member", "reader")


def kinds(exchanges: list[Exchange]) -> dict[str, str]:
    """Of all ids that answers show as such, by the member in which the thing stands: {"networks": [{"id": …}]}."""
    known: dict[str, str] = {}
    for exchange in exchanges:
        for member, one in _things(exchange.answer):
            if isinstance(one.get("id"), str):
                known.setdefault(one["id"], member.removesuffix("s"))
    return known


def _things(answer: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for member, value in answer.items() if isinstance(answer, dict) else ():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield member, one
    if isinstance(answer, dict) and str(answer.get("self", "")).startswith("/v2/images/"):
        yield "image", answer


def masked(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        if "security_group_rules" in value:
            # Neutron counts a call once or once for each rule, as its memory has just been cleared or not.
            value = {**value, "revision_number": "<number>"}
        return {_text(name, known): _member(name, one, known) for name, one in value.items()}
    if isinstance(value, list):
        # Their order says nothing: OpenStack sorts by ids, which are random.
        return sorted((masked(one, known) for one in value), key=partial(json.dumps, sort_keys=True))
    return _text(value, known) if isinstance(value, str) else value


def _member(name: str, value: Any, known: dict[str, str]) -> Any:
    if name in _RANDOM and isinstance(value, (str, int, list)) and value:
        return _RANDOM[name]
    if name == "id" and isinstance(value, int):
        return "<number>"
    if name in _ACCOUNT and isinstance(value, dict) and "name" in value:
        value = {**value, "name": "<name>"}
    if name == "catalog":
        value = [service for service in value if service["type"] in _SERVICES]
    if name == "roles":
        value = [role for role in value if role["name"] in _ROLES]
    if name == "user_data" and isinstance(value, str):
        return _text(base64.b64decode(value).decode(errors="replace"), known)
    return masked(value, known)


def _text(text: str, known: dict[str, str]) -> str:
    text = _ID.sub(lambda found: f"<{known.get(found[0], 'id')}>", text)
    for pattern, word in _OTHERS:
        text = pattern.sub(word, text)
    return text
