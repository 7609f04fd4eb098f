"""One record per call to a cloud, taken below the SDK's retry at its own hook point."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from .clock import Clock


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
        self._sink(CallRecord(scope.get(), api, started, elapsed, error_code, self.redact(error)))

    def redact(self, text: str) -> str:
        return redact(text, self._secrets)


# What clouds put in messages and URLs though it is not theirs to show.
_PATTERNS = (
    re.compile(r"\b(?:AKIA|ASIA|LTAI)[A-Z0-9a-z]{12,}\b"),
    re.compile(r"(?i)(?<=signature=)[^&\s\"']+"),
    re.compile(r"(?i)(?<=accesskeyid=)[^&\s\"']+"),
    re.compile(r"(?i)(?<=securitytoken=)[^&\s\"']+"),
    re.compile(r"(?i)(?<=[?&]password=)[^&\s\"']+"),
    re.compile(r"(?i)(?<=bearer )[a-z0-9._~+/=-]+"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with the given secrets (of 4 characters or more) and all that looks like one masked."""
    for secret in sorted((s for s in secrets if len(s) >= 4), key=len, reverse=True):
        text = text.replace(secret, "***")
    for pattern in _PATTERNS:
        text = pattern.sub("***", text)
    return text
