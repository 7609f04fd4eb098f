"""Reads that show late what was made."""

from __future__ import annotations

import threading

from ..clock import TwinClock
from .dialect import Answer, Dialect, Request

# Seconds. Clients count in microseconds: one that waits for as long as the lag lasts must not look a hair too early.
CLIENTS_FINEST = 2e-6


class Lag:
    """Knows which ids are new: those of a change's answer that no request and no answer has held before, or none since
    they were deleted. Where ids are paths of names, what is made anew has the id of what was deleted."""

    def __init__(self, dialect: Dialect, clock: TwinClock) -> None:
        self._dialect = dialect
        self._clock = clock
        self._known: set[str] = set()
        self._hidden: dict[str, float] = {}
        self._lock = threading.Lock()

    @property
    def hides(self) -> bool:
        return bool(self._hidden)

    def refused(self, request: Request) -> Answer | None:
        """What a read of something hidden is answered."""
        if not self.hides or not self._dialect.is_read(request):
            return None
        hidden = self._hidden_now() & self._dialect.addressed(request)
        return self._dialect.unknown(request, min(hidden)) if hidden else None

    def shown(self, request: Request, answer: Answer) -> Answer:
        """An answer as it may be seen by now."""
        if answer.status >= 300 or not self._dialect.is_read(request):
            return answer
        hidden = self._hidden_now()
        return self._dialect.without(answer, hidden) if hidden else answer

    def learn(self, request: Request, answer: Answer, seconds: float) -> None:
        """`seconds`: for how long what the answer shows first is to be hidden."""
        if answer.status >= 300:
            return
        named, shown = self._dialect.named(request), self._dialect.ids(answer)
        with self._lock:
            if seconds and not self._dialect.is_read(request):
                until = self._clock.stopwatch() + seconds
                self._hidden.update(dict.fromkeys(shown - named - self._known, until))
            self._known |= named | shown
            if request.method == "DELETE":
                self._known -= self._dialect.addressed(request)

    def clear(self) -> None:
        with self._lock:
            self._hidden.clear()
            self._known.clear()

    def _hidden_now(self) -> set[str]:
        now = self._clock.stopwatch()
        with self._lock:
            self._hidden = {one: until for one, until in self._hidden.items() if until > now + CLIENTS_FINEST}
            return set(self._hidden)
