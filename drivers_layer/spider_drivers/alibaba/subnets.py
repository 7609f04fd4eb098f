"""Subnets: VSwitches of a VPC, made with it or added later."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..contract import Attempt, Iid, Invalid, NotFound, Part, Subnet, SubnetRequest, Wait, details, handling
from . import building, tags
from .calls import Acs, Thing
from .errors import Fields, made, understood

PART = "subnet "  # a subnet's part is this and its name

# Which field of the request a refusal of CreateVSwitch is about, where the subnet is the request, and where it is one
# of a VPC's.
ALONE: Fields = {
    "invalidvpc": None,
    "invalidzone": "zone",
    "invalidvswitchname": "name",
    "invalidtag": "tags",
    "invalid": "cidr",
}
OF_A_VPC: Fields = {"invalidvpc": None, "invalid": "subnets"}

_IN_FIELDS = ("VSwitchId", "VSwitchName", "CidrBlock", "ZoneId", "Tags", "VpcId")
# Falls by one with each machine.
_PASSING = ("AvailableIpAddressCount",)


def of(acs: Acs, vpc: str) -> list[Thing]:
    return acs.all("vpc.DescribeVSwitches", VpcId=vpc)


def described(acs: Acs, cloud_id: str) -> Thing:
    """Raises NotFound."""
    found = acs.all("vpc.DescribeVSwitches", VSwitchId=cloud_id)
    if not found:
        raise handling.missing("subnet", cloud_id)
    return found[0]


def refuse_without_zone(requests: Iterable[SubnetRequest], zone: str, fields: Fields) -> None:
    """Raises Invalid: a VSwitch is of one zone, and the cloud chooses none."""
    for request in requests:
        if not (request.zone or zone):
            field = "subnets" if fields is OF_A_VPC else "zone"
            raise Invalid(
                f"the subnet '{request.name}' needs a zone, and the connection's region has none", field=field
            )


def part(acs: Acs, vpc: Callable[[], str], request: SubnetRequest, attempt: Attempt, zone: str, fields: Fields) -> Part:
    """`vpc`: its id, asked for when the subnet is made. `zone`: for a request that names none."""

    def send(client_token: str) -> str:
        answer = acs.call(
            "vpc.CreateVSwitch",
            fields,
            VpcId=vpc(),
            CidrBlock=request.cidr,
            ZoneId=request.zone or zone,
            VSwitchName=request.name,
            ClientToken=client_token,
            Tag=tags.made(attempt.token, request.tags),
        )
        return made(answer, "VSwitchId")

    return building.part(attempt, PART + request.name, send, lambda: id_by_token(acs, attempt.token, request.name))


def id_by_token(acs: Acs, token: str, name: str) -> str | None:
    """Of the subnet of that name which the operation with this token has made."""
    made = acs.all("vpc.DescribeVSwitches", Tag=tags.by_token(token)) if token else []
    return next((str(one["VSwitchId"]) for one in made if one.get("VSwitchName") == name), None)


def status(acs: Acs, cloud_id: str) -> str | None:
    """None for one that is not shown."""
    try:
        return str(described(acs, cloud_id).get("Status"))
    except NotFound:
        return None


def remove(acs: Acs, attempt: Attempt, status: Callable[[str], str | None], cloud_id: str) -> Wait | None:
    """`status`: of a subnet by its id, None for one that is not shown."""

    def send() -> None:
        acs.call("vpc.DeleteVSwitch", VSwitchId=cloud_id)

    return building.gone(attempt, cloud_id, send, lambda: status(cloud_id), ("Available",))


def elsewhere(acs: Acs, cloud_id: str, vpc: str) -> bool:
    """Whether the subnet is shown in another VPC."""
    try:
        found = described(acs, cloud_id)
    except NotFound:
        return False
    with understood():
        return bool(found["VpcId"] != vpc)


def available(subnet: Subnet) -> bool:
    return subnet.details.get("Status") == "Available"


def as_subnet(found: Thing) -> Subnet:
    return Subnet(
        iid=Iid(found.get("VSwitchName", ""), found["VSwitchId"]),
        cidr=found["CidrBlock"],
        zone=found.get("ZoneId", ""),
        tags=tags.users(found),
        details=details.told(found, but=(*_IN_FIELDS, *_PASSING)),
    )
