"""The twin's clock: real time, which a test may push forward."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class TwinClock:
    def __init__(self) -> None:
        self._ahead = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def stopwatch(self) -> float:
        """Seconds since an arbitrary moment; never goes back."""
        return time.monotonic() + self._ahead

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._ahead += seconds
