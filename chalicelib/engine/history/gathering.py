"""The history of calls: records are gathered while a request or an attempt runs, and written in one batch at its
end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from spider_drivers.contract import CallRecord, Clock

from ...store import CALLS, Store, StoreUnavailable
from ..settings import Settings
from .rows import row_of

log = logging.getLogger("spider.history")


class _Batch:
    """Records of one request. Once closed it takes no more: a read that outlived its deadline writes its own."""

    def __init__(self) -> None:
        self._records: list[CallRecord] | None = []
        self._lock = threading.Lock()

    def take(self, record: CallRecord) -> bool:
        with self._lock:
            if self._records is None:
                return False
            self._records.append(record)
            return True

    def close(self) -> list[CallRecord]:
        with self._lock:
            records, self._records = self._records or [], None
            return records


_batch: ContextVar[_Batch | None] = ContextVar("spider_call_batch", default=None)


class History:
    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._ttl = settings.history_ttl

    def sink(self, record: CallRecord) -> None:
        """Takes a record; outside of `gather` it is written at once."""
        batch = _batch.get()
        if batch is None or not batch.take(record):
            self._write([record])

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Records taken inside, also by threads that inherit the context, are written when it ends."""
        if _batch.get() is not None:
            yield
            return
        batch = _Batch()
        token = _batch.set(batch)
        try:
            yield
        finally:
            _batch.reset(token)
            self._write(batch.close())

    def _write(self, records: list[CallRecord]) -> None:
        if not records:
            return
        expires = int(self._clock.now().timestamp() + self._ttl)
        try:
            self._store.put_all(CALLS, [row_of(record, expires) for record in records])
        except StoreUnavailable as error:
            log.error("%d call records could not be kept: %s", len(records), error)
