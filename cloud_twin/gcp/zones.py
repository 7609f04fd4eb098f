"""Zones and regions. They are always there, and UP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..facade import Call
from . import lists
from .account import PROJECT
from .catalogue.places import ALL_ZONES, ZONES, region_of
from .errors import absent
from .links import link, number_id

if TYPE_CHECKING:
    from .facade import Gcp

_LAUNCHED = "2014-05-30T18:35:16.514-07:00"


def get_zone(cloud: Gcp, call: Call) -> dict[str, Any]:
    zone = call.values["zone"]
    if zone not in ALL_ZONES:
        raise absent(f"{cloud.project(call)}/zones/{zone}")
    return _zone(zone)


def list_zones(cloud: Gcp, call: Call) -> dict[str, Any]:
    found = [_zone(zone) for zone in ALL_ZONES]
    return lists.answer(cloud, call, "compute#zoneList", f"{cloud.project(call)}/zones", found)


def get_region(cloud: Gcp, call: Call) -> dict[str, Any]:
    region = call.values["region"]
    if region not in ZONES:
        raise absent(f"{cloud.project(call)}/regions/{region}")
    return _region(region)


def list_regions(cloud: Gcp, call: Call) -> dict[str, Any]:
    found = [_region(region) for region in ZONES]
    return lists.answer(cloud, call, "compute#regionList", f"{cloud.project(call)}/regions", found)


def _zone(zone: str) -> dict[str, Any]:
    return {
        "kind": "compute#zone",
        "id": number_id(2000 + ALL_ZONES.index(zone)),
        "creationTimestamp": _LAUNCHED,
        "name": zone,
        "description": zone,
        "status": "UP",
        "region": link(f"projects/{PROJECT}/regions/{region_of(zone)}"),
        "selfLink": link(f"projects/{PROJECT}/zones/{zone}"),
        "availableCpuPlatforms": ["Intel Broadwell", "Intel Cascade Lake", "Intel Skylake", "AMD Rome"],
        "supportsPzs": False,
    }


def _region(region: str) -> dict[str, Any]:
    return {
        "kind": "compute#region",
        "id": number_id(1000 + list(ZONES).index(region)),
        "creationTimestamp": _LAUNCHED,
        "name": region,
        "description": region,
        "status": "UP",
        "zones": [link(f"projects/{PROJECT}/zones/{zone}") for zone in ZONES[region]],
        "quotas": [],
        "selfLink": link(f"projects/{PROJECT}/regions/{region}"),
        "supportsPzs": False,
    }
