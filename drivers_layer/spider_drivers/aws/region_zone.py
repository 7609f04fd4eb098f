"""Regions that are enabled for the account, and their zones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from ..contract import NotFound, Ref, Refused, RegionHandler, RegionZone, Zone, ZoneStatus
from ..contract.regions import recorded_in
from . import details
from .calls import Ec2

Elsewhere = Callable[[str], AbstractContextManager[Ec2]]

_ZONES = "describe_availability_zones"
_STATUSES = {"available": ZoneStatus.AVAILABLE, "": ZoneStatus.UNTOLD}


class AwsRegions(RegionHandler):
    """EC2 tells a region's zones in that region only: a list is one call, and one more per region, in turn.

    `elsewhere`: opens another region's EC2. Its calls are recorded as that region's.
    """

    def __init__(self, ec2: Ec2, region: str, elsewhere: Elsewhere) -> None:
        self._ec2 = ec2
        self._region = region
        self._elsewhere = elsewhere

    def list(self) -> list[RegionZone]:
        """A region that refuses this credential is listed without zones; its details tell EC2's words."""
        return [self._with_zones(found, lenient=True) for found in _enabled(self._ec2)]

    def get(self, ref: Ref) -> RegionZone:
        name = ref.id or ref.name
        for found in _enabled(self._ec2):
            if found["RegionName"] == name:
                return self._with_zones(found)
        raise NotFound(f"the region {name} does not exist, or is not enabled for the account")

    def names(self) -> Sequence[str]:
        """One call."""
        return [found["RegionName"] for found in _enabled(self._ec2)]

    def raw_regions(self) -> Any:
        """`{"Regions": [...]}`, as `aws ec2 describe-regions --all-regions` prints it: those not enabled too."""
        return {"Regions": details.plain(self._ec2.call("describe_regions", AllRegions=True)["Regions"])}

    def raw_zones(self) -> Any:
        """`{"AvailabilityZones": [...]}`, as `aws ec2 describe-availability-zones` prints it."""
        return {"AvailabilityZones": details.plain(self._ec2.call(_ZONES)["AvailabilityZones"])}

    def _with_zones(self, found: dict[str, Any], *, lenient: bool = False) -> RegionZone:
        name, told = found["RegionName"], details.told(found, but=("RegionName",))
        try:
            zones = self._zones(name)
        except Refused as refused:
            if not lenient or name == self._region:
                raise
            zones, told = (), told | {"ZonesRefused": refused.message}
        return RegionZone(name, name, zones, told)

    def _zones(self, region: str) -> tuple[Zone, ...]:
        if region == self._region:
            return _told(self._ec2)
        with recorded_in(region), self._elsewhere(region) as ec2:
            return _told(ec2)


def _enabled(ec2: Ec2) -> list[dict[str, Any]]:
    return list(ec2.call("describe_regions")["Regions"])


def _told(ec2: Ec2) -> tuple[Zone, ...]:
    return tuple(_zone(found) for found in ec2.call(_ZONES)["AvailabilityZones"])


def _zone(found: dict[str, Any]) -> Zone:
    return Zone(
        name=found["ZoneName"],
        display_name=found["ZoneName"],
        status=_STATUSES.get(found.get("State", ""), ZoneStatus.UNAVAILABLE),
        details=details.told(found, but=("ZoneName", "RegionName", "State")),
    )
