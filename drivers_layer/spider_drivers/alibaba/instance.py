"""A VM's request as RunInstances takes it, and an instance as a VM."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from ..contract import Iid, ImageType, Platform, Vm, VmRequest, VmStatus, details
from ..contract.cloud_init import USER, user_data
from . import tags
from .calls import Thing
from .errors import Fields
from .image import windows

WINDOWS_USER = "Administrator"
SSH, RDP = 22, 3389
BANDWIDTH = 5  # Mbit/s; any at all brings a public address
# What DescribeInstances does not tell, kept in tags.
IMAGE_TYPE, ROOT_DISK = f"{tags.OWN}image-type", f"{tags.OWN}root-disk"

# "Instance lifecycle", ECS user guide. A new instance is Pending, then Starting, as one that is started again.
_STATUSES = {
    "Pending": VmStatus.CREATING,
    "Starting": VmStatus.RESUMING,
    "Running": VmStatus.RUNNING,
    "Stopping": VmStatus.SUSPENDING,
    "Stopped": VmStatus.SUSPENDED,
    "Deleted": VmStatus.TERMINATED,
}
GONE = VmStatus.TERMINATED

# Which field of the request a refusal of RunInstances is about.
RUN_FIELDS: Fields = {
    "invalidimage": "image",
    "imagenot": "image",
    "invalidinstancetype": "spec",
    "invalidvswitch": "subnet",
    "invalidvpc": "vpc",
    "invalidsecuritygroup": "security_groups",
    "invalidkeypair": "key_pair",
    "invalidsystemdiskcategory": "root_disk_type",
    "invalidsystemdisk": "root_disk_gib",
    "invalidpassword": "password",
    "invalidinstancename": "name",
    "invalidtag": "tags",
}

# What a Vm has fields for.
_IN_FIELDS = frozenset(
    {
        *("InstanceId", "InstanceName", "InstanceType", "ImageId", "KeyPairName", "ZoneId", "StartTime", "Tags"),
        *("PublicIpAddress", "EipAddress", "VpcAttributes", "NetworkInterfaces", "SecurityGroupIds"),
    }
)


def status_of(found: Thing) -> VmStatus:
    return _STATUSES.get(found["Status"], VmStatus.FAILED)


def run_parameters(request: VmRequest, token: str, public_key: str, *, on_windows: bool) -> Thing:
    kept = {IMAGE_TYPE: request.image_type.value} if request.image_type is ImageType.MINE else {}
    parameters: Thing = {
        "ImageId": request.image.id or request.image.name,
        "InstanceType": request.spec,
        "InstanceName": request.name,
        "VSwitchId": request.subnet.id or request.subnet.name,
        "SecurityGroupIds": [group.id or group.name for group in request.security_groups],
        "Amount": 1,
        "InstanceChargeType": "PostPaid",
        "InternetChargeType": "PayByBandwidth",
        "InternetMaxBandwidthOut": BANDWIDTH,
        "SystemDisk.Category": request.root_disk_type,
        "SystemDisk.Size": str(request.root_disk_gib or ""),
        "Tag": tags.made(token, request.tags | kept),
    }
    if on_windows:
        parameters["Password"] = request.password
    else:
        parameters["KeyPairName"] = request.key_pair.id or request.key_pair.name
        parameters["UserData"] = base64.b64encode(user_data(public_key).encode()).decode()
    return {name: value for name, value in parameters.items() if value}


def as_vm(found: Thing, disk: Thing | None = None) -> Vm:
    """`found`: as DescribeInstances tells it. Without a `disk` its type and size are those that a tag keeps."""
    on_windows, mine = windows(found), tags.of(found).get(IMAGE_TYPE) == ImageType.MINE.value
    network, root = found.get("VpcAttributes") or {}, disk or _kept_disk(found)
    key = found.get("KeyPairName", "")
    return Vm(
        iid=Iid(found.get("InstanceName", ""), found["InstanceId"]),
        status=status_of(found),
        started=_time(found.get("StartTime") or found.get("CreationTime")),
        region=found.get("RegionId", ""),
        zone=found.get("ZoneId", ""),
        image_type=ImageType.MINE if mine else ImageType.PUBLIC,
        image=Iid(found["ImageId"], found["ImageId"]),
        spec=found["InstanceType"],
        vpc=Iid("", network.get("VpcId", "")),
        subnet=Iid("", network.get("VSwitchId", "")),
        security_groups=tuple(Iid("", one) for one in (found.get("SecurityGroupIds") or {}).get("SecurityGroupId", [])),
        key_pair=Iid(key, key),
        platform=Platform.WINDOWS if on_windows else Platform.LINUX,
        user=WINDOWS_USER if on_windows else USER,
        network_interface=_primary_interface(found),
        public_ip=public_address(found),
        private_ip=_first(network.get("PrivateIpAddress")),
        ssh_port=RDP if on_windows else SSH,
        root_disk_type=root.get("Category", ""),
        root_disk_gib=root.get("Size"),
        root_device=root.get("Device", ""),
        tags=tags.users(found),
        details=details.told(found, but=_IN_FIELDS),
    )


def public_address(found: Thing) -> str:
    """An elastic one if there is one, else the one that came with the instance; "" for none."""
    return str((found.get("EipAddress") or {}).get("IpAddress") or _first(found.get("PublicIpAddress")))


def kept(disk: Thing) -> str:
    """The value of the tag ROOT_DISK."""
    return f"{disk.get('Category', '')} {disk.get('Size', '')} {disk.get('Device', '')}"


def _kept_disk(found: Thing) -> Thing:
    category, size, device = (*tags.of(found).get(ROOT_DISK, "").split(" "), "", "", "")[:3]
    return {"Category": category, "Size": int(size), "Device": device} if size.isdecimal() else {}


def _primary_interface(found: Thing) -> str:
    interfaces = (found.get("NetworkInterfaces") or {}).get("NetworkInterface") or []
    primary = [one for one in interfaces if one.get("Type") == "Primary"] or interfaces
    return str(primary[0].get("NetworkInterfaceId", "")) if primary else ""


def _first(addresses: Any) -> str:
    told = (addresses or {}).get("IpAddress") or [""]
    return str(told[0])


def _time(text: str | None) -> datetime | None:
    """ECS writes `2026-11-25T10:00Z`, without seconds; "" for an instance that has not started yet."""
    if not text:
        return None
    for form in ("%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
