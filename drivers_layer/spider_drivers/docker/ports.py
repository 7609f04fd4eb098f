"""Which ports of a container are published. Docker has no groups: this is all that their rules can do here."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..contract import Direction, Protocol, Rule
from .address import LOOPBACK

SSH = "22/tcp"
_HERE = ipaddress.IPv4Network("127.0.0.0/8")


@dataclass
class Published:
    """`bindings`: HostConfig.PortBindings, on free ports of the host. `closed`: ports that no rule opens."""

    bindings: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)


def published(ports: Iterable[str], rules: Sequence[Rule], listen_ip: str) -> Published:
    """`ports`: as `22/tcp`. `listen_ip`: for what anybody may reach ("": every address of the host).

    Docker cannot tell callers apart by their address. A rule for anything narrower than 0.0.0.0/0 opens nothing, but
    for one for the host itself (127.0.0.0/8), to which a port can be bound.
    """
    answer = Published()
    for port in sorted(set(ports)):
        opening = [_network(rule) for rule in rules if _covers(rule, port)]
        if any(network.prefixlen == 0 for network in opening):
            answer.bindings[port] = [{"HostIp": listen_ip, "HostPort": ""}]
        elif any(network.subnet_of(_HERE) for network in opening):
            answer.bindings[port] = [{"HostIp": LOOPBACK, "HostPort": ""}]
        else:
            answer.closed.append(port)
    return answer


def reached(ports: Iterable[dict[str, Any]]) -> dict[str, tuple[str, int]]:
    """Of a container in the Engine's list: published port -> address and port of the host, by IPv4 where it can be."""
    found: dict[str, tuple[str, int]] = {}
    for port in sorted(ports, key=lambda port: ":" in port.get("IP", "")):
        if port.get("PublicPort"):
            name = f"{port['PrivatePort']}/{port['Type']}"
            found.setdefault(name, (port.get("IP", ""), int(port["PublicPort"])))
    return found


def _covers(rule: Rule, port: str) -> bool:
    """Whether it is about this port, of IPv4, inbound."""
    number, _, protocol = port.partition("/")
    if rule.direction is not Direction.INBOUND or ":" in rule.cidr:
        return False
    if rule.protocol is Protocol.ALL:
        return True
    return rule.protocol.lower() == protocol and (rule.from_port == -1 or rule.from_port <= int(number) <= rule.to_port)


def _network(rule: Rule) -> ipaddress.IPv4Network:
    return ipaddress.IPv4Network(rule.cidr, strict=False)
