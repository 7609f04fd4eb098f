"""The history of calls: records are gathered while a request or an attempt runs, and handed over in batches, each
of which is one write."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from spider_drivers.contract import CallRecord, Clock, VirtualClock

from ...store import CALL_STATS, CALLS, Conflict, Put, Store, StoreUnavailable
from .. import times
from ..settings import Settings
from . import line, spans
from .line import Noted
from .rows import day_row, row_of
from .sums import unmerged_row
from .writer import BATCH, Writer

log = logging.getLogger("spider.history")

HOLD = timedelta(seconds=3)  # a record is not held back for longer, once the next one has come
FLUSH_SECONDS = 5.0
CLOSE_SECONDS = 5.0


class _Batch:
    """Records of one request. Once closed it takes no more: a read that outlived its deadline hands over its own."""

    def __init__(self) -> None:
        self._calls: list[Noted] | None = []
        self._lock = threading.Lock()

    def take(self, call: Noted) -> list[Noted]:
        """What is to be handed over now."""
        with self._lock:
            if self._calls is None:
                return [call]
            self._calls.append(call)
            if len(self._calls) < BATCH and _end(call.record) - self._calls[0].record.started < HOLD:
                return []
            calls, self._calls = self._calls, []
            return calls

    def close(self) -> list[Noted]:
        with self._lock:
            calls, self._calls = self._calls or [], None
            return calls


_batch: ContextVar[_Batch | None] = ContextVar("spider_call_batch", default=None)


class History:
    """Records are written by a thread of its own, and no answer waits for it; but before the answer where time is
    virtual, and where nobody keeps a process from being frozen once it has answered (inside Lambda)."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._ttl = settings.history_ttl
        self._stats_ttl = settings.stats_ttl
        self._days_ttl = max(settings.history_ttl, settings.stats_ttl)
        self._days: set[str] = set()
        behind = settings.history_writes == "behind" and not isinstance(clock, VirtualClock)
        self._writer = Writer(self._write) if behind else None

    def sink(self, record: CallRecord) -> None:
        """Takes a record; outside of `gather` it is handed over at once. The line in the log comes with the writing: to
        make it and to send it takes as long as all else here."""
        call = Noted(record, line.place())
        spans.of_call(record)
        batch = _batch.get()
        self._hand_over([call] if batch is None else batch.take(call))

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Records taken inside, also by threads that inherit the context, are handed over when it ends, or earlier:
        when a batch is full, or older than a few seconds."""
        if _batch.get() is not None:
            yield
            return
        batch = _Batch()
        token = _batch.set(batch)
        try:
            yield
        finally:
            _batch.reset(token)
            self._hand_over(batch.close())

    def flush(self, seconds: float | None = FLUSH_SECONDS) -> None:
        """Waits until what this process has handed over is kept: whoever then asks for it sees what he did. None: for
        as long as that takes."""
        if self._writer is not None:
            self._writer.flush(seconds)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close(CLOSE_SECONDS)

    def _hand_over(self, calls: Sequence[Noted]) -> None:
        if calls and not (self._writer is not None and self._writer.take(calls)):
            self._write(calls)

    def _write(self, calls: Sequence[Noted]) -> None:
        """What cannot be kept is logged, and fails no request."""
        for call in calls:
            line.write(*call)
        self._keep([call.record for call in calls])

    def _keep(self, records: Sequence[CallRecord]) -> None:
        try:
            self.keep(records)
        except ValueError as error:  # a record that no store takes
            if len(records) == 1:
                log.error("a call record could not be kept: %s", error)
            else:
                for record in records:
                    self._keep([record])
        except StoreUnavailable as error:
            log.error("%d call records could not be kept: %s", len(records), error)
        except Conflict:
            log.info("%d call records had been kept by a try whose answer was lost", len(records))

    def keep(self, records: Sequence[CallRecord]) -> None:
        """In one transaction, so that the sums are those of the records that are there. At most BATCH. Raises
        StoreUnavailable, ValueError for a record that no store takes, and Conflict where they are there already."""
        now = self._clock.now()
        rows = [row_of(record, times.epoch(now, self._ttl)) for record in records]
        days = {times.day_of(row["at"]) for row in rows} - self._days
        changes = [
            *(Put(CALLS, row) for row in rows),
            Put(CALL_STATS, unmerged_row(records, now, times.epoch(now, self._stats_ttl)), if_absent=True),
            *(Put(CALL_STATS, day_row(day, times.epoch(now, self._days_ttl))) for day in days),
        ]
        self._store.write(*changes)
        self._days |= days


def _end(record: CallRecord) -> datetime:
    return times.after(record.started, record.elapsed)
