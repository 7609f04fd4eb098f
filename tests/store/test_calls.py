"""Questions to the history of calls, over each engine: what fits is found, newest first, at a bounded cost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import CallRecord, CallScope, Invalid, VirtualClock

from chalicelib.catalogue.actions import ACTIONS
from chalicelib.catalogue.records import Listed
from chalicelib.catalogue.wire.base import parse
from chalicelib.catalogue.wire.calls import Calls
from chalicelib.catalogue.wire.listing import Listing
from chalicelib.engine import newest
from chalicelib.engine.call import Call
from chalicelib.engine.history import History, records
from chalicelib.engine.history.records import Records
from chalicelib.engine.settings import Settings
from chalicelib.store import Store
from tests.store.support import Counting

NOW = datetime(2030, 1, 1, 9, 30, tzinfo=UTC)
LIST = next(action for action in ACTIONS if action.name == "list_call")
SOME = 160

on_one_engine = pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # what it costs is no engine's affair

FILTERS: list[dict[str, Any]] = [
    {},
    {"ErrorsOnly": True},
    {"ErrorsOnly": True, "CloudOS": "aws"},
    {"ConnectionName": "aws-1"},
    {"connectionname": "aws-1", "errorsonly": "true", "minelapsed": "0.9"},
    {"OperationId": "operation-3"},
    {"OperationId": "operation-3", "ConnectionName": "gcp-1"},
    {"Region": "region-2", "CloudOS": "GCP"},
    {"ResourceType": "VPC/SUBNET"},
    {"ResourceType": "keypair"},
    {"CloudOSAPI": "RunInstances()", "MinElapsed": 0.5},
    {"From": "2029-12-31"},
    {"From": "2029-12-31T18:00:00+09:00", "To": "2030-01-01"},
    {"To": "2029-12-31T02:00:00Z"},
    {"CloudOS": "AZURE"},
]


class Asking:
    """The history with calls in it, of a process whose clock says NOW."""

    def __init__(self, store: Store) -> None:
        clock, settings = VirtualClock(NOW), Settings(home=Path("/nowhere"))
        self.store = Counting(store)
        self.history = History(store, clock, settings)
        self.records = Records(self.store, self.history, clock, settings)  # type: ignore[arg-type]

    def keep(self, calls: list[CallRecord]) -> None:
        with self.history.gather():
            for one in calls:
                self.history.sink(one)

    def page(self, query: dict[str, Any]) -> Listed:
        request = parse(Calls, {key.lower(): value for key, value in query.items()})
        return self.records.list(Call(action=LIST, body=request.read()))

    def pages(self, query: dict[str, Any]) -> Iterator[Listed]:
        while True:
            page = self.page(query)
            yield page
            if page.ends is None:
                return
            request = parse(Calls, {key.lower(): value for key, value in query.items()})
            assert isinstance(request, Calls)
            query = request.following(page.ends)

    def all(self, query: dict[str, Any]) -> list[CallRecord]:
        return [call for page in self.pages(query) for call in page]


def some_calls(count: int, days: int = 2) -> list[CallRecord]:
    """Of some days, in no order; some begin at the same moment."""
    dice = random.Random(7)
    return [_call(dice, NOW - timedelta(minutes=dice.randrange(days * 24 * 60))) for _ in range(count)]


def _call(dice: random.Random, started: datetime) -> CallRecord:
    cloud = dice.choice(["AWS", "GCP"])
    scope = CallScope(
        connection=f"{cloud.lower()}-{dice.randrange(3)}" if dice.random() < 0.9 else "",
        cloud=cloud,
        region=f"region-{dice.randrange(4)}",
        zone=dice.choice(["", "a"]),
        resource_type=dice.choice(["VM", "VPC/SUBNET", "VMKEYPAIR"]),
        resource_name=dice.choice(["", "a", "ü#1"]),
        operation=dice.choice(["", f"operation-{dice.randrange(6)}"]),
        request=f"request-{dice.randrange(50)}",
        attempt=dice.randrange(3),
    )
    failed = dice.random() < 0.2
    api = dice.choice(["RunInstances", "DescribeVpcs", "GET /images/{id}"])
    elapsed = round(dice.random(), 6)
    return CallRecord(scope, api, started, elapsed, "Throttling" if failed else "", "too fast" if failed else "")


def expected(calls: list[CallRecord], query: dict[str, Any]) -> list[CallRecord]:
    """What a look at every call finds."""
    asked = parse(Calls, {key.lower(): value for key, value in query.items()}).read()
    word = {"keypair": "VMKEYPAIR"}.get(asked.resource_type, asked.resource_type)
    return [
        one
        for one in calls
        if asked.connection in ("", one.scope.connection)
        and asked.cloud in ("", one.scope.cloud)
        and asked.region in ("", one.scope.region)
        and word in ("", one.scope.resource_type)
        and asked.api in ("", one.api)
        and asked.operation in ("", one.scope.operation)
        and (asked.since is None or asked.since <= one.started)
        and (asked.until is None or one.started < asked.until)
        and one.elapsed >= asked.min_elapsed
        and (one.error_code or not asked.errors_only)
    ]


def in_order(calls: list[CallRecord]) -> list[Any]:
    return sorted(calls, key=lambda one: (one.started, one.scope.request, one.elapsed, one.api))


def test_what_fits_is_found_newest_first_whatever_the_pages(store: Store) -> None:
    asking, calls = Asking(store), some_calls(SOME)
    asking.keep(calls)
    for query in FILTERS:
        wanted = expected(calls, query)
        for limit in (40, 1000) if len(query) < 2 else (1000,):
            found = asking.all({**query, "limit": limit})
            assert in_order(found) == in_order(wanted), (query, limit)
            assert [one.started for one in found] == sorted((one.started for one in wanted), reverse=True)
    assert len(expected(calls, {"ErrorsOnly": True})) > 15


@on_one_engine
def test_an_answer_reads_a_bounded_number_of_rows(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on, with nothing lost, where few calls fit or days have few."""
    monkeypatch.setattr(newest, "MOST_ROWS", 120)
    monkeypatch.setattr(newest, "MOST_QUERIES", 20)
    asking, calls = Asking(store), some_calls(SOME)
    asking.keep(calls)
    for query in ({"ErrorsOnly": True, "Region": "region-1", "limit": 30}, {"ConnectionName": "aws-1"}, {"limit": 50}):
        found: list[CallRecord] = []
        asking.store.rows = asking.store.queries = 0
        for page in asking.pages(query):
            assert asking.store.rows <= 120
            assert asking.store.queries <= 20
            asking.store.rows = asking.store.queries = 0
            found += page
        assert in_order(found) == in_order(expected(calls, query)), query


@on_one_engine
def test_a_first_page_costs_the_same_in_a_long_history_as_in_a_short_one(store: Store) -> None:
    asking = Asking(store)
    costs = []
    for count in (150, 300):
        asking.keep(some_calls(count, days=1))
        asking.store.rows = asking.store.queries = 0
        assert len(asking.page({"limit": 20})) == 20
        costs.append((asking.store.rows, asking.store.queries))
    assert max(queries for _, queries in costs) <= 1 + 8 + 3
    assert max(rows for rows, _ in costs) <= 20 + 8 * 6


@on_one_engine
def test_days_without_calls_cost_nothing(store: Store) -> None:
    asking, (call,) = Asking(store), some_calls(1)
    asking.keep([replace(call, started=NOW - timedelta(days=days)) for days in (0, 120, 340, 400)])
    found = asking.page({})
    assert [(NOW - one.started).days for one in found] == [0, 120, 340]  # and none older than history_ttl
    assert asking.store.queries <= 1 + 3 * 8


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"From": "yesterday"}, "From"),
        ({"From": "2029-12-31", "To": "2029-12-31"}, "To"),
        ({"MinElapsed": "-1"}, "MinElapsed"),
        ({"MinElapsed": "nan"}, "MinElapsed"),
        ({"ErrorsOnly": "perhaps"}, "ErrorsOnly"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"page": "x"}, "page"),
        ({"page": Listing(ConnectionName="c").following(("vm-01", "i-1"))["page"]}, "page"),
        ({"OperationId": "a\nb"}, "OperationId"),
    ],
)
def test_a_question_that_cannot_be_understood_names_the_field(query: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(Calls, {key.lower(): value for key, value in query.items()})
    assert caught.value.field == field


def test_a_resource_type_that_is_none_is_told() -> None:
    with pytest.raises(Invalid, match="ResourceType: 'IMAGE' is not one of: .*VMIMAGE") as caught:
        records._type("IMAGE")
    assert caught.value.field == "ResourceType"
