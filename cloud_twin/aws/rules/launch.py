"""RunInstances: what it refuses, and what it fills in."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES

from .. import holders
from ..call import Call, rule
from ..errors import Refusal, bad_value
from ..quotas import most_groups

DEFAULT_TYPE = "m1.small"
LARGEST_USER_DATA = 16 * 1024
# "The first four IP addresses and the last IP address in each subnet CIDR block are not available" (VPC user guide).
RESERVED_ADDRESSES = 5


@rule("RunInstances")
def counts_are_allowed(call: Call) -> None:
    """moto makes the least number; EC2 the most that it can."""
    least, most = int(call.given["MinCount"]), int(call.given["MaxCount"])
    for title, count in (("Maximum", most), ("Minimum", least)):
        if count < 1:
            raise Refusal("InvalidParameterValue", f"{title} instance count must be greater than zero")
    if least > most:
        raise Refusal("InvalidParameterValue", f"Invalid value for MaxCount: {most} is less than MinCount ({least})")
    call.given["MinCount"] = most


@rule("RunInstances")
def image_is_available(call: Call) -> None:
    if not call.given.get("ImageId") and not call.given.get("LaunchTemplate"):
        raise Refusal("MissingParameter", "The request must contain the parameter ImageId")
    image = _image(call)
    if image and image.state != "available":
        raise Refusal("InvalidAMIID.Unavailable", f"The image ID '{image.id}' is no longer available")


@rule("RunInstances")
def type_fits_the_image(call: Call) -> None:
    name = call.given.get("InstanceType", DEFAULT_TYPE)
    if name not in INSTANCE_TYPES:
        raise Refusal("InvalidParameterValue", f"Invalid value '{name}' for InstanceType.")
    image, able = _image(call), INSTANCE_TYPES[name]["ProcessorInfo"]["SupportedArchitectures"]
    if image and image.architecture not in able:
        raise Refusal(
            "InvalidParameterValue",
            f"The architecture '{','.join(able)}' of the specified instance type does not match the architecture "
            f"'{image.architecture}' of the specified AMI.",
        )


@rule("RunInstances")
def key_pair_is_known(call: Call) -> None:
    name = call.given.get("KeyName")
    if name and name not in call.cloud.key_pairs:
        raise Refusal("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")


@rule("RunInstances")
def user_data_is_allowed(call: Call) -> None:
    encoded = call.given.get("UserData")
    if not encoded:
        return
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("InvalidParameterValue", "Invalid BASE64 encoding of user data.") from None
    if len(data) > LARGEST_USER_DATA:
        raise Refusal("InvalidParameterValue", f"User data is limited to {LARGEST_USER_DATA} bytes")


@rule("RunInstances")
def network_is_given_once(call: Call) -> None:
    given = call.given
    clashing = {"SubnetId": "subnet ID", "SecurityGroupIds": "security groups", "SecurityGroups": "security groups"}
    for member, title in clashing.items():
        if given.get("NetworkInterfaces") and given.get(member):
            raise Refusal(
                "InvalidParameterCombination",
                f"Network interfaces and an instance-level {title} may not be specified on the same request",
            )
    if given.get("SubnetId") and given.get("SecurityGroups"):
        raise Refusal("InvalidParameterCombination", "The parameter groupName cannot be used with the parameter subnet")
    for interface in given.get("NetworkInterfaces", []):
        if interface.get("DeviceIndex") is None:
            raise Refusal("MissingParameter", "Each network interface requires a device index.")


@rule("RunInstances")
def groups_are_of_the_network(call: Call) -> None:
    """Every interface has groups of its subnet's VPC; where none is named, the VPC's default group."""
    for holder, member in _network_holders(call):
        subnet = _subnet(call, holder)
        if subnet is None:
            continue
        ids = holder.get(member, [])
        most_groups(call, ids)
        for group in ids:
            if call.cloud.get_security_group_from_id(group).vpc_id != subnet.vpc_id:
                raise Refusal(
                    "InvalidParameter", f"Security group {group} and subnet {subnet.id} belong to different networks."
                )
        if not ids and not call.given.get("SecurityGroups"):
            default = call.cloud.get_default_security_group(subnet.vpc_id)
            holder[member] = [default.id]


@rule("RunInstances")
def zone_is_of_the_subnet(call: Call) -> None:
    zone = call.given.get("Placement", {}).get("AvailabilityZone")
    known = {one.name for one in call.cloud.describe_availability_zones()}
    if zone and zone not in known:
        raise Refusal("InvalidParameterValue", f"Invalid availability zone: [{zone}]")
    for holder, _ in _network_holders(call):
        subnet = _subnet(call, holder)
        if zone and subnet and subnet.availability_zone != zone:
            raise bad_value(
                zone, "AvailabilityZone", f"Subnet '{subnet.id}' is in the availability zone {subnet.availability_zone}"
            )


@rule("RunInstances")
def subnet_has_addresses(call: Call) -> None:
    for holder, _ in _network_holders(call):
        subnet = _subnet(call, holder)
        if subnet is None:
            continue
        used = len(holders.interfaces_in_subnet(call.cloud, subnet.id))
        free = IPv4Network(subnet.cidr_block).num_addresses - RESERVED_ADDRESSES - used
        if free < call.given["MinCount"]:
            raise Refusal(
                "InsufficientFreeAddressesInSubnet",
                f"Not enough free addresses in subnet '{subnet.id}' to satisfy the requested number of instances.",
            )


@rule("RunInstances")
def root_disk_is_complete(call: Call) -> None:
    """What the request leaves open of the root disk is the image's."""
    image = _image(call)
    if image is None:
        return
    own = image.block_device_mappings[0]
    mappings = call.given.setdefault("BlockDeviceMappings", [])
    root = next((one for one in mappings if one.get("DeviceName") == own["DeviceName"]), None)
    if root is None:
        root = {"DeviceName": own["DeviceName"], "Ebs": {}}
        mappings.insert(0, root)
    if "NoDevice" in root:
        return
    disk = root.setdefault("Ebs", {})
    for member in ("VolumeSize", "VolumeType", "DeleteOnTermination"):
        disk.setdefault(member, own["Ebs"][member])
    if int(disk["VolumeSize"]) < own["Ebs"]["VolumeSize"]:
        raise Refusal(
            "InvalidBlockDeviceMapping",
            f"Volume of size {disk['VolumeSize']}GB is smaller than snapshot '{own['Ebs']['SnapshotId']}', "
            f"expect size >= {own['Ebs']['VolumeSize']}GB",
        )


def finish(call: Call, made: Iterable[Any]) -> None:
    """What moto does otherwise with interfaces that the launch has made.

    They go with the instance unless the request says that they stay, and an instance's groups are the first one's.
    """
    asked = {int(one["DeviceIndex"]): one for one in call.given.get("NetworkInterfaces", [])}
    for instance in made:
        for index, interface in instance.nics.items():
            if not {"DeleteOnTermination", "NetworkInterfaceId"} & set(asked.get(index, {})):
                interface.delete_on_termination = True
        first = instance.nics[0]
        instance.security_groups = list(first.group_set)
        first._group_set = []


def _image(call: Call) -> Any | None:
    return call.cloud.amis.get(call.given.get("ImageId"))


def _network_holders(call: Call) -> list[tuple[dict[str, Any], str]]:
    """What names a subnet and groups, and the member that names the groups: new interfaces, else the request itself."""
    interfaces = call.given.get("NetworkInterfaces")
    if not interfaces:
        return [(call.given, "SecurityGroupIds")]
    return [(one, "Groups") for one in interfaces if "NetworkInterfaceId" not in one]


def _subnet(call: Call, holder: dict[str, Any]) -> Any | None:
    """The default one where none is named; None where there is no default VPC."""
    named = holder.get("SubnetId")
    if named:
        return call.cloud.get_subnet(named)
    zone = call.given.get("Placement", {}).get("AvailabilityZone")
    defaults = call.cloud.get_default_subnets()
    return defaults.get(zone or f"{call.region}a") or next(iter(defaults.values()), None)
