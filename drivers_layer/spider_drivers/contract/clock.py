"""One clock for engine, store, drivers and tests."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Wall time (UTC) and a stopwatch (seconds)."""

    def now(self) -> datetime: ...

    def stopwatch(self) -> float: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def stopwatch(self) -> float:
        return time.perf_counter()


class VirtualClock:
    """Stands still until told to advance."""

    def __init__(self, start: datetime = datetime(2030, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._now

    def stopwatch(self) -> float:
        return self._now.timestamp()

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)
