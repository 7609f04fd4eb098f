"""Regions and their zones. They are names only: whatever a connection's region is, it reaches the same cloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..contract import Ref, RegionHandler, RegionZone, Zone, ZoneStatus
from .connection import Client
from .memory import Row


class MockRegions(RegionHandler):
    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> list[RegionZone]:
        zones = self._client.all("describe_zones")
        return [_region(row, zones) for row in self._client.all("describe_regions")]

    def get(self, ref: Ref) -> RegionZone:
        row = self._client.one("describe_regions", ref)
        return _region(row, self._client.all("describe_zones", {"region": row["id"]}))

    def names(self) -> Sequence[str]:
        return [row["id"] for row in self._client.all("describe_regions")]

    def raw_regions(self) -> Any:
        return {"Regions": self._client.all("describe_regions")}

    def raw_zones(self) -> Any:
        return {"Zones": self._client.all("describe_zones", {"region": self._client.region})}


def _region(row: Row, zones: Iterable[Row]) -> RegionZone:
    mine = tuple(_zone(zone) for zone in zones if zone["region"] == row["id"])
    return RegionZone(row["id"], row["display_name"], mine)


def _zone(row: Row) -> Zone:
    return Zone(row["id"], row["id"], ZoneStatus.AVAILABLE if row["state"] == "available" else ZoneStatus.UNAVAILABLE)
