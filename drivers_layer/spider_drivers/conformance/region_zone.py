"""Regions and their zones."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from ..contract import NotFound, Ref, RegionZone
from .bench import Bench
from .case import Cases
from .runner import acting
from .well_formed import assert_well_formed


class RegionZoneCases(Cases):
    def test_list_holds_the_region_and_zone_of_the_connection(self, bench: Bench) -> None:
        regions: dict[str, RegionZone] = {region.name: region for region in bench.list("region_zone")}
        info = bench.cloud.info
        assert info.region in regions
        assert info.zone in ("", *(zone.name for zone in regions[info.region].zones))

    def test_all_regions_are_well_formed(self, bench: Bench) -> None:
        regions: list[RegionZone] = bench.list("region_zone")
        names = [region.name for region in regions]
        assert len(names) == len(set(names)), f"a region stands twice in {names}"
        for region in regions:
            assert_well_formed(region)

    def test_get_and_list_agree(self, bench: Bench) -> None:
        name = bench.cloud.info.region
        (listed,) = [region for region in bench.list("region_zone") if region.name == name]
        assert bench.get("region_zone", Ref(name, name)) == listed

    def test_names_are_those_of_the_list_at_no_more_calls(self, bench: Bench) -> None:
        regions: list[RegionZone] = []
        of_all = bench.cost(lambda: regions.extend(bench.list("region_zone")))
        names: list[str] = []
        assert bench.cost(lambda: names.extend(_names(bench))) <= of_all
        assert sorted(names) == sorted(region.name for region in regions)

    def test_unknown_region_is_not_found(self, bench: Bench) -> None:
        with pytest.raises(NotFound):
            bench.get("region_zone", Ref("spider-no-such-region", "spider-no-such-region"))

    def test_raw_forms_are_json(self, bench: Bench) -> None:
        name = bench.cloud.info.region
        zones = bench.get("region_zone", Ref(name, name)).zones
        with acting(bench.cloud):
            handler = bench.read("region_zone")
            raw_regions, raw_zones = json.dumps(handler.raw_regions()), json.dumps(handler.raw_zones())
        assert name in raw_regions
        assert all(zone.name in raw_zones for zone in zones)


def _names(bench: Bench) -> Sequence[str]:
    with acting(bench.cloud):
        names: Sequence[str] = bench.read("region_zone").names()
    return names
