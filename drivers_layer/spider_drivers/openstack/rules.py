"""Security rules: the contract's `Rule` and neutron's security group rules."""

from __future__ import annotations

from dataclasses import replace

from ..contract import Direction, Protocol, Rule
from .calls import Thing

_DIRECTIONS = {Direction.INBOUND: "ingress", Direction.OUTBOUND: "egress"}
_KNOWN = {
    "tcp": Protocol.TCP,
    "6": Protocol.TCP,
    "udp": Protocol.UDP,
    "17": Protocol.UDP,
    "icmp": Protocol.ICMP,
    "1": Protocol.ICMP,
    "ipv6-icmp": Protocol.ICMP,
    "icmpv6": Protocol.ICMP,
    "58": Protocol.ICMP,
    "any": Protocol.ALL,
    "0": Protocol.ALL,
    "": Protocol.ALL,
}
# There is no port 0, and neutron forgets this range: no ports are every port.
_EVERY_PORT = 1, 65535
_ANYWHERE = {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}


def normal(rule: Rule) -> Rule:
    """One spelling of all that mean the same to neutron. Raises Invalid."""
    rule = rule.normal()
    return replace(rule, from_port=1) if (rule.from_port, rule.to_port) == (0, 65535) else rule


def member(rule: Rule, group: str) -> Thing:
    """A normal rule as neutron takes it."""
    ipv6 = ":" in rule.cidr
    protocols = {
        Protocol.TCP: "tcp",
        Protocol.UDP: "udp",
        Protocol.ICMP: "ipv6-icmp" if ipv6 else "icmp",
        Protocol.ALL: None,
    }
    ported = rule.protocol in (Protocol.TCP, Protocol.UDP) and (rule.from_port, rule.to_port) != _EVERY_PORT
    return {
        "security_group_id": group,
        "direction": _DIRECTIONS[rule.direction],
        "ethertype": "IPv6" if ipv6 else "IPv4",
        "protocol": protocols[rule.protocol],
        "port_range_min": rule.from_port if ported else None,
        "port_range_max": rule.to_port if ported else None,
        "remote_ip_prefix": rule.cidr,
    }


def told(found: Thing) -> Rule | None:
    """None for what the contract has no words for: another protocol, one type of ICMP, a group at the other end."""
    protocol = _KNOWN.get(str(found.get("protocol") or "").lower())
    ports = found.get("port_range_min"), found.get("port_range_max")
    if protocol is None or found.get("remote_group_id") or found.get("remote_address_group_id"):
        return None
    if protocol in (Protocol.ICMP, Protocol.ALL):
        if ports != (None, None):
            return None
        first, last = -1, -1
    else:
        first, last = (int(port) if port is not None else every for port, every in zip(ports, _EVERY_PORT, strict=True))
    direction = Direction.INBOUND if found["direction"] == "ingress" else Direction.OUTBOUND
    cidr = found.get("remote_ip_prefix") or _ANYWHERE[found.get("ethertype") or "IPv4"]
    return normal(Rule(direction, protocol, first, last, cidr))


def shown(group: Thing) -> dict[Rule, list[str]]:
    """The rules of the contract's kind, each with the ids of neutron's that say it."""
    found: dict[Rule, list[str]] = {}
    for one in group.get("security_group_rules", ()):
        rule = told(one)
        if rule:
            found.setdefault(rule, []).append(one["id"])
    return found


def others(group: Thing) -> list[Thing]:
    """What `shown` cannot express."""
    return [one for one in group.get("security_group_rules", ()) if told(one) is None]
