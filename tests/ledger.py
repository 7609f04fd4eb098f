"""The books of a conformance run: what a cloud has logged of it, and what Spider's history has kept."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from spider_drivers.contract import SystemClock

from chalicelib.engine.history import History
from chalicelib.engine.settings import Settings
from chalicelib.store import CALLS
from chalicelib.store.sqlite import SQLiteStore

if TYPE_CHECKING:
    from spider_drivers.conformance import Cloud

    from cloud_twin.faults import Log

# How many calls there were of each API.
Calls = Counter[str]


class Ledger:
    """A history in a store of its own (`kept`, once it is closed), and all that the cloud has told of itself meanwhile
    (`logged`). `item`: the test that came last."""

    def __init__(self, folder: Path) -> None:
        self.item: pytest.Item | None = None
        self._provider = self._connection = ""
        self.logged: Calls = Counter()
        self.kept: Calls = Counter()
        self._store = SQLiteStore(folder / "spider.db", time.time)
        self._store.create_tables()
        self._history = History(self._store, SystemClock(), Settings(home=folder))

    @contextlib.contextmanager
    def keeping(self, cloud: Cloud, seen: Callable[[], Calls]) -> Iterator[None]:
        """Inside, the history is given the calls to the cloud. `seen`: all that the cloud has logged so far."""
        self._provider, self._connection = cloud.info.provider, cloud.info.name
        before = seen()
        cloud.sink = self._history.sink
        with self._history.gather():
            yield
        self._history.flush()
        self.logged += seen() - before

    def close(self) -> None:
        """Reads what the history has kept."""
        self._history.close()
        rows = self._store.query(CALLS, self._connection, index="by_connection").items
        self.kept.update(str(row["api"]) for row in rows)
        self._store.close()

    def totals(self) -> tuple[str, int, int]:
        """The cloud, the calls that it has logged, and those that the history has kept."""
        return self._provider, self.logged.total(), self.kept.total()


def seen_by(log: Log) -> Callable[[], Calls]:
    """What a twin or a proxy has logged."""
    return lambda: Counter(log.apis())
