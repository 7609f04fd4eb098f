"""Statistics of calls over each engine: whatever happens while they are merged, each call counts once."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import CallRecord, VirtualClock

from chalicelib.engine.history import History
from chalicelib.engine.history.merging import Merging
from chalicelib.engine.history.rows import DAYS
from chalicelib.engine.settings import Settings
from chalicelib.store import CALL_STATS, Store, dynamodb_calls, open_store
from tests.engine.calls import NOON, added, call, check, kept, unmerged
from tests.store.faulty import Body, faulty
from tests.store.support import Clock, in_threads

SETTINGS = Settings(home=Path("/nowhere"))


class Death(BaseException):
    """The process is gone: nothing of it runs any more."""


class Interrupted:
    """A store before or after whose nth call something happens."""

    def __init__(self, store: Store, number: int, moment: str, what: Callable[[], None]) -> None:
        self._store, self._left, self._moment, self._what = store, number, moment, what

    @property
    def reached(self) -> bool:
        return self._left <= 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)

        def interrupted(*given: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0 and self._moment == "before":
                self._what()
            answer = real(*given, **named)
            if self._left == 0 and self._moment == "after":
                self._what()
            return answer

        return interrupted


def die() -> None:
    raise Death


def some_calls(count: int = 60, seed: int = 1) -> list[CallRecord]:
    """Over a few hours, regions and APIs; one in five fails."""
    chance = random.Random(seed)
    return [
        call(
            chance.choice(["DescribeImages", "RunInstances"]),
            at=NOON + timedelta(minutes=chance.randrange(120)),
            elapsed=chance.lognormvariate(-1, 1),
            region=chance.choice(["eu-west-1", "us-east-1"]),
            code=chance.choice(["", "", "", "", "Refused"]),
        )
        for _ in range(count)
    ]


def record(store: Store, calls: Iterable[CallRecord], size: int = 10) -> list[CallRecord]:
    """Keeps the calls, in batches of so many."""
    todo, history = list(calls), History(store, VirtualClock(), SETTINGS)
    for first in range(0, len(todo), size):
        history.keep(todo[first : first + size])
    return todo


def test_merging_adds_each_batch_to_its_hours_and_days(store: Store) -> None:
    calls = record(store, some_calls())
    assert len(unmerged(store)) == 6
    check(store, calls)
    _merge(store)
    assert unmerged(store) == []
    check(store, calls)
    _merge(store)
    check(store, calls)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_death_between_any_two_steps_counts_nothing_twice_and_loses_nothing(store: Store, moment: str) -> None:
    calls: list[CallRecord] = []
    for number in range(1, 100):
        calls += record(store, some_calls(3, seed=number), size=2)
        dying = Interrupted(store, number, moment, die)
        try:
            Merging(dying, VirtualClock(), SETTINGS).merge()
        except Death:
            check(store, calls)
        if not dying.reached:
            break
        Merging(store, VirtualClock(), SETTINGS).merge()
        assert unmerged(store) == []
        check(store, calls)
    assert number > 6  # four shards are looked at, and some batches read and written


def test_of_two_who_merge_one_is_refused_and_looks_again(store: Store) -> None:
    calls: list[CallRecord] = []
    for number in range(1, 100):
        calls += record(store, some_calls(3, seed=number), size=2)
        merging = Interrupted(store, number, "before", lambda: _merge(store))
        Merging(merging, VirtualClock(), SETTINGS).merge()
        assert unmerged(store) == []
        check(store, calls)
        if not merging.reached:
            break
    assert number > 6


def _merge(store: Store) -> None:
    Merging(store, VirtualClock(), SETTINGS).merge()


def test_many_merge_at_once_while_calls_go_on(store: Store) -> None:
    calls = [some_calls(12, seed=number) for number in range(3)]
    ended = threading.Event()

    def work(number: int) -> None:
        if number < 3:
            record(store, calls[number], size=5)
        if number == 0:
            ended.set()
        while number >= 3 and not ended.is_set():
            _merge(store)

    in_threads(6, work)
    made = [one for some in calls for one in some]
    check(store, made)
    _merge(store)
    assert unmerged(store) == []
    check(store, made)


def test_late_calls_are_added_to_hours_long_past(store: Store) -> None:
    calls = record(store, some_calls())
    _merge(store)
    calls += record(store, [call(at=NOON - timedelta(days=40)), call(at=NOON + timedelta(minutes=1))])
    check(store, calls)
    _merge(store)
    check(store, calls)
    assert "2029-11-22" in {row["key"] for row in store.query(CALL_STATS, DAYS).items}


def test_a_batch_of_25_different_calls_fits_one_transaction(store: Store) -> None:
    calls = record(store, [call(f"Api{number}", at=NOON + timedelta(hours=number)) for number in range(75)], size=25)
    _merge(store)
    assert unmerged(store) == []
    check(store, calls)


class Counting(Interrupted):
    """Counts the changes of each write."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, 0, "", die)
        self.writes: list[int] = []

    def write(self, *changes: Any) -> None:
        self.writes.append(len(changes))
        self._store.write(*changes)


def test_many_batches_are_merged_in_few_transactions(store: Store) -> None:
    calls = record(store, [call(at=NOON + timedelta(seconds=second)) for second in range(24)], size=1)
    counting = Counting(store)
    _merge(counting)
    assert counting.writes == [24 + 2]  # of the hour and of the day
    check(store, calls)


def test_a_region_is_written_once_though_it_is_in_many_batches(store: Store) -> None:
    """As a job makes them that measures 60 regions again and again: batches differ, and have much in common."""
    regions = [call(region=f"region-{number:02}") for number in range(60)]
    calls = record(store, regions * 5, size=25)
    counting = Counting(store)
    _merge(counting)
    assert unmerged(store) == []
    check(store, calls)
    assert max(counting.writes) <= 100
    assert sum(counting.writes) <= 2 * 60 + 2 * 12  # of the hour and the day of each; each batch about twice


@pytest.fixture
def lossy(dynamodb_endpoint: str, shared_clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A function that opens the shared DynamoDB behind faults of its own."""
    monkeypatch.setattr(dynamodb_calls, "READ_SECONDS", 0.5)
    with faulty(dynamodb_endpoint) as proxy:
        store = open_store(
            "dynamodb", path=Path(), prefix="shared", region="us-east-1", endpoint=proxy.url, now=shared_clock
        )
        yield store, proxy
        store.close()


def test_a_write_whose_answer_is_lost_is_not_counted_again_though_it_was_merged_meanwhile(
    lossy: Any, dynamodb_store: Store, empty_dynamodb: Callable[[], None]
) -> None:
    empty_dynamodb()
    store, proxy = lossy

    def merged_meanwhile(operation: str, body: Body) -> None:
        assert operation == "TransactWriteItems"
        assert len(unmerged(dynamodb_store)) == 1
        _merge(dynamodb_store)

    proxy.faults += [lambda operation, body: "lose", merged_meanwhile]
    calls = record(store, [call(), call()])
    assert proxy.calls == ["TransactWriteItems"] * 2
    assert len(list(kept(dynamodb_store))) == 2
    check(dynamodb_store, calls)
    assert unmerged(dynamodb_store) == []


def test_the_records_and_their_sums_come_together_or_not_at_all(store: Store) -> None:
    found: list[int] = []
    for number in (1, 2):
        for moment in ("before", "after"):
            dying = Interrupted(store, number, moment, die)
            with contextlib.suppress(Death):
                record(dying, some_calls(30, seed=number), size=25)
            found.append(len(list(kept(store))))
            assert sum(sums.count for sums in added(unmerged(store)).values()) == found[-1]
    assert found == [0, 25, 50, 80]
