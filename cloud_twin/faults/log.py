"""One line per call that arrived."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Logged:
    """`time`: ISO 8601; `elapsed`: seconds; `status` 0 and `code` "" for a call that got no answer. `read`: whether it
    changes nothing. `faults`: ids of the rules that struck. Neither query nor body is kept: they may hold secrets."""

    number: int
    time: str
    cloud: str
    region: str
    api: str
    status: int
    code: str
    elapsed: float
    read: bool
    faults: tuple[int, ...] = ()

    def line(self) -> str:
        return json.dumps(asdict(self))


class Log:
    """`write`, if there is one, gets each call as a line of JSON, without its line break."""

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        self._write = write
        self._calls: list[Logged] = []
        self._arrived = 0
        self._lock = threading.Lock()

    def arrive(self) -> int:
        """The number of the next call, from 1."""
        with self._lock:
            self._arrived += 1
            return self._arrived

    @property
    def arrived(self) -> int:
        """How many calls there were, those still under way included."""
        return self._arrived

    def add(self, call: Logged) -> None:
        with self._lock:
            self._calls.append(call)
            if self._write:
                self._write(call.line())

    def calls(self) -> list[Logged]:
        """Those that have ended, in the order they arrived."""
        with self._lock:
            return sorted(self._calls, key=lambda call: call.number)

    def apis(self) -> list[str]:
        return [call.api for call in self.calls()]

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
            self._arrived = 0
