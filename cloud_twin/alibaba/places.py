"""Regions and zones, as each product shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .catalogue.instance_types import INSTANCE_TYPES
from .catalogue.places import REGIONS
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

_DISKS = ["cloud_essd", "cloud_auto", "cloud_efficiency", "cloud_ssd"]


def ecs_regions(cloud: Alibaba, given: Given) -> dict[str, Any]:
    found = [
        {
            "RegionId": one.id,
            "LocalName": one.name,
            "RegionEndpoint": f"ecs.{one.id}.aliyuncs.com",
            "Status": "available",
        }
        for one in REGIONS.values()
    ]
    return {"Regions": {"Region": found}}


def vpc_regions(cloud: Alibaba, given: Given) -> dict[str, Any]:
    found = [
        {"RegionId": one.id, "LocalName": one.name, "RegionEndpoint": f"vpc.{one.id}.aliyuncs.com"}
        for one in REGIONS.values()
    ]
    return {"Regions": {"Region": found}}


def vpc_zones(cloud: Alibaba, given: Given) -> dict[str, Any]:
    found = [{"ZoneId": zone, "LocalName": local_name(zone), "ZoneType": "AvailabilityZone"} for zone in zones(given)]
    return {"Zones": {"Zone": found}}


def ecs_zones(cloud: Alibaba, given: Given) -> dict[str, Any]:
    verbose = given.flag("Verbose", True)
    return {"Zones": {"Zone": [_zone(cloud, zone, verbose) for zone in zones(given)]}}


def zones(given: Given) -> tuple[str, ...]:
    return REGIONS[given.region].zones


def local_name(zone: str) -> str:
    region = next(one for one in REGIONS.values() if zone in one.zones)
    return f"{region.name} Zone {zone[-1].upper()}"


def _zone(cloud: Alibaba, zone: str, verbose: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"ZoneId": zone, "LocalName": local_name(zone), "ZoneType": "AvailabilityZone"}
    if not verbose:
        return made
    here = [one for one in INSTANCE_TYPES.values() if one.is_in(zone) and one.name not in cloud.settings.exhausted]
    return made | {
        "AvailableDiskCategories": {"DiskCategories": _DISKS},
        "AvailableInstanceTypes": {"InstanceTypes": [one.name for one in here]},
        "AvailableResourceCreation": {"ResourceTypes": ["VSwitch", "Instance", "Disk", "IoOptimized"]},
        "AvailableVolumeCategories": {"VolumeCategories": []},
        "AvailableDedicatedHostTypes": {"DedicatedHostType": []},
        "DedicatedHostGenerations": {"DedicatedHostGeneration": []},
        "AvailableResources": {
            "ResourcesInfo": [
                {
                    "IoOptimized": True,
                    "NetworkTypes": {"supportedNetworkCategory": ["vpc"]},
                    "SystemDiskCategories": {"supportedSystemDiskCategory": _DISKS},
                    "DataDiskCategories": {"supportedDataDiskCategory": _DISKS},
                    "InstanceGenerations": {"supportedInstanceGeneration": sorted({one.generation for one in here})},
                    "InstanceTypeFamilies": {"supportedInstanceTypeFamily": sorted({one.family for one in here})},
                    "InstanceTypes": {"supportedInstanceType": [one.name for one in here]},
                }
            ]
        },
    }
