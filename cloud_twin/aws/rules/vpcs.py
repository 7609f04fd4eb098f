"""VPCs: ranges, and what hangs on one."""

from __future__ import annotations

from .. import holders
from ..call import Call, rule
from ..errors import dependency
from ..ranges import canonical


@rule("CreateVpc")
def range_is_canonical(call: Call) -> None:
    if "CidrBlock" in call.given:
        call.given["CidrBlock"] = canonical(call.given["CidrBlock"])


@rule("DeleteVpc")
def vpc_is_empty(call: Call) -> None:
    """moto itself looks at subnets, route tables and VPN gateways."""
    vpc = call.given["VpcId"]
    own_groups = [group for group in holders.groups_in_vpc(call.cloud, vpc) if group.name != "default"]
    if own_groups or holders.gateways_of_vpc(call.cloud, vpc) or holders.interfaces_in_vpc(call.cloud, vpc):
        raise dependency(f"The vpc '{vpc}' has dependencies and cannot be deleted.")
