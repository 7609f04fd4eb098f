"""Regions: Cloudit has none. What a connection says of itself is one, without zones; no call goes out."""

from __future__ import annotations

from typing import Any

from ..contract import NotFound, Ref, RegionHandler, RegionZone


class CloudItRegions(RegionHandler):
    def __init__(self, region: str) -> None:
        self._region = region

    def list(self) -> list[RegionZone]:
        return [RegionZone(self._region, self._region)]

    def get(self, ref: Ref) -> RegionZone:
        name = ref.id or ref.name
        if name != self._region:
            raise NotFound(f"the region {name} does not exist: this connection's is {self._region}")
        return RegionZone(name, name)

    def raw_regions(self) -> Any:
        return {"Regions": [{"Name": self._region}]}

    def raw_zones(self) -> Any:
        return {"Zones": []}
