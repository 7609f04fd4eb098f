"""The collector against every emulated cloud: what its calls cost, and that records and the cloud's own book agree."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest

from chalicelib.engine.service import open_engine
from chalicelib.store import Item
from tests.rest.support import ask
from tests.servers import Twin, tell, twin
from tests.system.clouds import EMULATED, emulated

from .calls import kept
from .house import House

# Each cloud's regions that the round goes to: the connection's own, and another where the cloud has one.
REGIONS = {
    "ALIBABA": ("ap-northeast-1", "us-west-1"),
    "AWS": ("us-east-2", "sa-east-1"),
    "AZURE": ("northeurope", "koreacentral"),
    "CLOUDIT": ("default",),
    "DOCKER": ("default",),
    "GCP": ("us-central1", "europe-west4"),
    "OPENSTACK": ("RegionOne",),
}
LISTED = {
    "ALIBABA": ["DescribeRegions"],
    "AWS": ["DescribeRegions"],
    "AZURE": ["GET v2.0/.well-known/openid-configuration", "POST oauth2/v2.0/token", "GET locations"],
    "CLOUDIT": [],
    "DOCKER": [],
    "GCP": ["compute.regions.list"],
    "OPENSTACK": ["POST identity/auth/tokens"],
}
ASKED = {
    "ALIBABA": ["DescribeImages"],
    "AWS": ["DescribeImages"],
    "AZURE": [
        "GET Microsoft.Compute/locations/{name}/publishers/{name}/artifacttypes/{name}/offers/{name}/skus",
    ],
    "CLOUDIT": ["GET /ace/templates"],
    "DOCKER": ["GET /images/json"],
    "GCP": ["compute.images.getFromFamily"],
    "OPENSTACK": ["GET image/images"],
}
# What the first call on a connection costs besides.
FIRST = {"DOCKER": ["GET /version"], "OPENSTACK": ["GET image"]}
REGIONAL = ("ALIBABA", "AWS", "AZURE")  # whose calls name their region


class Front:
    """What a user tells Spider, as a cloud's `register` sends it."""

    def __init__(self, house: House) -> None:
        self._engine = house.engine

    def call(self, method: str, path: str, body: object) -> None:
        answer = ask(self._engine, method, f"/spider{path}", body)
        assert answer.status == 200, answer.data


@dataclass
class World:
    house: House
    twin: Twin

    def rows(self) -> list[Item]:
        return list(kept(self.house.engine.store))

    def places(self) -> list[tuple[str, str]]:
        """Connection and region of each call."""
        return [(row["connection"], row["region"]) for row in self.rows()]

    def until_recorded(self, before: Counter[tuple[str, str]], expected: set[tuple[str, str]]) -> None:
        """These places, and no other, have calls that were not recorded before."""
        end = time.monotonic() + 30
        while set(found := Counter(self.places()) - before) != expected:
            assert time.monotonic() < end, f"recorded are calls in {found}"
            time.sleep(0.05)

    def seen(self) -> list[dict[str, str]]:
        """The emulated clouds' own book."""
        with closing(http.client.HTTPConnection(urlsplit(self.twin.plain).netloc, timeout=30)) as connection:
            connection.request("GET", "/_twin/calls")
            return [json.loads(line) for line in connection.getresponse().read().splitlines()]


@pytest.fixture(scope="module")
def clouds() -> Iterator[Twin]:
    with twin(*(provider.lower() for provider in EMULATED)) as found:
        yield found


@pytest.fixture(scope="module")
def world(clouds: Twin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """After one round."""
    regions = ",".join(region for regions in REGIONS.values() for region in regions)
    house = House(tmp_path_factory.mktemp("home"), collect_seconds=60.0, collect_regions=regions, collect_timeout=60.0)
    house.do("delete_connection", None, "mock")
    for provider in EMULATED:
        emulated(clouds, provider).register(Front(house))  # type: ignore[arg-type]  # it calls, and no more
    house.engine.collector.collect()
    yield World(house, clouds)
    house.engine.close()


@pytest.mark.parametrize("provider", EMULATED)
def test_each_region_costs_one_call_and_the_list_of_regions_one(world: World, provider: str) -> None:
    own, *others = REGIONS[provider]
    expected = Counter((own, api) for api in [*LISTED[provider], *FIRST.get(provider, []), *ASKED[provider]])
    expected += Counter((other, api) for other in others for api in ASKED[provider])
    rows = [row for row in world.rows() if row["cloud"] == provider and row["region"] in REGIONS[provider]]
    assert Counter((row["region"], row["api"]) for row in rows) == expected
    assert {row["connection"] for row in rows} == {f"{provider.lower()}-config"}
    assert {row["code"] for row in rows} == {""}
    assert all(row["zone"] == "" for row in rows if row["region"] in others)


def test_the_clouds_have_seen_what_is_recorded(world: World) -> None:
    seen = world.seen()
    assert Counter((call["cloud"].upper(), call["api"]) for call in seen) == Counter(
        (row["cloud"], row["api"]) for row in world.rows()
    )
    told = Counter((call["cloud"].upper(), call["api"], call["region"]) for call in seen if call["region"])
    for provider in REGIONAL:
        for row in world.rows():
            if row["cloud"] == provider and row["api"] in ASKED[provider]:
                assert told[provider, row["api"], row["region"]] == 1, row


def test_a_region_that_stands_still_ends_no_round_and_is_recorded_when_it_answers(world: World) -> None:
    settings = replace(
        world.house.settings,
        collect_regions="alibaba-config/us-west-1,alibaba-config/eu-central-1,docker-config/default",
        collect_timeout=5.0,
    )
    dead = {"cloud": "alibaba", "region": "us-west-1", "hold": "before"}
    rule = tell(world.twin.plain, "POST", "/faults", dead)["id"]
    before = Counter(world.places())
    with closing(open_engine(settings, world.house.clock)) as engine:
        engine.collector.collect()
        others = {("alibaba-config", "eu-central-1"), ("docker-config", "default")}
        world.until_recorded(before, others)
        assert tell(world.twin.plain, "GET", f"/faults/{rule}/reached")["reached"], "it stands still no more"
        tell(world.twin.plain, "DELETE", f"/faults/{rule}")
        world.until_recorded(before, {*others, ("alibaba-config", "us-west-1")})


def test_what_a_cloud_has_none_of_is_not_asked_for(world: World) -> None:
    settings = replace(world.house.settings, collect_regions="docker-config/default", collect_apis="ListKey,ListVM")
    before = Counter(row["api"] for row in world.rows())
    with closing(open_engine(settings, world.house.clock)) as engine:
        engine.collector.collect()
    new = Counter(row["api"] for row in world.rows()) - before
    assert new == Counter(["GET /version", "GET /containers/json"])
