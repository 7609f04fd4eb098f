"""What the store's tests share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from chalicelib.store import CALLS, Conflict, Page, Store

T = TypeVar("T")

EPOCH = 1_800_000_000.0


class Clock:
    """A clock that stands until a test moves it (epoch seconds)."""

    def __init__(self) -> None:
        self.time = EPOCH

    def __call__(self) -> float:
        return self.time


class Counting:
    """A store that counts the rows and the queries of what it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.rows = self.queries = 0

    def query(self, *given: Any, **more: Any) -> Page:
        page = self._store.query(*given, **more)
        self.queries += 1
        self.rows += len(page.items)
        return page


def in_threads(count: int, work: Callable[[int], T]) -> list[T]:
    """Run work(0) … work(count - 1) at the same time; their results in order."""
    start = threading.Barrier(count)

    def run(number: int) -> T:
        start.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def refused(store_write: Callable[[], None]) -> tuple[int, ...]:
    """The positions that a write was refused for; () when it went through."""
    try:
        store_write()
    except Conflict as conflict:
        return conflict.failed
    return ()


def put_calls(store: Store, *ranges: str, shard: str = "s") -> None:
    """Put one item into CALLS for each range key."""
    store.put_all(CALLS, [{"shard": shard, "at": at} for at in ranges])


def ranges(page: Page) -> list[str]:
    """The range keys of a page of CALLS."""
    return [item["at"] for item in page.items]


__all__ = ["EPOCH", "Clock", "in_threads", "put_calls", "ranges", "refused"]
