"""Questions for operations, over each engine: what fits is found, newest first, at a bounded cost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import Invalid, VirtualClock

from chalicelib.catalogue.actions import ACTIONS
from chalicelib.catalogue.outcomes import Operation
from chalicelib.catalogue.records import Listed
from chalicelib.catalogue.wire import operations as wire_operations
from chalicelib.catalogue.wire.base import parse
from chalicelib.catalogue.wire.listing import Listing
from chalicelib.engine import newest
from chalicelib.engine.call import Call
from chalicelib.engine.opening import Opening
from chalicelib.engine.operations import Operations
from chalicelib.engine.overview import Overview
from chalicelib.engine.sealing import local_sealer
from chalicelib.engine.settings import Settings
from chalicelib.store import OPERATIONS, Store, Update
from tests.store.support import Counting

LIST = next(action for action in ACTIONS if action.name == "list_operation")
CREATE = next(action for action in ACTIONS if action.name == "create_vpc")
BEGAN = datetime(2030, 1, 1, tzinfo=UTC)
SOME = 90

on_one_engine = pytest.mark.parametrize("store", ["sqlite"], indirect=True)  # what it costs is no engine's affair

FILTERS: list[dict[str, Any]] = [
    {},
    {"ConnectionName": "aws-1"},
    {"connectionname": "aws-2", "state": "failed"},
    {"ResourceType": "keypair"},
    {"State": "RUNNING", "Verb": "Delete"},
    {"Verb": "reboot"},
    {"From": "2030-01-01T00:10:00Z"},
    {"From": "2030-01-01T00:05:00Z", "To": "2030-01-01T00:20:00Z", "ConnectionName": "aws-0"},
    {"To": "2030-01-01T00:00:00.000001Z"},
    {"ConnectionName": "nobody"},
]


class Asking:
    """Some operations in a store, of which some are opened at the same moment, and who asks for them."""

    def __init__(self, store: Store, home: Path) -> None:
        self.clock = VirtualClock(BEGAN)
        settings = Settings(home=home)
        self.store = Counting(store)
        self.operations = Operations(store, local_sealer(home / "key"), self.clock, settings)
        self.overview = Overview(self.store, self.operations, self.clock, settings)  # type: ignore[arg-type]
        self._dice = random.Random(11)
        self._inner = store

    def open_some(self, count: int) -> list[Operation]:
        opened = [self._open(f"{self._dice.getrandbits(128):032x}") for _ in range(count)]
        return [self.overview.shown(self.operations.row(one), whole=False) for one in opened]

    def _open(self, operation: str) -> str:
        dice = self._dice
        opening = Opening(
            id=operation,
            verb=dice.choice(["create", "delete", "reboot"]),
            kind=dice.choice(["vpc", "key_pair", "vm"]),
            connection=f"aws-{dice.randrange(3)}",
            owner="",
            name="n",
            system_id="",
            token=operation,
            request=None,
            secret=None,
            seconds=60,
        )
        self.clock.advance(dice.choice([0, 0, 17.5, 40]))
        self.operations.open(opening, [], Call(action=CREATE, request_id="r"))
        if dice.random() < 0.3:
            self._inner.write(Update(OPERATIONS, (operation,), {"state": "FAILED", "error": {"type": "Refused"}}))
        return operation

    def page(self, query: dict[str, Any]) -> Listed:
        return self.overview.list(Call(action=LIST, body=_asked(query).read()))

    def pages(self, query: dict[str, Any]) -> Iterator[Listed]:
        while True:
            self.store.rows = self.store.queries = 0
            page = self.page(query)
            yield page
            if page.ends is None:
                return
            query = _asked(query).following(page.ends)

    def all(self, query: dict[str, Any]) -> list[Operation]:
        return [one for page in self.pages(query) for one in page]


def _asked(query: dict[str, Any]) -> wire_operations.Operations:
    request = parse(wire_operations.Operations, {key.lower(): value for key, value in query.items()})
    assert isinstance(request, wire_operations.Operations)
    return request


def expected(operations: list[Operation], query: dict[str, Any]) -> list[Operation]:
    """What a look at every operation finds."""
    asked = _asked(query).read()
    fitting = [
        one
        for one in operations
        if asked.connection in ("", one.connection)
        and asked.resource_type in ("", one.kind)
        and asked.state in ("", one.state)
        and asked.verb in ("", one.verb)
        and (asked.since is None or asked.since <= one.created)
        and (asked.until is None or one.created < asked.until)
    ]
    return sorted(fitting, key=lambda one: (one.created, one.id), reverse=True)


def then(operations: list[Operation], now: datetime) -> list[Operation]:
    """As they are shown at another time."""
    return [
        replace(one, elapsed=one.elapsed if one.finished else (now - one.created).total_seconds()) for one in operations
    ]


def test_what_fits_is_found_newest_first_whatever_the_pages(store: Store, tmp_path: Path) -> None:
    asking = Asking(store, tmp_path)
    operations = then(asking.open_some(SOME), asking.clock.now())
    assert len({one.created for one in operations}) < SOME - 20
    for query in FILTERS:
        wanted = expected(operations, query)
        for limit in (7, 1000) if len(query) < 2 else (1000,):
            assert asking.all({**query, "limit": limit}) == wanted, (query, limit)
    assert len(expected(operations, {"To": "2030-01-01T00:00:00.000001Z"})) > 0
    assert len(expected(operations, {"State": "RUNNING", "Verb": "delete"})) > 8


@on_one_engine
def test_an_answer_reads_a_bounded_number_of_rows(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And goes on, with nothing lost, where few fit."""
    monkeypatch.setattr(newest, "MOST_ROWS", 60)
    monkeypatch.setattr(newest, "MOST_QUERIES", 10)
    asking = Asking(store, tmp_path)
    operations = then(asking.open_some(SOME), asking.clock.now())
    for query in (
        {"State": "FAILED", "Verb": "reboot", "limit": 40},
        {"ConnectionName": "aws-1", "limit": 9},
        {"limit": 30},
    ):
        found: list[Operation] = []
        for page in asking.pages(query):
            assert asking.store.rows <= 60
            assert asking.store.queries <= 10
            found += page
        assert found == expected(operations, query), query


@on_one_engine
def test_a_first_page_costs_the_same_among_many_as_among_few(store: Store, tmp_path: Path) -> None:
    asking, costs = Asking(store, tmp_path), []
    for _ in range(2):
        asking.open_some(SOME)
        asking.store.rows = asking.store.queries = 0
        assert len(asking.page({"limit": 20})) == 20
        costs.append((asking.store.rows, asking.store.queries))
    assert max(queries for _, queries in costs) <= 4 + 3
    assert max(rows for rows, _ in costs) <= 20 + 4 * 10


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"From": "yesterday"}, "From"),
        ({"From": "2029-12-31", "To": "2029-12-31"}, "To"),
        ({"limit": 0}, "limit"),
        ({"page": "x"}, "page"),
        ({"page": Listing(ConnectionName="c").following(("vm-01", "i-1"))["page"]}, "page"),
        ({"ConnectionName": "a\nb"}, "ConnectionName"),
    ],
)
def test_a_question_that_cannot_be_understood_names_the_field(query: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        _asked(query)
    assert caught.value.field == field


@on_one_engine
@pytest.mark.parametrize(
    ("field", "known"), [("State", "COMPENSATING"), ("Verb", "add_subnet"), ("ResourceType", "securitygroup")]
)
def test_a_filter_that_nothing_can_fit_is_told(store: Store, tmp_path: Path, field: str, known: str) -> None:
    asking = Asking(store, tmp_path)
    assert asking.page({field: known.lower()}) == []
    with pytest.raises(Invalid, match=f"(?i){field}: 'thing' is not one of: .*{known}") as caught:
        asking.page({field: "thing"})
    assert caught.value.field == field
