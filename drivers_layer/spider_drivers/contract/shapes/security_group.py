"""Security groups and their rules."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum

from ..capability import Capability
from ..errors import Invalid
from . import NOWHERE, Iid, Ref, iid, of_kind


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Protocol(StrEnum):
    TCP = "TCP"
    UDP = "UDP"
    ICMP = "ICMP"
    ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Rule:
    """Ports are 0 to 65535, or -1 and -1 where the protocol (ICMP, ALL) has none."""

    direction: Direction
    protocol: Protocol
    from_port: int
    to_port: int
    cidr: str = "0.0.0.0/0"

    def normal(self) -> Rule:
        """One spelling of all that mean the same: ALL has no ports, TCP and UDP without ports mean every port, a CIDR
        has no host bits. Raises Invalid."""
        ports = (self.from_port, self.to_port)
        if self.protocol is Protocol.ALL:
            ports = (-1, -1)
        elif self.protocol is Protocol.ICMP and ports != (-1, -1):
            raise Invalid("a rule for ICMP has no ports (-1 and -1)", field="rules")
        elif self.protocol is not Protocol.ICMP and self.from_port == -1:
            ports = (0, 65535)
        try:
            cidr = str(ipaddress.ip_network(self.cidr, strict=False))
        except ValueError as error:
            raise Invalid(str(error), field="rules") from None
        return Rule(self.direction, self.protocol, *ports, cidr)


# What most clouds give a new group by themselves; a group that is to let nothing more out must be without it.
EVERYTHING_OUT = Rule(Direction.OUTBOUND, Protocol.ALL, -1, -1)


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    iid: Iid
    vpc: Iid = of_kind("vpc", default=NOWHERE)
    rules: tuple[Rule, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecurityGroupRequest:
    name: str
    vpc: Ref = of_kind("vpc")
    rules: tuple[Rule, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    def check(self, capability: Capability) -> None:
        """Rules are checked where they are read."""

    def expected(self) -> SecurityGroup:
        return SecurityGroup(Iid(self.name, ""), iid(self.vpc), self.rules, self.tags)


@dataclass(frozen=True, slots=True)
class RulesRequest:
    """Rules to add to a security group, or to take from it."""

    rules: tuple[Rule, ...]
