"""Which regions the collector goes to, when, and with what, seen at the mock cloud."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import ConnectionInfo
from spider_drivers.mock.connection import Client, MockConnection
from spider_drivers.mock.image import MockImages

from .calls import kept
from .house import House

EVERYWHERE = ("default", "north", "south", "west")
GET_IMAGE, NAMES = "describe_images", "describe_regions"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = measuring(tmp_path)
    yield found
    found.engine.close()


def measuring(home: Path, **settings: Any) -> House:
    return House(home, collect_seconds=60.0, **settings)


def connect(house: House, name: str, credential: str = "c", **keys: str) -> None:
    """Another connection config, with a region of its own."""
    pairs = [{"Key": key, "Value": value} for key, value in keys.items()]
    house.do("create_region", {"RegionName": name, "ProviderName": "MOCK", "KeyValueInfoList": pairs})
    names = {"DriverName": "d", "CredentialName": credential, "RegionName": name}
    house.do("create_connection", {"ConfigName": name, "ProviderName": "MOCK", **names})


def measured(house: House, api: str = GET_IMAGE) -> Counter[tuple[str, str]]:
    """(connection, region) of what is recorded."""
    return Counter((row["connection"], row["region"]) for row in kept(house.engine.store) if row["api"] == api)


def test_nothing_is_asked_until_it_is_switched_on(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.engine.collector.collect()
    house.engine.collect_if_due(datetime(2030, 1, 1, tzinfo=UTC))
    assert house.cloud.calls_seen == 0


def test_every_region_is_asked_once_by_the_one_connection(house: House) -> None:
    house.engine.collector.collect()
    assert measured(house) == Counter(("mock", region) for region in EVERYWHERE)
    assert measured(house, NAMES) == Counter([("mock", "")])
    assert house.cloud.calls_seen == len(EVERYWHERE) + 1


def test_records_say_what_they_are_of(house: House) -> None:
    house.engine.collector.collect()
    rows = list(kept(house.engine.store))
    assert {row["cloud"] for row in rows} == {"MOCK"}
    assert {row["resource_name"] for row in rows} == {""}
    assert {row["api"]: row["resource_type"] for row in rows} == {GET_IMAGE: "VMIMAGE", NAMES: "REGIONZONE"}
    (round_,) = {row["request"] for row in rows}
    assert round_.startswith("collect-")


def test_connections_that_differ_in_their_region_are_asked_once_in_each(house: House) -> None:
    house.region(Region="default", Zone="default-1")
    connect(house, "north", Region="north", Zone="north-2")
    connect(house, "north-too", Region="north")
    house.engine.collector.collect()
    assert measured(house) == Counter([("mock", "default"), ("north", "north"), ("mock", "south"), ("mock", "west")])
    zones = {row["region"]: row["zone"] for row in kept(house.engine.store) if row["api"] == GET_IMAGE}
    assert zones == {"default": "default-1", "north": "north-2", "south": "", "west": ""}


def test_connections_of_other_credentials_are_asked_for_themselves(house: House) -> None:
    secret = [{"Key": "MockName", "Value": house.mock_name}]
    house.do("create_credential", {"CredentialName": "c2", "ProviderName": "MOCK", "KeyValueInfoList": secret})
    connect(house, "other", "c2", Region="north")
    connect(house, "elsewhere", Region="west", Endpoint="http://127.0.0.1:9")
    house.engine.collector.collect()
    everywhere = {(name, region) for name in ("mock", "other", "elsewhere") for region in EVERYWHERE}
    assert measured(house) == Counter(everywhere)


@pytest.mark.parametrize(
    ("wanted", "expected", "lists"),
    [
        ("north, south", {("mock", "north"), ("mock", "south")}, 1),
        ("north,nowhere", {("mock", "north")}, 1),
        ("mock/nowhere", {("mock", "nowhere")}, 0),
        ("mock/west,nobody/west", {("mock", "west")}, 0),
        ("mock/west,north,west", {("mock", "west"), ("mock", "north")}, 1),
    ],
)
def test_regions_can_be_chosen(tmp_path: Path, wanted: str, expected: set[tuple[str, str]], lists: int) -> None:
    house = measuring(tmp_path, collect_regions=wanted)
    house.engine.collector.collect()
    assert measured(house) == Counter(expected)
    assert measured(house, NAMES).total() == lists


def test_apis_can_be_chosen(tmp_path: Path) -> None:
    house = measuring(tmp_path, collect_apis="GetImage, ListVM,ListVMSpec", collect_regions="mock/north")
    house.engine.collector.collect()
    assert Counter(row["api"] for row in kept(house.engine.store)) == Counter(
        [GET_IMAGE, "describe_vms", "describe_specs"]
    )


def test_what_cannot_be_measured_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SPIDER_COLLECT_APIS: 'DeleteVM' is not one of: GetImage"):
        House(tmp_path, collect_apis="GetImage,DeleteVM")


def test_a_cloud_out_of_order_is_recorded_and_stops_no_other(house: House) -> None:
    fails = "describe_images:ServiceUnavailable:always"
    connect(house, "broken", Region="north", Endpoint="http://127.0.0.1:9", Fail=fails)
    connect(house, "leads-nowhere", Region="north")
    house.do("delete_region", None, "leads-nowhere")
    house.engine.collector.collect()
    codes = {(row["connection"], row["code"]) for row in kept(house.engine.store) if row["api"] == GET_IMAGE}
    assert codes == {("mock", ""), ("broken", "ServiceUnavailable")}


def test_a_driver_that_breaks_is_told_of_and_stops_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = MockImages.any

    def broken(self: MockImages) -> Any:
        if self._client.region == "north":
            raise ZeroDivisionError
        return real(self)

    monkeypatch.setattr(MockImages, "any", broken)
    house.engine.collector.collect()
    assert {region for _, region in measured(house)} == {"default", "south", "west"}
    assert "ZeroDivisionError" in caplog.text


def test_the_connections_own_regions_are_asked_though_the_cloud_does_not_list_any(house: House) -> None:
    house.region(Region="south", Fail="describe_regions:UnauthorizedOperation:always")
    house.engine.collector.collect()
    assert measured(house) == Counter([("mock", "south")])


def test_a_region_that_still_answers_the_last_round_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = measuring(tmp_path, collect_timeout=1.0, collect_regions="mock/north,mock/south")
    released, real = threading.Event(), Client.call

    def call(self: Client, api: str, **params: Any) -> dict[str, Any]:
        if self.region == "north":
            released.wait(30)
        return real(self, api, **params)

    monkeypatch.setattr(Client, "call", call)
    house.engine.collector.collect()
    house.engine.collector.collect()
    assert not released.is_set()
    assert measured(house) == {("mock", "south"): 2}
    released.set()
    end = datetime.now(UTC) + timedelta(seconds=30)
    while measured(house) != {("mock", "south"): 2, ("mock", "north"): 1}:
        assert datetime.now(UTC) < end, "what came late is not recorded"
        time.sleep(0.02)
    house.engine.collector.collect()
    assert measured(house)["mock", "north"] == 2


def test_connections_stay_open_from_round_to_round_until_they_are_registered_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, closed = Counter[str](), Counter[str]()
    real = MockConnection.__init__

    def init(self: MockConnection, info: ConnectionInfo, recorder: Any) -> None:
        opened[info.region] += 1
        real(self, info, recorder)

    monkeypatch.setattr(MockConnection, "__init__", init)
    monkeypatch.setattr(MockConnection, "close", lambda self: closed.update([self.client.region]))
    for _ in range(2):
        house.engine.collector.collect()
    assert opened == Counter(("", *EVERYWHERE))
    assert not closed
    house.region(Region="north")
    house.engine.collector.collect()
    assert opened == Counter(("", *EVERYWHERE, *EVERYWHERE))
    assert closed == Counter(("default", *EVERYWHERE)), "the one without a region is the mock's default"


@pytest.mark.parametrize(("seconds", "turns"), [(300.0, [0, 5, 10]), (60.0, [*range(12)]), (7.0, [*range(12)])])
def test_a_scheduler_that_calls_each_minute_starts_a_round_when_it_is_due(
    tmp_path: Path, seconds: float, turns: list[int]
) -> None:
    house = House(tmp_path, collect_seconds=seconds, collect_regions="mock/north")
    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    done = []
    for minute in range(12):
        before = measured(house).total()
        house.engine.collect_if_due(noon + timedelta(minutes=minute, seconds=20 - minute * 3))
        if measured(house).total() > before:
            done.append(minute)
    assert done == turns


def test_another_region_is_reached_the_same_way_but_for_the_zone() -> None:
    keys = {"Region": "a", "Zone": "a-1", "TargetZone": "a-2", "Endpoint": "https://cloud", "CA": "pem", "Own": "x"}
    info = ConnectionInfo("c", "MOCK", {"MockName": "m"}, keys)
    other = info.in_region("b")
    assert other.region_keys == {"Region": "b", "Endpoint": "https://cloud", "CA": "pem", "Own": "x"}
    assert (other.name, other.credential) == (info.name, info.credential)
    assert info.in_region("a") == info
