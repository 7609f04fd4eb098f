"""VPCs and their subnets."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from ..capability import Capability
from ..errors import Invalid
from . import Iid


@dataclass(frozen=True, slots=True)
class Subnet:
    iid: Iid
    cidr: str
    zone: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vpc:
    iid: Iid
    cidr: str
    subnets: tuple[Subnet, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubnetRequest:
    name: str
    cidr: str
    zone: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    def expected(self) -> Subnet:
        return Subnet(Iid(self.name, ""), self.cidr, self.zone, self.tags)


@dataclass(frozen=True, slots=True)
class VpcRequest:
    name: str
    cidr: str
    subnets: tuple[SubnetRequest, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    def check(self, capability: Capability) -> None:
        """Raises Invalid when a subnet lies outside the VPC, or two overlap. Some clouds' VPCs have no CIDR."""
        if capability.vpc_cidr and not self.cidr:
            raise Invalid(f"a VPC on this cloud needs a CIDR: {self.name} has none", field="cidr")
        if capability.vpc_cidr:
            self._check_inside(ipaddress.IPv4Network(self.cidr))
        _check_apart(self.subnets)

    def _check_inside(self, whole: ipaddress.IPv4Network) -> None:
        for subnet in self.subnets:
            if not ipaddress.IPv4Network(subnet.cidr).subnet_of(whole):
                raise Invalid(
                    f"subnet '{subnet.name}' ({subnet.cidr}) lies outside its VPC ({self.cidr})",
                    field="subnets",
                )

    def expected(self) -> Vpc:
        subnets = tuple(subnet.expected() for subnet in self.subnets)
        return Vpc(Iid(self.name, ""), self.cidr, subnets, self.tags)


def _check_apart(subnets: Iterable[SubnetRequest]) -> None:
    ordered = sorted((ipaddress.IPv4Network(subnet.cidr), subnet.name) for subnet in subnets)
    for (first, name), (second, other) in pairwise(ordered):
        if first.overlaps(second):
            raise Invalid(f"subnets '{name}' ({first}) and '{other}' ({second}) overlap", field="subnets")
