"""Subnets: ranges, zones, and the interfaces in one."""

from __future__ import annotations

from ipaddress import IPv4Network

from .. import holders
from ..call import Call, rule
from ..errors import Refusal, bad_value, dependency
from ..ranges import canonical

LONGEST_PREFIX, SHORTEST_PREFIX = 28, 16


@rule("CreateSubnet")
def range_is_allowed(call: Call) -> None:
    if "CidrBlock" not in call.given:
        return
    cidr = call.given["CidrBlock"] = canonical(call.given["CidrBlock"])
    if not SHORTEST_PREFIX <= IPv4Network(cidr).prefixlen <= LONGEST_PREFIX:
        raise Refusal("InvalidSubnet.Range", f"The CIDR '{cidr}' is invalid.")


@rule("CreateSubnet")
def zone_is_of_the_region(call: Call) -> None:
    """Where none is named, EC2 chooses one; moto would always take us-east-1a."""
    zones = {zone.name: zone.zone_id for zone in call.cloud.describe_availability_zones()}
    name, zone_id = call.given.get("AvailabilityZone"), call.given.get("AvailabilityZoneId")
    if not name and not zone_id:
        call.given["AvailabilityZone"] = next(iter(zones))
    known = "Subnets can currently only be created in the following availability zones: " + ", ".join(zones) + "."
    if name and name not in zones:
        raise bad_value(name, "AvailabilityZone", known)
    if zone_id and zone_id not in zones.values():
        raise bad_value(zone_id, "AvailabilityZoneId", known)


@rule("DeleteSubnet")
def subnet_is_empty(call: Call) -> None:
    subnet = call.given["SubnetId"]
    if holders.interfaces_in_subnet(call.cloud, subnet):
        raise dependency(f"The subnet '{subnet}' has dependencies and cannot be deleted.")
