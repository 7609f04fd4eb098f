"""Security rules: the contract's `Rule` and EC2's IpPermissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..contract import Direction, Protocol, Rule

_PROTOCOLS = {Protocol.TCP: "tcp", Protocol.UDP: "udp", Protocol.ICMP: "icmp", Protocol.ALL: "-1"}
_KNOWN = {there: here for here, there in _PROTOCOLS.items()} | {
    "6": Protocol.TCP,
    "17": Protocol.UDP,
    "1": Protocol.ICMP,
}


def permissions(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """IpPermissions, one per rule."""
    return [_permission(rule) for rule in dict.fromkeys(rules)]


def shown(group: dict[str, Any]) -> tuple[Rule, ...]:
    """The rules of the contract's kind: a protocol that it knows, and addresses. All else is in `others`."""
    inbound = _told(Direction.INBOUND, group.get("IpPermissions", []))
    return (*inbound, *_told(Direction.OUTBOUND, group.get("IpPermissionsEgress", [])))


def others(group: dict[str, Any]) -> dict[str, list[Any]]:
    """What `shown` cannot express, as EC2 tells it."""
    found = {
        member: [one for one in group.get(member, []) if _extra(one)]
        for member in ("IpPermissions", "IpPermissionsEgress")
    }
    return {member: extra for member, extra in found.items() if extra}


def _permission(rule: Rule) -> dict[str, Any]:
    ipv6 = ":" in rule.cidr
    permission: dict[str, Any] = {
        "IpProtocol": _PROTOCOLS[rule.protocol],
        "Ipv6Ranges" if ipv6 else "IpRanges": [{"CidrIpv6" if ipv6 else "CidrIp": rule.cidr}],
    }
    if rule.protocol is not Protocol.ALL:
        permission |= {"FromPort": rule.from_port, "ToPort": rule.to_port}
    return permission


def _told(direction: Direction, given: list[dict[str, Any]]) -> Iterator[Rule]:
    for permission in given:
        if _known(permission):
            ports = permission.get("FromPort", -1), permission.get("ToPort", -1)
            for cidr in _cidrs(permission):
                yield Rule(direction, _KNOWN[permission["IpProtocol"]], *ports, cidr)


def _known(permission: dict[str, Any]) -> bool:
    """EC2 tells ICMP's type and code as ports."""
    every_icmp = permission.get("FromPort", -1) == -1
    return permission["IpProtocol"] in _KNOWN and (permission["IpProtocol"] not in ("icmp", "1") or every_icmp)


def _cidrs(permission: dict[str, Any]) -> list[str]:
    return [one["CidrIp"] for one in permission.get("IpRanges", [])] + [
        one["CidrIpv6"] for one in permission.get("Ipv6Ranges", [])
    ]


def _extra(permission: dict[str, Any]) -> bool:
    about_others = permission.get("UserIdGroupPairs") or permission.get("PrefixListIds")
    return bool(about_others) or not _known(permission)
