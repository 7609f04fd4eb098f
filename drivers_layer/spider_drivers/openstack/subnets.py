"""Subnets: parts of a VPC, made with it or added later, each with an interface of the VPC's router."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from ..contract import Attempt, Iid, Invalid, NotFound, Part, Subnet, SubnetRequest, details
from . import building, marks, tags
from .calls import OpenStack, Thing, path
from .errors import Fields

SUBNETS = "network/subnets"
PART = "subnet "  # a subnet's part is this and its name
# As CB-Spider sets it: the DHCP servers of most clouds pass no questions on.
_NAME_SERVERS = ["8.8.8.8"]

# What a refusal is about, where the subnet is the request, and where it is one of a VPC's.
ALONE: Fields = ((r"NetworkNotFound", ""), (r"cidr|CIDR|overlap", "cidr"), (r"name", "name"))
OF_A_VPC: Fields = ((r"NetworkNotFound", ""), (r"cidr|CIDR|overlap|name", "subnets"))


@dataclass(frozen=True)
class Subnets:
    cloud: OpenStack

    def of(self, network: str) -> list[Thing]:
        return self.cloud.all(SUBNETS, network_id=network)

    def described(self, cloud_id: str) -> Thing:
        """Raises NotFound."""
        return dict(self.cloud.get(path(SUBNETS, cloud_id))["subnet"])

    def id_by_token(self, network: str, token: str, name: str) -> str | None:
        """Of the subnet of that name which the operation with this token has made."""
        if not token:
            return None
        made = self.cloud.all(SUBNETS, network_id=network, description=marks.by_token(token), name=name)
        return next((str(one["id"]) for one in made), None)

    def elsewhere(self, cloud_id: str, network: str) -> bool:
        """Whether the cloud shows the subnet in another network."""
        try:
            return bool(self.described(cloud_id)["network_id"] != network)
        except NotFound:
            return False

    def parts(self, network: Callable[[], str], request: SubnetRequest, attempt: Attempt, fields: Fields) -> list[Part]:
        """`network`: its id, asked for when the subnet is made."""
        name, token = PART + request.name, attempt.token

        def make(_: str) -> str:
            body = {
                "name": request.name,
                "network_id": network(),
                "ip_version": 4,
                "cidr": request.cidr,
                "dns_nameservers": _NAME_SERVERS,
                "description": marks.by_token(token),
            }
            return str(self.cloud.post(SUBNETS, {"subnet": body}, fields)["subnet"]["id"])

        return [
            Part(name, make, lambda: self.id_by_token(network(), token, request.name)),
            *tags.parts(self.cloud, name, SUBNETS, lambda: attempt.parts[name], request.tags),
        ]

    def remove(self, cloud_id: str) -> None:
        building.deleted(self.cloud, path(SUBNETS, cloud_id))


def check(request: SubnetRequest, fields: Fields) -> None:
    """Raises Invalid."""
    try:
        ipaddress.IPv4Network(request.cidr)
    except ValueError as error:
        raise Invalid(str(error), field="cidr" if fields is ALONE else "subnets") from None
    tags.check(request.tags, of_server=False)


def as_subnet(found: Thing) -> Subnet:
    return Subnet(
        iid=Iid(found.get("name") or "", found["id"]),
        cidr=found["cidr"],
        tags=tags.told(found),
        details=details.told(found, but=("id", "name", "cidr", "tags", "network_id", "description", "tenant_id")),
    )
