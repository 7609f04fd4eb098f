"""Regions that the subscription can use, and their zones: one call tells them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..contract import NotFound, Ref, RegionHandler, RegionZone, Zone, ZoneStatus
from . import details
from .calls import Arm, Thing
from .place import same


class AzureRegions(RegionHandler):
    """Zones are the subscription's own numbers (`1`, `2`, `3`): what a VM's zone is. Details tell the data centres."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def list(self) -> list[RegionZone]:
        return [_region(found) for found in self._listed() if _physical(found)]

    def get(self, ref: Ref) -> RegionZone:
        return _region(self._one(ref.id or ref.name))

    def raw_regions(self) -> Any:
        """`{"value": [...]}`, as Subscriptions_ListLocations answers it; groups of regions too."""
        return {"value": [*self._listed()]}

    def raw_zones(self) -> Any:
        """`{"availabilityZoneMappings": [...]}` of the connection's region, as in raw_regions."""
        found = self._one(self._arm.place.location)
        return {"availabilityZoneMappings": found.get("availabilityZoneMappings") or []}

    def _listed(self) -> Sequence[Thing]:
        return self._arm.all("subscriptions.subscriptions.list_locations", self._arm.place.subscription)

    def _one(self, name: str) -> Thing:
        """Raises NotFound."""
        for found in self._listed():
            if same(found["name"], name) and _physical(found):
                return found
        raise NotFound(f"the region {name} does not exist, or is not the subscription's")


def _physical(found: Thing) -> bool:
    """Azure lists groups of regions (`europe`) among them."""
    return bool((found.get("metadata") or {}).get("regionType", "Physical") == "Physical")


def _region(found: Thing) -> RegionZone:
    return RegionZone(
        name=found["name"],
        display_name=found.get("displayName") or found["name"],
        zones=tuple(_zone(one) for one in found.get("availabilityZoneMappings") or []),
        details=details.told(found.get("metadata") or {})
        | {"regionalDisplayName": found.get("regionalDisplayName", "")},
    )


def _zone(found: Thing) -> Zone:
    return Zone(
        name=str(found["logicalZone"]),
        display_name=str(found["logicalZone"]),
        status=ZoneStatus.UNTOLD,
        details={"physicalZone": str(found.get("physicalZone", ""))},
    )
