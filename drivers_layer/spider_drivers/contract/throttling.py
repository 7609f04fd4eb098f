"""How long a driver waits when its cloud says that calls come too fast: one schedule for all of them.

A throttled call has done nothing, so it is the only one that a driver may send again by itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Who is told of every call that comes too fast, with the seconds that the cloud asks for: the engine sets it around a
# try, so that others go more slowly while this one waits.
told: ContextVar[Callable[[float | None], None]] = ContextVar("spider_throttled_told", default=lambda _: None)

THROTTLED_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 4.0


class Patience:
    """Of one call: how often and how long it may pause, `seconds` in all."""

    def __init__(self, seconds: float = THROTTLED_SECONDS) -> None:
        self._left = seconds
        self._next = FIRST_PAUSE

    def pause(self, retry_after: float | None) -> float | None:
        """Seconds until the call is sent again, which the caller sleeps; None when the patience is used up.

        What the cloud asks for is kept exactly; where it asks for nothing, pauses double and are jittered.
        """
        told.get()(retry_after)
        seconds = retry_after
        if seconds is None:
            seconds = self._next * random.uniform(0.5, 1.0)
            self._next = min(LONGEST_PAUSE, 2 * self._next)
        if seconds > self._left:
            return None
        self._left -= seconds
        return seconds


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header (RFC 9110, section 10.2.3) asks for: a number, or a date; None without one."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
