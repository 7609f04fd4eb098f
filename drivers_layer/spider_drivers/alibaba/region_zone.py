"""Regions that the account sees, and their zones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from ..contract import NotFound, Ref, Refused, RegionHandler, RegionZone, Zone, ZoneStatus, details
from ..contract.regions import recorded_in
from .calls import Acs, Thing
from .errors import understood

Elsewhere = Callable[[str], AbstractContextManager[Acs]]

_ENGLISH = "en-US"


class AlibabaRegions(RegionHandler):
    """ECS tells a region's zones at that region's own address: a list is one call, and one more per region, in turn.

    `elsewhere`: opens another region's ECS. Its calls are recorded as that region's.
    """

    def __init__(self, acs: Acs, elsewhere: Elsewhere) -> None:
        self._acs = acs
        self._elsewhere = elsewhere

    def list(self) -> list[RegionZone]:
        """A region that refuses this credential is listed without zones; its details tell the cloud's words."""
        return [self._with_zones(found, lenient=True) for found in _regions(self._acs)]

    def get(self, ref: Ref) -> RegionZone:
        name = ref.id or ref.name
        for found in _regions(self._acs):
            if found["RegionId"] == name:
                return self._with_zones(found)
        raise NotFound(f"the region {name} does not exist")

    def names(self) -> Sequence[str]:
        """One call."""
        return [found["RegionId"] for found in _regions(self._acs)]

    def raw_regions(self) -> Any:
        """`{"Regions": {"Region": [...]}}`, as `aliyun ecs DescribeRegions` prints it."""
        return {"Regions": {"Region": _regions(self._acs)}}

    def raw_zones(self) -> Any:
        """`{"Zones": {"Zone": [...]}}`, as `aliyun ecs DescribeZones` prints it."""
        return {"Zones": {"Zone": zones(self._acs, verbose=True)}}

    def _with_zones(self, found: Thing, *, lenient: bool = False) -> RegionZone:
        name, told = found["RegionId"], details.told(found, but=("RegionId", "LocalName"))
        try:
            own = self._zones(name)
        except Refused as refused:
            if not lenient or name == self._acs.region:
                raise
            own, told = (), told | {"ZonesRefused": refused.message}
        return RegionZone(name, found.get("LocalName") or name, own, told)

    def _zones(self, region: str) -> tuple[Zone, ...]:
        if region == self._acs.region:
            return _told(self._acs)
        with recorded_in(region), self._elsewhere(region) as acs:
            return _told(acs)


def _regions(acs: Acs) -> list[Thing]:
    answer = acs.call("ecs.DescribeRegions", AcceptLanguage=_ENGLISH)
    with understood():
        return [{**one, "RegionId": str(one["RegionId"])} for one in answer["Regions"]["Region"]]


def zones(acs: Acs, *, verbose: bool = False) -> list[Thing]:
    """`verbose`: with all that each zone sells."""
    answer = acs.call("ecs.DescribeZones", AcceptLanguage=_ENGLISH, Verbose=verbose)
    with understood():
        return [dict(one) for one in answer["Zones"]["Zone"]]


def _told(acs: Acs) -> tuple[Zone, ...]:
    found = zones(acs)
    with understood():
        return tuple(_zone(one) for one in found)


def _zone(found: Thing) -> Zone:
    """ECS says nothing of a zone's state."""
    return Zone(
        name=found["ZoneId"],
        display_name=found.get("LocalName") or found["ZoneId"],
        status=ZoneStatus.UNTOLD,
        details=details.told(found, but=("ZoneId", "LocalName")),
    )
