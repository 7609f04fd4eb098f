"""What the region handlers of several drivers share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from .calls import scope
from .errors import NotFound
from .interface import RegionHandler
from .shapes import Ref
from .shapes.region_zone import RegionZone


class OneRegion(RegionHandler):
    """Of a cloud that has none: what a connection says of itself is one, without zones; no call goes out."""

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


@contextmanager
def recorded_in(region: str) -> Iterator[None]:
    """Around calls to another region than the connection's."""
    before = scope.set(replace(scope.get(), region=region, zone=""))
    try:
        yield
    finally:
        scope.reset(before)
