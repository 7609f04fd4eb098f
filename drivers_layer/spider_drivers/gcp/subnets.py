"""Subnetworks of the connection's region: parts of a VPC, made with it or added later."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from ..contract import Attempt, Iid, Invalid, NotFound, Part, Ref, Subnet, SubnetRequest, details
from . import descriptions
from .building import Building
from .calls import Gce, Thing
from .errors import Fields
from .names import NAME, RULE, id_of, of_network, tail

PART = "subnet "  # a subnet's part is this and its name

# What a refusal of an insert is about, where the subnet is the request, and where it is one of a VPC's.
ALONE: Fields = ((r"[iI]pCidrRange|IPCidrRange|IP CIDR|overlap", "cidr"), (r"resource\.name", "name"))
OF_A_VPC: Fields = ((r"[iI]pCidrRange|IPCidrRange|IP CIDR|overlap|resource\.name", "subnets"),)


@dataclass(frozen=True)
class Subnets:
    """Those of a region."""

    gce: Gce
    region: str

    def all(self) -> list[Thing]:
        return self.gce.all("subnetworks.list", region=self.region)

    def of(self, network: str) -> list[Thing]:
        return self.gce.all("subnetworks.list", region=self.region, filter=of_network(network))

    def described(self, ref: Ref) -> Thing:
        """Raises NotFound."""
        return self.gce.call("subnetworks.get", region=self.region, subnetwork=id_of(ref, "subnet"))

    def part(self, building: Building, network: str, request: SubnetRequest, attempt: Attempt, fields: Fields) -> Part:
        """Begun with the others."""
        body: Thing = {
            "name": request.name,
            "network": f"projects/{self.gce.project}/global/networks/{network}",
            "ipCidrRange": request.cidr,
            "description": descriptions.packed(attempt.token, request.tags),
        }

        def send(request_id: str) -> Thing:
            return self.gce.call("subnetworks.insert", fields, region=self.region, body=body, requestId=request_id)

        def ours() -> bool:
            try:
                return descriptions.token(self.described(Ref("", request.name))) == attempt.token
            except NotFound:
                return False

        return building.begun(PART + request.name, request.name, send, ours, fields)


def check(request: SubnetRequest, fields: Fields) -> None:
    """Raises Invalid."""
    if not re.fullmatch(NAME, request.name):
        raise Invalid(f"the subnet's name '{request.name}' {RULE}", field="name" if fields is ALONE else "subnets")
    try:
        ipaddress.IPv4Network(request.cidr)
    except ValueError as error:
        raise Invalid(str(error), field="cidr" if fields is ALONE else "subnets") from None


def as_subnet(found: Thing) -> Subnet:
    return Subnet(
        iid=Iid(found["name"], found["name"]),
        cidr=found.get("ipCidrRange", ""),
        tags=descriptions.tags(found),
        details=details.told(found, but=("name", "ipCidrRange", "network", "kind", "fingerprint", "description")),
    )


def network_of(found: Thing) -> str:
    """Its name."""
    return tail(found.get("network", ""))
