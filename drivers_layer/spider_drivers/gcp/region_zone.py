"""Regions and their zones: two lists tell all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..contract import NotFound, Ref, RegionHandler, RegionZone, Zone, ZoneStatus, details
from .calls import Gce, Thing
from .errors import understood
from .names import tail

_STATUSES = {"UP": ZoneStatus.AVAILABLE, "": ZoneStatus.UNTOLD}


class GcpRegions(RegionHandler):
    def __init__(self, gce: Gce, region: str) -> None:
        self._gce = gce
        self._region = region

    def list(self) -> list[RegionZone]:
        regions, zones = self._gce.all("regions.list"), self._gce.all("zones.list")
        with understood():
            return [_region(found, zones) for found in regions]

    def get(self, ref: Ref) -> RegionZone:
        name = ref.id or ref.name
        if not name or "/" in name:
            raise NotFound(f"the region {name} does not exist")
        found, zones = self._gce.call("regions.get", region=name), self._gce.all("zones.list")
        with understood():
            return _region(found, zones)

    def names(self) -> Sequence[str]:
        """As many calls as there are pages of regions."""
        regions = self._gce.all("regions.list")
        with understood():
            return [found["name"] for found in regions]

    def raw_regions(self) -> Any:
        """`{"items": [...]}`, as regions.list answers."""
        return {"items": self._gce.all("regions.list")}

    def raw_zones(self) -> Any:
        """`{"items": [...]}`, as zones.list answers."""
        zones = self._gce.all("zones.list")
        return {"items": [zone for zone in zones if tail(zone.get("region", "")) == self._region]}


def _region(found: Thing, zones: list[Thing]) -> RegionZone:
    name = found["name"]
    return RegionZone(
        name=name,
        display_name=found.get("description") or name,
        zones=tuple(_zone(zone) for zone in zones if tail(zone["region"]) == name),
        details=details.told(found, but=("name", "zones", "kind", "quotas")),
    )


def _zone(found: Thing) -> Zone:
    return Zone(
        name=found["name"],
        display_name=found.get("description") or found["name"],
        status=_STATUSES.get(found.get("status", ""), ZoneStatus.UNAVAILABLE),
        details=details.told(found, but=("name", "region", "status", "kind")),
    )
