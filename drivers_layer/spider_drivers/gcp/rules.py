"""Security rules: the contract's `Rule` and firewalls of Compute Engine."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from ..contract import Direction, Protocol, Rule
from .calls import Thing

_PROTOCOLS = {Protocol.TCP: "tcp", Protocol.UDP: "udp", Protocol.ICMP: "icmp", Protocol.ALL: "all"}
_KNOWN = {there: here for here, there in _PROTOCOLS.items()} | {
    "6": Protocol.TCP,
    "17": Protocol.UDP,
    "1": Protocol.ICMP,
}
_DIRECTIONS = {Direction.INBOUND: "INGRESS", Direction.OUTBOUND: "EGRESS"}
_RANGES = {Direction.INBOUND: "sourceRanges", Direction.OUTBOUND: "destinationRanges"}
_EVERY_PORT = 0, 65535
_SUFFIX = 5

ANYWHERE = "0.0.0.0/0"


def name_of(group: str, rule: Rule) -> str:
    """Of a rule's firewall: the same for the same rule, so that it cannot be there twice."""
    words = f"{rule.direction} {rule.protocol} {rule.from_port} {rule.to_port} {rule.cidr}"
    digest = base64.b32encode(hashlib.sha256(words.encode()).digest()).decode().lower()
    return f"{group}-{digest[:_SUFFIX]}"


def members(rule: Rule) -> Thing:
    """What of a firewall says a rule."""
    allowed: Thing = {"IPProtocol": _PROTOCOLS[rule.protocol]}
    if rule.protocol in (Protocol.TCP, Protocol.UDP) and (rule.from_port, rule.to_port) != _EVERY_PORT:
        one = rule.from_port == rule.to_port
        allowed["ports"] = [str(rule.from_port) if one else f"{rule.from_port}-{rule.to_port}"]
    return {
        "direction": _DIRECTIONS[rule.direction],
        "allowed": [allowed],
        _RANGES[rule.direction]: [rule.cidr],
    }


def shown(firewall: Thing) -> tuple[Rule, ...]:
    """The rules of the contract's kind: what it allows, by addresses, while it is in force."""
    direction = Direction.OUTBOUND if firewall.get("direction") == "EGRESS" else Direction.INBOUND
    by_others = any(firewall.get(member) for member in ("sourceTags", "sourceServiceAccounts"))
    if firewall.get("disabled") or (by_others and not firewall.get(_RANGES[direction])):
        return ()
    ranges = firewall.get(_RANGES[direction]) or [ANYWHERE]
    told = [
        Rule(direction, protocol, *ports, cidr)
        for allowed in firewall.get("allowed", ())
        for protocol, ports in _told(allowed)
        for cidr in ranges
    ]
    return tuple(dict.fromkeys(told))


def _told(allowed: Thing) -> Iterator[tuple[Protocol, tuple[int, int]]]:
    protocol = _KNOWN.get(str(allowed.get("IPProtocol", "")).lower())
    if protocol in (Protocol.ALL, Protocol.ICMP):
        yield protocol, (-1, -1)
    elif protocol:
        for ports in allowed.get("ports") or ["0-65535"]:
            first, _, last = ports.partition("-")
            yield protocol, (int(first), int(last or first))
