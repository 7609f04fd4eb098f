"""Disks: the system disks that machines have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Thing
from . import ids, lists, tags
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

KIND = "disks"
MOST, BY_TOKEN = 100, range(10, 501)
_DEVICE = "/dev/xvda"


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    wanted = given.json_texts("DiskIds")
    found = [
        one
        for one in ids.in_region(cloud, KIND, given.region)
        if (wanted is None or one.key in wanted)
        and given.text("InstanceId") in ("", one.goes_with)
        and given.text("ZoneId") in ("", one.body["ZoneId"])
        and given.text("Category") in ("", "all", one.body["Category"])
        and given.text("DiskType") in ("", "all", "system")
        and given.text("Status") in ("", "All", "In_use")
        and tags.fits(one, given)
    ]
    shown, page = lists.either(cloud, given, found, MOST, BY_TOKEN)
    return {"Disks": {"Disk": [_shown(one) for one in shown]}, **page}


def _shown(disk: Thing) -> dict[str, Any]:
    body = disk.body
    attached = ids.to_second(disk.made)
    attachment = {"InstanceId": str(disk.goes_with), "Device": _DEVICE, "AttachedTime": attached}
    return {
        "DiskId": disk.key,
        "DiskName": "",
        "Description": "",
        "RegionId": body["RegionId"],
        "ZoneId": body["ZoneId"],
        "Type": "system",
        "Category": body["Category"],
        "Size": body["Size"],
        "ImageId": body["ImageId"],
        "Status": "In_use",
        "InstanceId": str(disk.goes_with),
        "Device": _DEVICE,
        "Attachments": {"Attachment": [attachment]},
        "MultiAttach": "Disabled",
        "DiskChargeType": "PostPaid",
        "Portable": False,
        "Encrypted": False,
        "DeleteWithInstance": True,
        "DeleteAutoSnapshot": True,
        "EnableAutoSnapshot": True,
        "CreationTime": attached,
        "AttachedTime": attached,
        "DetachedTime": "",
        "ExpiredTime": "2099-12-31T15:59Z",
        "OperationLocks": {"OperationLock": []},
        "PerformanceLevel": "PL1" if body["Category"] == "cloud_essd" else "",
        "ProductCode": "",
        "ResourceGroupId": "",
        "SourceSnapshotId": "",
        "Tags": tags.of_ecs(disk),
    }
