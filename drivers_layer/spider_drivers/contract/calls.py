"""One record per call to a cloud, taken below the SDK's retry at its own hook point."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from .clock import Clock
from .redacting import redact, spellings

MOST_CODE, MOST_TEXT = 200, 4000  # characters that a record keeps: a proxy's page may have any number


@dataclass(frozen=True, slots=True)
class CallScope:
    """On whose behalf a call is made. Set by the engine, read by the recorder."""

    connection: str = ""
    cloud: str = ""
    region: str = ""
    zone: str = ""
    resource_type: str = ""
    resource_name: str = ""
    operation: str = ""
    request: str = ""
    attempt: int = 0


scope: ContextVar[CallScope] = ContextVar("spider_call_scope", default=CallScope())


@dataclass(frozen=True, slots=True)
class CallRecord:
    """`elapsed` in seconds; `error_code` and `error` are "" for a call that the cloud granted."""

    scope: CallScope
    api: str
    started: datetime
    elapsed: float
    error_code: str = ""
    error: str = ""


class CallRecorder:
    """Given to a driver's `connect`; its hook calls `record` once per call that went over the wire."""

    def __init__(self, clock: Clock, sink: Callable[[CallRecord], None], secrets: Iterable[str] = ()) -> None:
        self.clock = clock
        self._sink = sink
        self._secrets = tuple(secrets)

    def record(self, api: str, elapsed: float, error_code: str = "", error: str = "") -> None:
        """`api`: the cloud's operation name, else METHOD + path template. `elapsed`: seconds."""
        started = self.clock.now() - timedelta(seconds=elapsed)
        code, text = _cut(self.redact(error_code), MOST_CODE), _cut(self.redact(error), MOST_TEXT)
        self._sink(CallRecord(scope.get(), api, started, elapsed, code, text))

    def redact(self, text: str) -> str:
        return redact(text, self._spellings) if text else text

    @cached_property
    def _spellings(self) -> tuple[str, ...]:
        """Only an error needs them, and a key in PEM has many."""
        return spellings(self._secrets)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
