"""Writes records in a thread of its own, so that no answer waits for it."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

from .line import Noted

log = logging.getLogger("spider.history")

BATCH = 25  # records in one write
MOST_WAITING = 10_000  # records: some ten megabytes
# Who has just handed records over goes on meanwhile: written at once, they would keep the processor from his next call.
PAUSE_SECONDS = 0.005


class Writer:
    """`write` takes up to BATCH records, of several requests if so many have come meanwhile. The thread begins with
    the first record and ends with `close`, or with the process."""

    def __init__(self, write: Callable[[Sequence[Noted]], None]) -> None:
        self._write = write
        self._changed = threading.Condition()
        self._waiting: deque[Noted] = deque()
        self._taken = self._done = 0
        self._thread: threading.Thread | None = None
        self._closed = False

    def take(self, calls: Sequence[Noted]) -> bool:
        """False when it is closed or cannot keep up: the caller then writes them himself."""
        with self._changed:
            if self._closed or len(self._waiting) + len(calls) > MOST_WAITING:
                return False
            self._waiting.extend(calls)
            self._taken += len(calls)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="history", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            return True

    def flush(self, seconds: float | None) -> bool:
        """Waits until all that has been taken so far is written, or given up. False when the time was too short."""
        with self._changed:
            taken = self._taken
            return self._changed.wait_for(lambda: self._done >= taken, seconds)

    def close(self, seconds: float) -> None:
        """Takes no more, and writes what it has."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if not self.flush(seconds):
            log.error("%d call records could not be kept: the store is too slow", self._taken - self._done)

    def _run(self) -> None:
        while batch := self._next():
            try:
                self._write(batch)
            except Exception:
                log.exception("%d call records could not be kept", len(batch))
            with self._changed:
                self._done += len(batch)
                self._changed.notify_all()

    def _next(self) -> list[Noted]:
        """Empty at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._changed.wait_for(lambda: len(self._waiting) >= BATCH or self._closed, PAUSE_SECONDS)
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
