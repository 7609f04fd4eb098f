"""Jobs that a process does every so often. EventBridge has those done that Lambda, frozen in between, could not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("spider.timers")


class Timers:
    """A thread for each job. All end with the process."""

    def __init__(self) -> None:
        self._jobs: list[tuple[float, Callable[[], None]]] = []
        self._lock = threading.Lock()
        self._running = False
        self._closed = threading.Event()

    def every(self, seconds: float, job: Callable[[], None]) -> None:
        """Runs `job` at the start, or at once after it, and then every `seconds`, never twice at once."""
        with self._lock:
            self._jobs.append((seconds, job))
            if self._running:
                self._begin(seconds, job)

    def start(self) -> None:
        with self._lock:
            self._running = True
            for seconds, job in self._jobs:
                self._begin(seconds, job)

    def close(self) -> None:
        """Begins nothing more."""
        self._closed.set()

    def _begin(self, seconds: float, job: Callable[[], None]) -> None:
        threading.Thread(target=self._repeat, args=(seconds, job), name="timer", daemon=True).start()

    def _repeat(self, seconds: float, job: Callable[[], None]) -> None:
        while not self._closed.is_set():
            try:
                job()
            except Exception:
                log.exception("a timed job failed; it runs again in %g seconds", seconds)
            self._closed.wait(seconds)
