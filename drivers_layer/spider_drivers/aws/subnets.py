"""Subnets: parts of a VPC, made with it or added later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..contract import Iid, NotFound, Part, Subnet, SubnetRequest, handling
from . import details, tags
from .calls import Ec2
from .errors import Fields

PART = "subnet "  # a subnet's part is this and its name

# Which field of the request a refusal of CreateSubnet is about, where the subnet is the request, and where it is one
# of a VPC's.
ALONE: Fields = {"InvalidVpcID": None, "InvalidSubnet": "cidr", "Invalid": "zone"}
OF_A_VPC: Fields = {"InvalidVpcID": None, "Invalid": "subnets"}


def described(ec2: Ec2, cloud_id: str) -> dict[str, Any]:
    """Raises NotFound."""
    found = ec2.call("describe_subnets", SubnetIds=[cloud_id])["Subnets"]
    if not found:
        raise handling.missing("subnet", cloud_id)
    return dict(found[0])


def part(ec2: Ec2, vpc: Callable[[], str], request: SubnetRequest, token: str, zone: str, fields: Fields) -> Part:
    """`vpc`: its id, asked for when the subnet is made. `zone`: for a request that names none ("": where EC2 likes)."""
    zone = request.zone or zone

    def make(_: str) -> str:
        answer = ec2.call(
            "create_subnet",
            fields,
            VpcId=vpc(),
            CidrBlock=request.cidr,
            TagSpecifications=tags.specification(("subnet",), request.name, token, request.tags),
            **({"AvailabilityZone": zone} if zone else {}),
        )
        return str(answer["Subnet"]["SubnetId"])

    return Part(PART + request.name, make, lambda: id_by_token(ec2, token, request.name))


def id_by_token(ec2: Ec2, token: str, name: str) -> str | None:
    """Of the subnet of that name which the operation with this token has made."""
    made = ec2.all("describe_subnets", "Subnets", Filters=tags.by_token(token)) if token else []
    # The name is compared here: in a filter's value * and ? stand for others.
    return next((one["SubnetId"] for one in made if tags.name(one) == name), None)


def elsewhere(ec2: Ec2, cloud_id: str, vpc: str) -> bool:
    """Whether EC2 shows the subnet in another VPC."""
    try:
        return bool(described(ec2, cloud_id)["VpcId"] != vpc)
    except NotFound:
        return False


def available(subnet: Subnet) -> bool:
    return subnet.details.get("State") == "available"


def as_subnet(found: dict[str, Any]) -> Subnet:
    return Subnet(
        iid=Iid(tags.name(found), found["SubnetId"]),
        cidr=found["CidrBlock"],
        zone=found.get("AvailabilityZone", ""),
        tags=tags.users(found),
        details=details.told(found, but=("SubnetId", "CidrBlock", "AvailabilityZone", "Tags", "VpcId")),
    )
