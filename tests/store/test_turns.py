"""Who has the turn writes for all who wait, and what goes wrong with one write is that one's."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from chalicelib.store import OPERATIONS, Change, Conflict, Put, StoreUnavailable, Update, sqlite
from chalicelib.store.sqlite import SQLiteStore
from chalicelib.store.turns import MOST, Turn, Turns
from tests.store.support import Clock

PATIENCE = 30.0


class Scribe:
    """Writes down batches; the first one stands still until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.error: Exception | None = None

    def write(self, turns: Sequence[Turn[str]]) -> None:
        self.batches.append([turn.act for turn in turns])
        if len(self.batches) == 1:
            self.begun.set()
            self.go.wait(PATIENCE)
        elif self.error:
            raise self.error


@contextmanager
def crowded(count: int, seconds: float = PATIENCE) -> Iterator[tuple[Scribe, Turns[str], list[Future[None]]]]:
    """So many wait behind one who writes."""
    scribe = Scribe()
    turns = Turns(scribe.write)
    with ThreadPoolExecutor(count + 1) as pool:
        first = pool.submit(turns.make, "first", PATIENCE)
        assert scribe.begun.wait(PATIENCE)
        others = [pool.submit(turns.make, str(number), seconds) for number in range(count)]
        try:
            until(lambda: len(turns._waiting) == count)
            yield scribe, turns, others
        finally:
            scribe.go.set()
            first.result(PATIENCE)


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_all_who_wait_are_written_for_at_once() -> None:
    with crowded(20) as (scribe, _, others):
        scribe.go.set()
        for other in others:
            other.result(PATIENCE)
    assert [len(batch) for batch in scribe.batches] == [1, 20]


def test_no_turn_is_of_more_than_so_many() -> None:
    count = MOST + 10
    with crowded(count) as (scribe, _, others):
        scribe.go.set()
        for other in others:
            other.result(PATIENCE)
    assert [len(batch) for batch in scribe.batches] == [1, MOST, count - MOST]


def test_trouble_with_a_turn_is_everyone_s_and_the_next_turn_comes() -> None:
    with crowded(5) as (scribe, turns, others):
        scribe.error = OSError("no space left")
        scribe.go.set()
        assert all(isinstance(other.exception(PATIENCE), OSError) for other in others)
        scribe.error = None
        turns.make("later", PATIENCE)
    assert scribe.batches[-1] == ["later"]


def test_who_got_no_turn_in_time_is_not_written_for_later() -> None:
    with crowded(3, seconds=0.05) as (scribe, turns, others):
        assert all(isinstance(other.exception(PATIENCE), TimeoutError) for other in others)
        scribe.go.set()
        turns.make("later", PATIENCE)
    assert scribe.batches == [["first"], ["later"]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    found = SQLiteStore(tmp_path / "spider.db", Clock())
    found.create_tables()
    yield found
    found.close()


def at_once(store: SQLiteStore, path: Path, writes: Sequence[Sequence[Change]]) -> list[BaseException | None]:
    """What becomes of writes that wait together: the file is locked until all of them do."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(len(writes) + 1) as pool:
        first = pool.submit(store.write, Put(OPERATIONS, {"id": "first"}))
        until(lambda: store._turns._taken and not store._turns._waiting)
        futures = [pool.submit(store.write, *changes) for changes in writes]
        until(lambda: len(store._turns._waiting) == len(writes))
        other.execute("ROLLBACK")
        first.result(PATIENCE)
        found = [future.exception(PATIENCE) for future in futures]
    other.close()
    return found


def test_what_is_refused_or_wrong_beside_others_is_refused_alone(tmp_path: Path, store: SQLiteStore) -> None:
    store.write(Put(OPERATIONS, {"id": "large", "text": "x" * 300_000}))
    found = at_once(
        store,
        tmp_path / "spider.db",
        [
            [Put(OPERATIONS, {"id": "one"}, if_absent=True)],
            [Put(OPERATIONS, {"id": "half"}), Put(OPERATIONS, {"id": "large"}, if_absent=True)],
            [Put(OPERATIONS, {"id": "half-too"}), Update(OPERATIONS, ("large",), {"more": "x" * 200_000})],
            [Put(OPERATIONS, {"id": "one"}, if_absent=True)],
            [Put(OPERATIONS, {"id": "two"})],
        ],
    )
    kinds = [type(error) for error in found]
    assert {kinds[0], kinds[3]} == {Conflict, type(None)}
    assert (kinds[1], kinds[2], kinds[4]) == (Conflict, ValueError, type(None))
    rows = store.get_many(OPERATIONS, [(name,) for name in ("first", "one", "two", "half", "half-too")])
    assert [bool(row) for row in rows] == [True, True, True, False, False]
    large = store.get(OPERATIONS, ("large",))
    assert large
    assert "more" not in large


def test_many_writers_need_few_transactions(
    tmp_path: Path, store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[str] = []
    real = sqlite._open

    def watched(path: Path) -> sqlite3.Connection:
        connection = real(path)
        connection.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
        return connection

    monkeypatch.setattr(sqlite, "_open", watched)
    fresh = SQLiteStore(tmp_path / "spider.db", Clock())
    assert (
        at_once(fresh, tmp_path / "spider.db", [[Put(OPERATIONS, {"id": f"o{n}"})] for n in range(40)]) == [None] * 40
    )
    fresh.close()
    assert len(commits) == 2


def test_of_a_file_that_stays_locked_all_are_told(
    tmp_path: Path, store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    fresh = SQLiteStore(tmp_path / "spider.db", Clock())
    other = sqlite3.connect(tmp_path / "spider.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(10) as pool:
        writes = [pool.submit(fresh.write, Put(OPERATIONS, {"id": f"o{n}"})) for n in range(10)]
        errors = [write.exception(PATIENCE) for write in writes]
    assert all(isinstance(error, StoreUnavailable) for error in errors)
    other.execute("ROLLBACK")
    other.close()
    fresh.write(Put(OPERATIONS, {"id": "o1"}))
    fresh.close()
