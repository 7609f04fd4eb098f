"""Instances: what they show."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from ..centre import Effect, Machine, Power, State
from . import eips, ids, lists, tags
from .catalogue.images import IMAGES
from .catalogue.instance_types import INSTANCE_TYPES
from .errors import AlibabaError
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

KIND = "instances"
MOST, BY_TOKEN, MOST_STATUSES = 100, range(10, 101), 50
# Up to which part of its making an instance is Pending, then Stopped, and then Starting ("Instance lifecycle", guide).
PENDING, STOPPED = 0.3, 0.4
_NEVER = "2099-12-31T15:59Z"
_STATUSES = {
    Power.STARTING: "Starting",
    Power.ON: "Running",
    Power.RESTARTING: "Starting",
    Power.STOPPING: "Stopping",
    Power.OFF: "Stopped",
}
_SAME = ("InstanceType", "ImageId", "VpcId", "VSwitchId", "ZoneId", "KeyPairName", "InternetChargeType")


def describe_all(cloud: Alibaba, given: Given) -> dict[str, Any]:
    found = [one for one in all_of(cloud, given.region) if _fits(cloud, one, given)]
    shown, page = lists.either(cloud, given, found, MOST, BY_TOKEN)
    listed = [_shown(cloud, one) for one in shown if isinstance(one, Machine)]
    return {"Instances": {"Instance": listed}, **page}


def describe_statuses(cloud: Alibaba, given: Given) -> dict[str, Any]:
    wanted = given.texts("InstanceId")
    found = [
        one
        for one in all_of(cloud, given.region)
        if (not wanted or one.key in wanted) and given.text("ZoneId") in ("", one.body["ZoneId"])
    ]
    shown, page = lists.by_number(cloud, given, found, MOST_STATUSES)
    listed = [{"InstanceId": one.key, "Status": status(cloud, one)} for one in shown]
    return {"InstanceStatuses": {"InstanceStatus": listed}, **page}


def describe_user_data(cloud: Alibaba, given: Given) -> dict[str, Any]:
    machine = named(cloud, given.text("InstanceId"), given.region)
    return {"InstanceId": machine.key, "RegionId": given.region, "UserData": machine.body["UserData"]}


def named(cloud: Alibaba, instance_id: str, region: str) -> Machine:
    """Raises AlibabaError."""
    found = ids.find(cloud, KIND, instance_id, region)
    if not isinstance(found, Machine):
        raise AlibabaError(404, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist.")
    return found


def all_of(cloud: Alibaba, region: str) -> list[Machine]:
    return [one for one in ids.in_region(cloud, KIND, region) if isinstance(one, Machine)]


def status(cloud: Alibaba, machine: Machine) -> str:
    if machine.state is State.LEAVING:
        return "Stopped" if machine.power is Power.OFF else "Stopping"
    if machine.state is State.MAKING:
        begun = [job for job in cloud.centre.under_way(machine.key) if job.effect is Effect.MAKE]
        passed = cloud.centre.progress(begun[0]) if begun else 1.0
        return "Pending" if passed < PENDING else "Stopped" if passed < STOPPED else "Starting"
    return _STATUSES[machine.power]


def _fits(cloud: Alibaba, machine: Machine, given: Given) -> bool:
    body = machine.body
    wanted = given.json_texts("InstanceIds")
    private, public = given.json_texts("PrivateIpAddresses"), given.json_texts("PublicIpAddresses")
    return (
        (wanted is None or machine.key in wanted)
        and (private is None or body["private"] in private)
        and (public is None or body["public"] in public)
        and all(given.text(name) in ("", body[name]) for name in _SAME)
        and fnmatch.fnmatchcase(body["InstanceName"], given.text("InstanceName") or "*")
        and given.text("Status") in ("", status(cloud, machine))
        and given.text("SecurityGroupId") in ("", *body["groups"])
        and given.text("InstanceTypeFamily") in ("", INSTANCE_TYPES[body["InstanceType"]].family)
        and given.text("InstanceNetworkType") in ("", "vpc")
        and given.text("InstanceChargeType") in ("", "PostPaid")
        and tags.fits(machine, given)
    )


def _shown(cloud: Alibaba, machine: Machine) -> dict[str, Any]:
    body = machine.body
    return {
        "InstanceId": machine.key,
        "InstanceName": body["InstanceName"],
        "HostName": body["HostName"],
        "Description": body["Description"],
        "RegionId": body["RegionId"],
        "ZoneId": body["ZoneId"],
        "Status": status(cloud, machine),
        "StoppedMode": body["StoppedMode"],
        "CreationTime": ids.to_minute(machine.made),
        "StartTime": ids.to_minute(body["started"]),
        "ExpiredTime": _NEVER,
        "AutoReleaseTime": "",
        "KeyPairName": body["KeyPairName"],
        "DeletionProtection": body["DeletionProtection"],
        "DeviceAvailable": True,
        "ClusterId": "",
        "HpcClusterId": "",
        "ResourceGroupId": "",
        "SerialNumber": f"{machine.number:08x}-0000-4000-8000-{machine.number:012x}",
        "OperationLocks": {"LockReason": []},
        "Tags": tags.of_ecs(machine),
        **_hardware(machine),
        **_network(cloud, machine),
        **_charge(machine),
    }


def _hardware(machine: Machine) -> dict[str, Any]:
    body = machine.body
    kind, image = INSTANCE_TYPES[body["InstanceType"]], IMAGES[body["ImageId"]]
    gpu, count, _ = kind.gpu or ("", 0, 0)
    return {
        "InstanceType": kind.name,
        "InstanceTypeFamily": kind.family,
        "Cpu": kind.cpus,
        "Memory": int(kind.memory_gib * 1024),
        "GPUAmount": count,
        "GPUSpec": gpu,
        "IoOptimized": True,
        "CreditSpecification": "Standard" if kind.burstable else "",
        "CpuOptions": {"CoreCount": max(1, kind.cpus // 2), "ThreadsPerCore": 1 if kind.arm or kind.cpus == 1 else 2},
        "ImageId": image.id,
        "OSType": "windows" if image.windows else "linux",
        "OSName": image.description,
        "OSNameEn": image.description,
        "MetadataOptions": {"HttpEndpoint": "", "HttpTokens": ""},
    }


def _network(cloud: Alibaba, machine: Machine) -> dict[str, Any]:
    body = machine.body
    public = [body["public"]] if body["public"] else []
    eip = eips.of_instance(cloud, machine.key)
    return {
        "InstanceNetworkType": "vpc",
        "SecurityGroupIds": {"SecurityGroupId": list(body["groups"])},
        "VpcAttributes": {
            "VpcId": body["VpcId"],
            "VSwitchId": body["VSwitchId"],
            "NatIpAddress": "",
            "PrivateIpAddress": {"IpAddress": [body["private"]]},
        },
        "PublicIpAddress": {"IpAddress": public},
        "InnerIpAddress": {"IpAddress": []},
        "RdmaIpAddress": {"IpAddress": []},
        "EipAddress": {
            "AllocationId": eip.key if eip else "",
            "IpAddress": eip.body["IpAddress"] if eip else "",
            "InternetChargeType": eip.body["InternetChargeType"] if eip else "",
        },
        "NetworkInterfaces": {
            "NetworkInterface": [
                {
                    "NetworkInterfaceId": body["eni"],
                    "MacAddress": body["mac"],
                    "PrimaryIpAddress": body["private"],
                    "Type": "Primary",
                    "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": body["private"], "Primary": True}]},
                }
            ]
        },
        "VlanId": "",
    }


def _charge(machine: Machine) -> dict[str, Any]:
    return {
        "InstanceChargeType": "PostPaid",
        "InternetChargeType": machine.body["InternetChargeType"],
        "InternetMaxBandwidthOut": machine.body["InternetMaxBandwidthOut"],
        "InternetMaxBandwidthIn": machine.body["InternetMaxBandwidthIn"],
        "SaleCycle": "",
        "Recyclable": False,
        "SpotStrategy": "NoSpot",
        "SpotPriceLimit": 0.0,
        "DeploymentSetId": "",
        "DedicatedHostAttribute": {"DedicatedHostId": "", "DedicatedHostName": "", "DedicatedHostClusterId": ""},
        "DedicatedInstanceAttribute": {"Affinity": "", "Tenancy": ""},
        "EcsCapacityReservationAttr": {"CapacityReservationId": "", "CapacityReservationPreference": ""},
        "HibernationOptions": {"Configured": False},
    }
