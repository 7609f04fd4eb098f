"""A VM's request as RunInstances takes it, and an instance as a VM."""

from __future__ import annotations

from typing import Any

from ..contract import Iid, ImageType, Platform, Vm, VmRequest, VmStatus
from ..contract.cloud_init import USER, user_data
from . import details, image, tags

WINDOWS_USER = "Administrator"
SSH, RDP = 22, 3389
# What DescribeInstances does not tell, kept in tags.
IMAGE_TYPE, ROOT_DISK = f"{tags.OWN}image-type", f"{tags.OWN}root-disk"

_STATUSES = {
    "pending": VmStatus.CREATING,
    "running": VmStatus.RUNNING,
    "stopping": VmStatus.SUSPENDING,
    "stopped": VmStatus.SUSPENDED,
    "shutting-down": VmStatus.TERMINATING,
    "terminated": VmStatus.TERMINATED,
}
GONE = VmStatus.TERMINATED
LISTED = tuple(state for state, status in _STATUSES.items() if status is not GONE)

# Which field of the request a refusal of RunInstances is about.
RUN_FIELDS = {
    "InvalidAMIID": "image",
    "InvalidInstanceType": "spec",
    "InvalidSubnet": "subnet",
    "InvalidGroup": "security_groups",
    "InvalidSecurityGroup": "security_groups",
    "InvalidKeyPair": "key_pair",
    "InvalidBlockDeviceMapping": "root_disk_gib",
}


# What a Vm has fields for.
_IN_FIELDS = frozenset(
    {
        *("InstanceId", "ImageId", "InstanceType", "VpcId", "SubnetId", "KeyName", "RootDeviceName", "LaunchTime"),
        *("PublicIpAddress", "PublicDnsName", "PrivateIpAddress", "PrivateDnsName"),
        *("Tags", "SecurityGroups", "NetworkInterfaces", "BlockDeviceMappings"),
    }
)


def status_of(found: dict[str, Any]) -> VmStatus:
    return _STATUSES.get(found["State"]["Name"], VmStatus.FAILED)


def run_parameters(request: VmRequest, base: dict[str, Any], token: str, public_key: str, zone: str) -> dict[str, Any]:
    """`base`: the image as DescribeImages tells it. `zone`: the default subnet's, where the request names no subnet."""
    disk = _root_disk(request, base)
    kept = _kept(request, disk)
    parameters: dict[str, Any] = {
        "ImageId": base["ImageId"],
        "InstanceType": request.spec,
        "MinCount": 1,
        "MaxCount": 1,
        "NetworkInterfaces": [_interface(request)],
        "TagSpecifications": tags.specification(("instance", "volume"), request.name, token, request.tags | kept),
    }
    if zone and not subnet_of(request):
        parameters["Placement"] = {"AvailabilityZone": zone}
    if request.key_pair.name:
        parameters["KeyName"] = request.key_pair.id or request.key_pair.name
    if disk:
        parameters["BlockDeviceMappings"] = [{"DeviceName": base["RootDeviceName"], "Ebs": disk}]
    if not image.windows(base):
        parameters["UserData"] = user_data(public_key)
    return parameters


def subnet_of(request: VmRequest) -> str:
    """Empty where it names none: EC2 then takes one of the default VPC."""
    return request.subnet.id or request.subnet.name


def as_vm(found: dict[str, Any], region: str, root_volume: dict[str, Any] | None = None) -> Vm:
    """`found`: as DescribeInstances tells it. Without a `root_volume` its type and size are those asked for."""
    on_windows, mine = image.windows(found), IMAGE_TYPE in tags.of(found)
    interface, volume = _primary_interface(found), root_volume or _kept_volume(found)
    key = found.get("KeyName", "")
    return Vm(
        iid=Iid(tags.name(found), found["InstanceId"]),
        status=status_of(found),
        started=found.get("LaunchTime"),
        region=region,
        zone=found.get("Placement", {}).get("AvailabilityZone", ""),
        image_type=ImageType.MINE if mine else ImageType.PUBLIC,
        image=Iid(found["ImageId"], found["ImageId"]),
        spec=found["InstanceType"],
        vpc=Iid("", found.get("VpcId", "")),
        subnet=Iid("", found.get("SubnetId", "")),
        security_groups=tuple(Iid(one["GroupName"], one["GroupId"]) for one in interface.get("Groups", [])),
        key_pair=Iid(key, key),
        platform=Platform.WINDOWS if on_windows else Platform.LINUX,
        user=WINDOWS_USER if on_windows else USER,
        network_interface=interface.get("NetworkInterfaceId", ""),
        public_ip=found.get("PublicIpAddress", ""),
        public_dns=found.get("PublicDnsName", ""),
        private_ip=found.get("PrivateIpAddress", ""),
        private_dns=found.get("PrivateDnsName", ""),
        ssh_port=RDP if on_windows else SSH,
        root_disk_type=volume.get("VolumeType", ""),
        root_disk_gib=volume.get("Size"),
        root_device=found.get("RootDeviceName", ""),
        tags=tags.users(found),
        details=details.told(found, but=_IN_FIELDS),
    )


def _primary_interface(found: dict[str, Any]) -> dict[str, Any]:
    for interface in found.get("NetworkInterfaces", []):
        if interface["Attachment"]["DeviceIndex"] == 0:
            return dict(interface)
    return {}


def root_volume_id(found: dict[str, Any]) -> str | None:
    for mapping in found.get("BlockDeviceMappings", []):
        if mapping.get("DeviceName") == found.get("RootDeviceName"):
            return str(mapping["Ebs"]["VolumeId"])
    return None


def _interface(request: VmRequest) -> dict[str, Any]:
    interface = {
        "DeviceIndex": 0,
        "SubnetId": subnet_of(request),
        "Groups": [group.id or group.name for group in request.security_groups],
        "AssociatePublicIpAddress": True,
        "DeleteOnTermination": True,
    }
    return {key: value for key, value in interface.items() if value not in ("", [])}


def _root_disk(request: VmRequest, base: dict[str, Any]) -> dict[str, Any]:
    """The image's own disk with what the request changes. It goes with the instance, whatever the image says."""
    if base.get("RootDeviceType") != "ebs":
        return {}
    own = image.root_disk(base)
    # Figures of performance hold for the image's own type alone.
    taken = ("VolumeSize",) if request.root_disk_type else ("VolumeSize", "VolumeType", "Iops", "Throughput")
    asked = {"VolumeSize": request.root_disk_gib, "VolumeType": request.root_disk_type}
    disk = {key: own[key] for key in taken if key in own} | {key: value for key, value in asked.items() if value}
    return disk | {"DeleteOnTermination": True}


def _kept(request: VmRequest, disk: dict[str, Any]) -> dict[str, str]:
    kept = {IMAGE_TYPE: request.image_type.value} if request.image_type is ImageType.MINE else {}
    if "VolumeType" in disk and "VolumeSize" in disk:
        kept[ROOT_DISK] = f"{disk['VolumeType']} {disk['VolumeSize']}"
    return kept


def _kept_volume(found: dict[str, Any]) -> dict[str, Any]:
    kind, _, size = tags.of(found).get(ROOT_DISK, "").partition(" ")
    return {"VolumeType": kind, "Size": int(size)} if size.isdecimal() else {}
