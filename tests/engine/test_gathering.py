"""When records of calls are written, and by whom."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import SystemClock

from chalicelib.engine.history import History, writer
from chalicelib.engine.settings import Settings
from chalicelib.store import CALL_STATS, CALLS, Conflict, Store, StoreUnavailable, open_store

from .calls import NOON, call, kept
from .house import House

APIS = [f"Api{number:03}" for number in range(60)]


class Watched:
    """A store that tells how many records each write had, and can be held up or broken."""

    def __init__(self, store: Store) -> None:
        self.inner = store
        self.writes: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self.fails: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def write(self, *changes: Any) -> None:
        self.entered.release()
        self.gate.wait(10)
        if self.fails is not None:
            raise self.fails
        self.writes.append(sum(change.table is CALLS for change in changes))
        self.inner.write(*changes)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Watched]:
    clock = SystemClock()
    opened = open_store(
        "sqlite",
        path=tmp_path / "spider.db",
        prefix="",
        region="",
        endpoint=None,
        now=lambda: clock.now().timestamp(),
    )
    opened.create_tables()
    yield Watched(opened)
    opened.close()


@pytest.fixture
def behind(store: Watched, tmp_path: Path) -> Iterator[History]:
    history = History(store, SystemClock(), Settings(home=tmp_path))
    yield history
    store.gate.set()
    history.close()


@pytest.fixture
def before(store: Watched, tmp_path: Path) -> History:
    return History(store, SystemClock(), Settings(home=tmp_path, history_writes="before"))


def apis(store: Watched) -> list[str]:
    return sorted(row["api"] for row in kept(store.inner))


def test_a_request_of_many_calls_is_a_write_for_each_25(store: Watched, before: History) -> None:
    with before.gather():
        for api in APIS:
            before.sink(call(api))
        assert store.writes == [25, 25]
    assert store.writes == [25, 25, 10]
    assert apis(store) == APIS


def test_what_is_older_than_a_few_seconds_goes_out_with_the_next_call(store: Watched, before: History) -> None:
    with before.gather():
        before.sink(call("First"))
        before.sink(call("Second", at=NOON + timedelta(seconds=1)))
        assert store.writes == []
        before.sink(call("Third", at=NOON + timedelta(seconds=2), elapsed=1.5))
        assert store.writes == [3]
        before.sink(call("Fourth", at=NOON + timedelta(seconds=4)))
    assert store.writes == [3, 1]


def test_outside_of_a_request_each_call_is_a_write(store: Watched, before: History) -> None:
    before.sink(call("A"))
    before.sink(call("B"))
    assert store.writes == [1, 1]


def test_a_request_without_calls_writes_nothing(store: Watched, before: History) -> None:
    with before.gather():
        pass
    assert store.writes == []


def test_a_read_that_outlives_its_request_is_recorded_all_the_same(store: Watched, before: History) -> None:
    with before.gather():
        context = copy_context()
        before.sink(call("InTime"))
    context.run(before.sink, call("Late"))
    assert apis(store) == ["InTime", "Late"]


def test_no_answer_waits_for_the_store(store: Watched, behind: History) -> None:
    store.gate.clear()
    with behind.gather():
        for api in APIS:
            behind.sink(call(api))
    assert store.writes == []
    store.gate.set()
    behind.flush()
    assert apis(store) == APIS


def test_records_that_have_come_meanwhile_share_a_write(store: Watched, behind: History) -> None:
    store.gate.clear()
    for api in APIS:
        with behind.gather():
            behind.sink(call(api))
    store.gate.set()
    behind.flush()
    assert sum(store.writes) == 60
    assert len(store.writes) <= 4


def test_whoever_asks_sees_what_was_handed_over_before(store: Watched, behind: History) -> None:
    for number in range(20):
        behind.sink(call(f"Api{number}"))
        behind.flush()
        assert len(list(kept(store.inner))) == number + 1


def test_closing_writes_what_is_left_and_later_calls_are_written_at_once(store: Watched, behind: History) -> None:
    for api in APIS:
        behind.sink(call(api))
    behind.close()
    assert apis(store) == APIS
    behind.sink(call("Zlast"))
    assert apis(store) == [*APIS, "Zlast"]


def test_who_hands_over_more_than_can_be_written_writes_it_himself(
    store: Watched, behind: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MOST_WAITING", 30)
    store.gate.clear()
    behind.sink(call(APIS[0]))
    assert store.entered.acquire(timeout=5)  # the writer holds this one in its hands
    for api in APIS[1:31]:
        behind.sink(call(api))
    one_more = threading.Thread(target=behind.sink, args=(call(APIS[31]),))
    one_more.start()
    assert store.entered.acquire(timeout=5)
    store.gate.set()
    one_more.join(5)
    behind.flush()
    assert apis(store) == APIS[:32]


@pytest.mark.parametrize("trouble", [StoreUnavailable("away"), ValueError("odd"), KeyError("a bug")])
def test_trouble_with_the_store_neither_fails_a_request_nor_ends_the_writer(
    store: Watched, behind: History, trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    store.fails = trouble
    with behind.gather():
        behind.sink(call("Lost"))
    behind.flush()
    assert "could not be kept" in caplog.text
    store.fails = None
    behind.sink(call("Kept"))
    behind.flush()
    assert apis(store) == ["Kept"]


def test_records_that_are_there_though_the_answer_was_lost_fail_no_request(
    store: Watched, before: History, caplog: pytest.LogCaptureFixture
) -> None:
    store.fails = Conflict([1])  # as DynamoDB says when it no longer knows the token of the first try
    with before.gather():
        before.sink(call("A"))
    assert "could not be kept" not in caplog.text


def test_a_record_that_no_store_takes_is_lost_alone(store: Watched, before: History) -> None:
    with before.gather():
        before.sink(call("A"))
        before.sink(replace(call("Odd"), error="x" * 500_000))
        before.sink(call("B"))
    assert apis(store) == ["A", "B"]


def test_a_call_near_midnight_is_found_by_its_day(store: Watched, before: History) -> None:
    with before.gather():
        before.sink(call(at=NOON))
        before.sink(call(at=NOON + timedelta(hours=11, minutes=59, seconds=59)))
        before.sink(call(at=NOON + timedelta(hours=12)))
    days = [row["key"] for row in store.query(CALL_STATS, "days").items]
    assert days == ["2030-01-01", "2030-01-02"]
    assert len(list(kept(store.inner))) == 3


def test_names_that_are_too_long_for_a_key_lose_no_record(store: Watched, before: History) -> None:
    before.sink(call("GET /" + "a#" * 900, region="r" * 2000, cloud="C" * 200))
    assert len(list(kept(store.inner))) == 1


def test_where_time_is_virtual_nothing_is_written_behind(house: House) -> None:
    house.on("list_vpc")
    before = len(list(kept(house.engine.store)))
    house.engine.history.sink(call())
    assert len(list(kept(house.engine.store))) == before + 1
