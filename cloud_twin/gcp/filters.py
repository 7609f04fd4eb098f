"""Filters of lists: `name eq regex`, and `name = x AND labels.k:v`. All others are refused, never passed over.

"filter" of the reference, and what is known of the real service: it has atomic members only, none of lists
(googleapis/google-api-go-client#1019, #815), no `eq` beside another condition (googleapis/nodejs-compute#48), and takes
an asterisk at the end of a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .errors import GceError, invalid_field

Test = Callable[[Mapping[str, Any]], bool]

_EVERYWHERE = "creationTimestamp description id kind name selfLink"
_MEMBERS = {
    "disks": "architecture sizeGb sourceImage sourceImageId status type zone",
    "firewalls": "direction disabled network priority",
    "images": "architecture archiveSizeBytes deprecated.state diskSizeGb family sourceType status",
    "instances": "canIpForward cpuPlatform deletionProtection lastStartTimestamp lastStopTimestamp machineType "
    "scheduling.automaticRestart scheduling.onHostMaintenance scheduling.preemptible startRestricted status zone",
    "machineTypes": "architecture guestCpus isSharedCpu memoryMb zone",
    "networks": "autoCreateSubnetworks mtu routingConfig.routingMode",
    "regions": "status",
    "routes": "destRange network priority",
    "subnetworks": "gatewayAddress ipCidrRange network privateIpGoogleAccess purpose region stackType",
    "zones": "region status",
}
_OPERATIONS = (
    "clientOperationId endTime insertTime operationType progress startTime status targetId targetLink user zone"
)
_LABELLED = ("disks", "images", "instances")
_OLD = re.compile(r"(?P<member>[\w.-]+)\s+(?P<sign>eq|ne)\s+(?P<value>\"[^\"]*\"|'[^']*'|\S+)")
_NEW = re.compile(r"(?P<member>[\w.-]+)\s*(?P<sign>!=|=|:)\s*(?P<value>\"[^\"]*\"|[^\s()\"'*]*\*?)")


def read(text: str, kind: str) -> Test:
    """`kind`: the collection's word. Raises GceError."""
    text = text.strip()
    if not text:
        return lambda _: True
    bare = _bare(text)
    if (old := _OLD.fullmatch(bare)) and old["value"] != "AND":
        return _matching(text, kind, old)
    tests = [_comparing(text, kind, part) for part in re.split(r"\s+AND\s+|(?<=\))\s+(?=\()", text)]
    return lambda one: all(test(one) for test in tests)


def _matching(text: str, kind: str, found: re.Match[str]) -> Test:
    """A regular expression (RE2 there) that the whole value must match."""
    member, wanted = _known(text, kind, found["member"]), found["sign"] == "eq"
    try:
        pattern = re.compile(found["value"].strip("\"'"))
    except re.error:
        raise _refused(text) from None
    return lambda one: bool(pattern.fullmatch(_value(one, member) or "")) == wanted


def _comparing(text: str, kind: str, part: str) -> Test:
    found = _NEW.fullmatch(_bare(part))
    if not found or not found["value"]:
        raise _refused(text)
    member, sign = _known(text, kind, found["member"]), found["sign"]
    value, starts = found["value"].strip('"'), found["value"].endswith("*")
    if value == "*":
        return lambda one: (_value(one, member) is not None) == (sign != "!=")
    if starts:
        return lambda one: (_value(one, member) or "").startswith(value[:-1]) == (sign != "!=")
    if sign == ":":
        return lambda one: value in (_value(one, member) or "")
    return lambda one: (_value(one, member) == value) == (sign == "=")


def _known(text: str, kind: str, member: str) -> str:
    members = _OPERATIONS if kind.endswith("Operations") else _MEMBERS.get(kind, "")
    if member in f"{_EVERYWHERE} {members}".split() or (kind in _LABELLED and member.startswith("labels.")):
        return member
    raise _refused(text)


def _value(one: Mapping[str, Any], member: str) -> str | None:
    """As text; None where it is not there."""
    inner: Any = one
    for name in member.split(".", 1):
        inner = inner.get(name) if isinstance(inner, Mapping) else None
    if isinstance(inner, bool):
        return str(inner).lower()
    return None if inner is None else str(inner)


def _bare(text: str) -> str:
    """Without the one pair of parentheses around it."""
    text = text.strip()
    return text[1:-1].strip() if re.fullmatch(r"\([^()]*\)", text) else text


def _refused(text: str) -> GceError:
    return invalid_field("filter", text, "Invalid list filter expression.")
