"""DescribeAvailableResource: what is to be had in which zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .catalogue.instance_types import INSTANCE_TYPES, InstanceType
from .errors import AlibabaError, invalid, unserved
from .launch_request import DISK_CATEGORIES, MOST_DISK_GB
from .parameters import Given
from .places import zones

if TYPE_CHECKING:
    from .facade import Alibaba

_DESTINATIONS = ("Zone", "IoOptimized", "InstanceType", "Network", "ddh", "SystemDisk", "DataDisk")
_SERVED = ("Zone", "InstanceType", "SystemDisk")


def describe(cloud: Alibaba, given: Given) -> dict[str, Any]:
    destination = given.text("DestinationResource")
    if destination not in _DESTINATIONS:
        raise invalid("DestinationResource", "Invalid.DestinationResource")
    if destination not in _SERVED or given.text("ResourceType") not in ("", "instance"):
        raise unserved(f"DescribeAvailableResource for {given.text('ResourceType')} {destination}")
    if given.text("ZoneId") not in ("", *zones(given)):
        raise AlibabaError(404, "InvalidZoneId.NotFound", "The specified zone does not exist.")
    if given.text("InstanceType") not in ("", *INSTANCE_TYPES):
        raise invalid("InstanceType", "Invalid.InstanceType")
    shown = [_zone(cloud, given, zone) for zone in zones(given) if given.text("ZoneId") in ("", zone)]
    return {"AvailableZones": {"AvailableZone": shown}}


def _zone(cloud: Alibaba, given: Given, zone: str) -> dict[str, Any]:
    here = [one for one in INSTANCE_TYPES.values() if one.is_in(zone) and _fits(one, given)]
    sold_out = {one.name for one in here if one.name in cloud.settings.exhausted}
    made = {"RegionId": given.region, "ZoneId": zone, **_stock(len(sold_out) < len(here))}
    if given.text("DestinationResource") == "InstanceType":
        resources: list[dict[str, Any]] = [{"Value": one.name, **_stock(one.name not in sold_out)} for one in here]
    elif given.text("DestinationResource") == "SystemDisk":
        sizes: dict[str, Any] = {"Min": 20, "Max": MOST_DISK_GB, "Unit": "GiB"}
        resources = [{"Value": one, **_stock(True), **sizes} for one in DISK_CATEGORIES]
    else:
        return made
    kind = {"Type": given.text("DestinationResource"), "SupportedResources": {"SupportedResource": resources}}
    return {**made, "AvailableResources": {"AvailableResource": [kind]}}


def _fits(one: InstanceType, given: Given) -> bool:
    return (
        given.text("InstanceType") in ("", one.name)
        and given.number("Cores", one.cpus) == one.cpus
        and float(given.values.get("Memory", one.memory_gib)) == one.memory_gib
    )


def _stock(there: bool) -> dict[str, str]:
    words = ("Available", "WithStock") if there else ("SoldOut", "WithoutStock")
    return dict(zip(("Status", "StatusCategory"), words, strict=True))
