"""The queue of a process with threads."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from chalicelib.engine import queue as queues
from chalicelib.engine.queue import ThreadedQueue
from chalicelib.engine.service import open_engine
from chalicelib.store import OPERATIONS

from .house import VPC, House


def test_to_settle_is_to_wait_for_what_is_due_and_for_what_is_in_work() -> None:
    done: list[str] = []
    queue = ThreadedQueue(done.append, workers=2, stopwatch=time.monotonic)
    queue.start()
    queue.settle(30)
    queue.send("at once")
    queue.send("later", 0.2)
    queue.settle(30)
    assert done == ["at once", "later"]
    queue.close(1)


def test_to_settle_takes_no_longer_than_told() -> None:
    released = threading.Event()

    def work(_: str) -> None:
        released.wait(30)

    queue = ThreadedQueue(work, workers=1, stopwatch=time.monotonic)
    queue.start()
    queue.send("long")
    queue.settle(0.1)
    assert not released.is_set()
    released.set()
    queue.settle(30)
    queue.close(1)


class Reads:
    """A store that counts how often a row of operations is read, in which thread."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.by: list[threading.Thread] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get(self, table: Any, key: Any) -> Any:
        if table is OPERATIONS:
            self.by.append(threading.current_thread())
        return self._store.get(table, key)


def test_who_waits_looks_at_most_once_a_second_and_then_less() -> None:
    looks = list(itertools.takewhile(lambda moment: moment < 1200, itertools.accumulate(queues.pauses())))
    assert looks[0] >= 1
    assert all(1 <= later - earlier <= 5 for earlier, later in itertools.pairwise(looks))
    assert all(later - earlier <= 1 + earlier / 4 for earlier, later in itertools.pairwise(looks))
    assert len(looks) < 250


def test_waiting_looks_at_its_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(queues, "LONGEST_LOOK_SECONDS", 0.2)
    queue = ThreadedQueue(lambda _: None, workers=1, stopwatch=time.monotonic)
    queue.start()
    looks: list[float] = []

    def look() -> bool:
        looks.append(time.monotonic())
        return False

    assert not queue.wait("of another process", look, 1.0)
    queue.close(1)
    assert (
        3
        <= len(looks)
        <= 2 + len([one for one in itertools.accumulate(itertools.islice(queues.pauses(), 50)) if one < 1])
    )


def test_a_change_of_several_tries_is_looked_at_twice_by_who_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "LOOK_SECONDS", 60.0)
    house = House(tmp_path)
    house.engine.close()
    house.engine = open_engine(house.settings)
    house.engine.start()
    house.region(LagSeconds="0.2")
    house.make("vpc", VPC)
    store = Reads(house.engine.store)
    monkeypatch.setattr(house.engine.operations, "_store", store)
    house.on("delete_vpc", "vpc-01")
    rows = house.engine.store.query(OPERATIONS, "mock", index="by_connection").items
    house.engine.close()
    assert store.by == [threading.current_thread()] * 2
    assert [row["attempts"] > 2 for row in rows if row["verb"] == "delete"] == [True]
