"""Regions and zones. The catalogue tells the regions, nova each one's zones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..contract import NotFound, Ref, RegionHandler, RegionZone, SpiderError, Zone, ZoneStatus, details
from ..contract.regions import recorded_in
from .calls import OpenStack, Thing
from .errors import understood

ZONES = "compute/os-availability-zone"


class OpenStackRegions(RegionHandler):
    """A list costs one call per region in which there is a nova."""

    def __init__(self, cloud: OpenStack) -> None:
        self._cloud = cloud

    def list(self) -> list[RegionZone]:
        """A region that is out of order is listed without zones; its details tell why."""
        return [self._with_zones(name, lenient=name != self._cloud.region) for name in self.names()]

    def get(self, ref: Ref) -> RegionZone:
        name = ref.id or ref.name
        if name not in self.names():
            raise NotFound(f"the region '{name}' does not exist: the cloud's catalogue has no nova there")
        return self._with_zones(name)

    def names(self) -> Sequence[str]:
        """No call but the log-in, whose catalogue tells them."""
        with understood():
            endpoints = (one for service in self._novas() for one in service["endpoints"])
            return sorted({one["region"] for one in endpoints if one["interface"] == "public"})

    def raw_regions(self) -> Any:
        """`{"catalog": [...]}`: what keystone's catalogue tells of nova."""
        return {"catalog": self._novas()}

    def raw_zones(self) -> Any:
        """`{"availabilityZoneInfo": [...]}`, as nova answers."""
        return self._cloud.get(ZONES)

    def _novas(self) -> Any:
        return [service for service in self._cloud.catalogue() if service.get("type") == "compute"]

    def _with_zones(self, name: str, *, lenient: bool = False) -> RegionZone:
        try:
            with recorded_in(name):
                found = self._cloud.get(ZONES, region=name)
        except SpiderError as refused:
            if not lenient:
                raise
            return RegionZone(name, name, details={"zonesRefused": refused.message})
        with understood():
            return RegionZone(name, name, tuple(_zone(one) for one in found["availabilityZoneInfo"]))


def _zone(found: Thing) -> Zone:
    up = (found.get("zoneState") or {}).get("available")
    return Zone(
        name=found["zoneName"],
        display_name=found["zoneName"],
        status=ZoneStatus.AVAILABLE if up else ZoneStatus.UNAVAILABLE,
        details=details.told(found, but=("zoneName", "zoneState")),
    )
