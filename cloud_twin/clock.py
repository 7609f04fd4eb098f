"""The twin's clock: real time, which a test may push forward, let run faster or slower, or stop."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class TwinClock:
    """`speed`: its seconds per real second. At 0 it is a virtual clock, which moves only when it is told to."""

    def __init__(self, speed: float = 1.0) -> None:
        self._lock = threading.Lock()
        self._begun = datetime.now(UTC)
        self._seconds = 0.0
        self._since = time.monotonic()
        self._speed = speed

    def now(self) -> datetime:
        return self._begun + timedelta(seconds=self.stopwatch())

    def stopwatch(self) -> float:
        """Seconds since the clock was made; never goes back."""
        with self._lock:
            return self._reached()

    @property
    def speed(self) -> float:
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        with self._lock:
            self._seconds, self._since, self._speed = self._reached(), time.monotonic(), speed

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._seconds += seconds

    def _reached(self) -> float:
        return self._seconds + (time.monotonic() - self._since) * self._speed
