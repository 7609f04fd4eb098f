"""Statistics of calls as they are asked for: by what, over which times, and the same before and after merging."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import CallRecord, Invalid, OutOfService

from chalicelib.catalogue.wire.base import write
from chalicelib.engine.history import merging
from chalicelib.engine.service import open_engine
from chalicelib.engine.settings import Settings
from chalicelib.store import CALL_STATS

from .calls import NOON, call, unmerged
from .house import BY_NAME, House

DAY = timedelta(days=1)


def ask(house: House, action: str = "get_call_stats", **body: str) -> dict[str, Any]:
    """The answer as it is on the wire."""
    written: dict[str, Any] = write(BY_NAME[action].answer_model, house.do(action, body))
    return written


def record(house: House, calls: Iterable[CallRecord]) -> list[CallRecord]:
    todo = list(calls)
    with house.engine.history.gather():
        for one in todo:
            house.engine.history.sink(one)
    return todo


def until(house: House, moment: datetime) -> None:
    house.clock.advance((moment - house.clock.now()).total_seconds())


@pytest.fixture
def house(house: House) -> House:
    """At 12:30 of the day that the calls are from."""
    until(house, NOON + timedelta(minutes=30))
    return house


def test_each_figure_is_that_of_the_calls(house: House) -> None:
    chance = random.Random(7)
    calls = record(house, (call(elapsed=chance.lognormvariate(-1, 1), code="X" * (n % 4 == 0)) for n in range(200)))
    times = sorted(one.elapsed for one in calls)
    (found,) = ask(house)["stats"]
    assert (found["CloudOS"], found["Region"], found["CloudOSAPI"]) == ("AWS", "eu-west-1", "DescribeImages")
    assert (found["Count"], found["Errors"], found["ErrorRate"]) == (200, 50, 0.25)
    for name, share in (("P50", 0.5), ("P90", 0.9), ("P99", 0.99)):
        assert found[name] == pytest.approx(times[math.ceil(share * 200) - 1], rel=0.0101)
    assert found["Max"] == pytest.approx(times[-1], abs=1e-6)
    assert found["Mean"] == pytest.approx(sum(times) / 200, abs=2e-6)


def test_merging_changes_no_answer(house: House) -> None:
    chance = random.Random(3)
    record(house, (call(elapsed=chance.random(), at=NOON - timedelta(minutes=number)) for number in range(150)))
    asked: list[dict[str, str]] = [{}, {"groupby": "hour"}, {"groupby": "hour,region"}, {"from": "2029-12-01"}]
    before = [ask(house, **one) for one in asked]
    house.engine.merging.merge()
    assert [ask(house, **one) for one in asked] == before
    record(house, [call()])
    assert sum(row["Count"] for row in ask(house)["stats"]) == 151


def test_groups_are_told_apart_by_what_is_asked_in_that_order(house: House) -> None:
    for region in ("eu-west-1", "us-east-1"):
        for connection in ("a", "b"):
            for hour in (0, 1):
                record(house, [call(region=region, connection=connection, at=NOON - timedelta(hours=hour))])
    by_hour = ask(house, groupby="Hour, Region")
    assert by_hour["GroupBy"] == ["hour", "region"]
    assert [(row["Hour"], row["Region"], row["Count"]) for row in by_hour["stats"]] == [
        ("2030-01-01T11:00:00Z", "eu-west-1", 2),
        ("2030-01-01T11:00:00Z", "us-east-1", 2),
        ("2030-01-01T12:00:00Z", "eu-west-1", 2),
        ("2030-01-01T12:00:00Z", "us-east-1", 2),
    ]
    by_connection = ask(house, groupby="connection")["stats"]
    assert [(row["ConnectionName"], row["Count"]) for row in by_connection] == [("a", 4), ("b", 4)]
    assert set(by_connection[0]).isdisjoint({"Hour", "Region", "CloudOS", "CloudOSAPI"})


@pytest.mark.parametrize("merged", [True, False])
def test_every_filter_leaves_out_the_others(house: House, merged: bool) -> None:
    other: dict[str, Any] = {"region": "us-east-1", "connection": "other", "cloud": "GCP"}
    record(house, [call(), call("RunInstances"), *(call(**{name: value}) for name, value in other.items())])
    if merged:
        house.engine.merging.merge()
    filters = {"region": "us-east-1", "connectionname": "other", "cloudos": "gcp", "cloudosapi": "RunInstances"}
    for name, value in filters.items():
        assert [row["Count"] for row in ask(house, groupby="cloud", **{name: value})["stats"]] == [1]
    both = ask(house, groupby="cloud", cloudos="AWS", region="eu-west-1", cloudosapi="DescribeImages")
    assert [row["Count"] for row in both["stats"]] == [2]
    assert ask(house, region="eu-west")["stats"] == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, ("2029-12-31T12:00:00Z", "2030-01-01T13:00:00Z")),
        ({"from": "2030-01-01T03:59:59Z"}, ("2030-01-01T03:00:00Z", "2030-01-01T13:00:00Z")),
        ({"to": "2030-01-01T03:00:01Z"}, ("2029-12-31T03:00:00Z", "2030-01-01T04:00:00Z")),
        ({"from": "2030-01-01", "to": "2030-01-01T05:00:00"}, ("2030-01-01T00:00:00Z", "2030-01-01T05:00:00Z")),
        (
            {"from": "2030-01-01T09:00:00 09:00", "to": "2030-01-01T10:30:00+09:00"},
            ("2030-01-01T00:00:00Z", "2030-01-01T02:00:00Z"),
        ),
    ],
)
def test_times_are_widened_to_whole_hours_and_told(house: House, given: dict[str, str], told: tuple[str, str]) -> None:
    answer = ask(house, **given)
    assert (answer["From"], answer["To"]) == told


def test_only_calls_of_those_hours_count(house: House) -> None:
    record(house, (call(at=NOON - timedelta(hours=number)) for number in range(48)))
    for _ in range(2):
        counts = ask(house, groupby="cloud", **{"from": "2029-12-31T10:00:00Z", "to": "2030-01-01T02:00:00Z"})
        assert [row["Count"] for row in counts["stats"]] == [16]
        house.engine.merging.merge()


def test_a_year_is_read_by_days_and_days_without_calls_cost_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in (0, 1, 100, 300):
        record(house, [call(at=NOON - days * DAY), call(at=NOON - days * DAY - timedelta(hours=1))])
    house.engine.merging.merge()
    asked: list[str] = []
    real = house.engine.store.query

    def query(table: Any, hash_value: str, **options: Any) -> Any:
        asked.append(hash_value)
        return real(table, hash_value, **options)

    monkeypatch.setattr(house.engine.store, "query", query)
    answer = ask(house, groupby="cloud", **{"from": "2029-01-15T23:00:00Z"})
    assert [row["Count"] for row in answer["stats"]] == [8]
    periods = [one for one in asked if one.startswith("20")]
    assert periods[:3] == ["2029-03-07", "2029-09-23", "2029-12-31"]
    assert periods[3:] == [f"2030-01-01T{hour:02}" for hour in range(13)]


def test_what_is_read_grows_with_the_groups_and_not_with_the_calls(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def items_read() -> int:
        read = 0
        real = house.engine.store.query

        def query(*given: Any, **options: Any) -> Any:
            nonlocal read
            page = real(*given, **options)
            read += len(page.items)
            return page

        with monkeypatch.context() as patch:
            patch.setattr(house.engine.store, "query", query)
            ask(house)
        return read

    record(house, (call(elapsed=number / 100) for number in range(10)))
    house.engine.merging.merge()
    few = items_read()
    record(house, (call(elapsed=number / 100) for number in range(500)))
    house.engine.merging.merge()
    assert items_read() == few == 2  # a day with calls, and one row of an hour


class Merged:
    """Merges before the nth query of whoever reads."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch, numbers: set[int]) -> None:
        self.queries = 0
        real = house.engine.store.query

        def query(*given: Any, **options: Any) -> Any:
            self.queries += 1
            if self.queries in numbers:
                numbers.discard(self.queries)
                record(house, [call(at=NOON - DAY * 5)])  # not asked for, so that there is always something to merge
                house.engine.merging.merge()
            return real(*given, **options)

        monkeypatch.setattr(house.engine.store, "query", query)


@pytest.mark.parametrize("number", range(1, 20))
def test_what_is_merged_while_it_is_read_counts_once(
    house: House, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    record(house, (call(at=NOON - timedelta(minutes=30 * one)) for one in range(8)))
    Merged(house, monkeypatch, {number})
    answer = ask(house, groupby="cloud", **{"from": "2030-01-01"})
    assert [row["Count"] for row in answer["stats"]] == [8]


def test_who_can_never_read_in_peace_is_told_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.engine.store, "get_many", lambda table, keys: [None for _ in keys])
    record(house, [call()])
    with pytest.raises(OutOfService) as told:
        ask(house)
    assert told.value.retry_after


def test_regions_are_ranked_by_the_seconds_to_a_success(house: House) -> None:
    def region(name: str, seconds: float, failed: int, of: int) -> None:
        record(house, (call(region=name, elapsed=seconds, code="Busy" if n < failed else "") for n in range(of)))

    region("near", 0.2, 0, 10)
    region("far", 0.8, 0, 10)
    region("shaky", 0.3, 8, 10)  # five tries for each success: 1.5 s
    region("dead", 0.1, 3, 3)
    record(house, [call("Other", region="elsewhere")])
    ranking = ask(house, "rank_region", api="DescribeImages")["ranking"]
    assert [row["Region"] for row in ranking] == ["near", "far", "shaky", "dead"]
    assert ranking[2]["Score"] == pytest.approx(1.5, rel=0.011)
    assert ranking[2]["ErrorRate"] == 0.8
    assert ranking[3]["Score"] is None
    assert set(ranking[0]) == {"CloudOS", "Region", "Count", "ErrorRate", "P50", "P90", "Score"}


def test_clouds_are_ranked_together_each_by_its_own_name_for_the_call(house: House) -> None:
    record(house, [call(elapsed=0.5), call("images.get", cloud="GCP", region="asia-east1", elapsed=0.1)])
    ranking = ask(house, "rank_region", api="DescribeImages(), images.get")["ranking"]
    assert [(row["CloudOS"], row["Region"]) for row in ranking] == [("GCP", "asia-east1"), ("AWS", "eu-west-1")]
    assert [row["CloudOS"] for row in ask(house, "rank_region", api="DescribeImages", cloudos="aws")["ranking"]] == [
        "AWS"
    ]


@pytest.mark.parametrize(
    ("action", "given", "field"),
    [
        ("get_call_stats", {"groupby": "hour,weather"}, "GroupBy"),
        ("get_call_stats", {"from": "yesterday"}, "From"),
        ("get_call_stats", {"to": "2030-13-01"}, "To"),
        ("get_call_stats", {"from": "2030-01-02", "to": "2030-01-01"}, "To"),
        ("get_call_stats", {"from": "2030-01-01", "to": "2030-01-01"}, "To"),
        ("get_call_stats", {"from": "2040-01-01"}, "From"),
        ("get_call_stats", {"from": "2029-01-01", "groupby": "hour"}, "From"),
        ("get_call_stats", {"from": "0001-01-01T00:00:00+14:00"}, "From"),
        ("rank_region", {}, "api"),
        ("rank_region", {"api": " , "}, "api"),
        ("rank_region", {"api": "x", "from": "9999-12-31T23:59:59Z"}, "From"),
    ],
)
def test_what_cannot_be_asked_is_told_by_its_field(
    house: House, action: str, given: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        ask(house, action, **given)
    assert told.value.field == field


def test_statistics_are_kept_longer_than_calls(house: House) -> None:
    record(house, [call()])
    house.engine.merging.merge()
    until(house, NOON + 2 * 365 * DAY)
    assert ask(house, **{"from": "2030-01-01", "to": "2030-01-02"})["stats"][0]["Count"] == 1
    calls = house.do("list_call", {"from": "2030-01-01", "to": "2030-01-02"})
    assert calls == []
    until(house, NOON + 4 * 365 * DAY)
    assert house.engine.store.query(CALL_STATS, "2030-01-01").items == []
    assert ask(house, **{"from": "2030-01-01", "to": "2030-01-02"})["stats"] == []


def test_sums_wait_for_others_a_while_and_are_then_merged(house: House) -> None:
    record(house, [call()])
    house.engine.merge()
    assert len(unmerged(house.engine.store)) == 1
    house.clock.advance(house.settings.merge_seconds + 1)
    house.engine.merge()
    assert unmerged(house.engine.store) == []


def test_a_server_merges_by_its_timer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "LOOK_SECONDS", 0.05)
    engine = open_engine(Settings(home=tmp_path, merge_seconds=0.1))
    try:
        engine.start()
        engine.history.sink(call())
        engine.history.flush()
        end = time.monotonic() + 10
        while not engine.store.query(CALL_STATS, "2030-01-01T12").items:
            assert time.monotonic() < end
            time.sleep(0.02)
        assert unmerged(engine.store) == []
    finally:
        engine.close()
