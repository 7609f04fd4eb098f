"""What carries Spider's tokens. A VM's volumes do too, but are told by nobody: EC2 deletes them along with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..contract import Marked
from . import tags
from .calls import Ec2
from .instance import LISTED

_WITH_TOKEN = tags.where("tag-key", tags.TOKEN)


def listed(ec2: Ec2) -> Iterator[Marked]:
    for found in ec2.all("describe_vpcs", "Vpcs", Filters=_WITH_TOKEN):
        yield _marked("vpc", found["VpcId"], found)
    for found in ec2.all("describe_internet_gateways", "InternetGateways", Filters=_WITH_TOKEN):
        vpc = next((one["VpcId"] for one in found["Attachments"]), "")
        yield _marked("vpc", found["InternetGatewayId"], found, part="gateway", owner=vpc)
    for found in ec2.all("describe_subnets", "Subnets", Filters=_WITH_TOKEN):
        yield _marked("subnet", found["SubnetId"], found, owner=found["VpcId"])
    for found in ec2.all("describe_security_groups", "SecurityGroups", Filters=_WITH_TOKEN):
        yield _marked("security_group", found["GroupId"], found)
    # DescribeKeyPairs has no pages.
    for found in ec2.call("describe_key_pairs", Filters=_WITH_TOKEN)["KeyPairs"]:
        yield _marked("key_pair", found["KeyName"], found)
    alive = tags.where("instance-state-name", *LISTED)
    for reservation in ec2.all("describe_instances", "Reservations", Filters=_WITH_TOKEN + alive):
        for found in reservation["Instances"]:
            yield _marked("vm", found["InstanceId"], found)


def _marked(kind: str, cloud_id: str, found: dict[str, Any], *, part: str = "", owner: str = "") -> Marked:
    return Marked(kind, cloud_id, tags.name(found), tags.of(found)[tags.TOKEN], part, owner)
