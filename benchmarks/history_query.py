"""What questions to the history cost with 20,000 calls in it, and with 200,000.

    python -m benchmarks.history_query

The calls are from the last seven days, over 60 regions; one in fifty has failed. Counted are the rows that the store
gives for one answer. They are the same in DynamoDB: both stores are asked the same. Times are the process's CPU time,
which does not depend on what else the machine does.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from spider_drivers.contract import CallRecord, CallScope, VirtualClock

from benchmarks.table import show
from chalicelib.catalogue.actions import ACTIONS
from chalicelib.catalogue.wire.base import parse, write
from chalicelib.engine.call import Call
from chalicelib.engine.history.writer import BATCH
from chalicelib.engine.sealing import local_sealer
from chalicelib.engine.service import Engine
from chalicelib.engine.settings import Settings
from chalicelib.store import Page, Store, open_store

SIZES = (20_000, 200_000)
REGIONS = [f"region-{number:02}" for number in range(60)]
NOW = datetime(2030, 1, 8, 12, 30, tzinfo=UTC)
SPAN = timedelta(days=7)
REPEATS = 5

QUESTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "first page (100 calls)": ("list_call", {}),
    "first page of a connection": ("list_call", {"ConnectionName": "config-1"}),
    "first page of failed calls": ("list_call", {"ErrorsOnly": "true"}),
    "first page of a region": ("list_call", {"Region": "region-07"}),
    "a day's statistics by region": ("get_call_stats", {"GroupBy": "cloud,region,api"}),
    "a day's chart by region and hour": ("get_call_stats", {"GroupBy": "region,hour"}),
    "a week's statistics by region": ("get_call_stats", {"GroupBy": "region", "From": "2030-01-01"}),
    "a day's ranking of regions": ("rank_region", {"api": "DescribeImages"}),
}


class Counting:
    """A store that counts the rows it gives, and how often it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.rows = self.reads = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def query(self, *given: Any, **options: Any) -> Page:
        page = self._store.query(*given, **options)
        self.rows += len(page.items)
        self.reads += 1
        return page

    def get_many(self, table: Any, keys: Sequence[Any]) -> list[Any]:
        self.rows += len(keys)
        self.reads += bool(keys)
        return self._store.get_many(table, keys)


def record(engine: Engine, clock: VirtualClock, number: int) -> None:
    """A call, and time until the next."""
    code, error = ("RequestLimitExceeded", "Request limit exceeded.") if number % 50 == 0 else ("", "")
    region = number % len(REGIONS)
    scope = CallScope(f"config-{region % 7}", "AWS", REGIONS[region], "", "VMIMAGE", request=f"r{number}")
    engine.history.sink(CallRecord(scope, "DescribeImages", clock.now(), 0.1 + number % 97 / 100, code, error))


def fill(engine: Engine, clock: VirtualClock, size: int) -> tuple[float, float]:
    """So many calls, evenly over the span; merged whenever it is due. CPU seconds of recording and of merging."""
    recorded = merged = 0.0
    for first in range(0, size, BATCH):
        began = time.process_time()
        with engine.history.gather():
            for number in range(first, first + BATCH):
                record(engine, clock, number)
        ended = time.process_time()
        clock.advance(SPAN.total_seconds() / size * BATCH)
        engine.merge()
        recorded, merged = recorded + ended - began, merged + time.process_time() - ended
    return recorded, merged


def ask(engine: Engine, name: str, given: dict[str, str]) -> Any:
    """The answer as JSON-like data."""
    action = next(one for one in ACTIONS if one.name == name)
    assert action.request_model is not None
    answer = engine.perform(Call(action=action, body=parse(action.request_model, given).read()))
    shapes = answer if action.envelope else [answer]
    return [write(action.answer_model, shape) for shape in shapes]


def measure(engine: Engine, counting: Counting) -> list[tuple[int, int, float]]:
    """Rows, reads of the store, and milliseconds (the least of a few) for each question."""
    found: list[tuple[int, int, float]] = []
    for name, given in QUESTIONS.values():
        counting.rows = counting.reads = 0
        times: list[float] = []
        for _ in range(REPEATS):
            began = time.process_time()
            ask(engine, name, given)
            times.append(time.process_time() - began)
        found.append((counting.rows // REPEATS, counting.reads // REPEATS, min(times) * 1000))
    return found


def run(size: int) -> tuple[list[tuple[int, int, float]], list[object]]:
    """The figures of each question, and what it took to record and merge."""
    clock = VirtualClock(NOW - SPAN)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        opened = open_store(
            "sqlite", path=home / "spider.db", prefix="", region="", endpoint=None, now=lambda: clock.now().timestamp()
        )
        opened.create_tables()
        counting = Counting(opened)
        engine = Engine(Settings(home=home), counting, local_sealer(home / "sealing.key"), clock)
        recorded, merged = fill(engine, clock, size)
        found = measure(engine, counting)
        size_on_disk = (home / "spider.db").stat().st_size
        engine.close()
    each = 1e6 / size
    return found, [f"{size:,}", f"{recorded * each:.0f}", f"{merged * each:.0f}", size_on_disk // 1_000_000]


def main() -> None:
    logging.getLogger("spider").setLevel(logging.ERROR)
    runs = [run(size) for size in SIZES]
    show(["calls", "µs to record one", "to merge one", "MB on disk"], [made for _, made in runs])
    rows: list[Sequence[object]] = []
    for number, question in enumerate(QUESTIONS):
        figures = [found[number] for found, _ in runs]
        told = [figure for rows, reads, ms in figures for figure in (f"{rows} in {reads}", f"{ms:.1f}")]
        rows.append([question, *told])
    heads = [head for size in SIZES for head in (f"rows in reads, of {size:,}", "ms")]
    show(["question", *heads], rows)


if __name__ == "__main__":
    main()
