"""Several servers on one store, any of which may be killed at any moment: who asks, asks another one."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from tests.system.spider import Client, Process

from .warm import Start

PATIENCE_SECONDS: Final = 600.0
AGAIN_SECONDS: Final = 0.05


class NoServer(Exception):
    """None has answered for minutes."""


class Fleet:
    """`counts`: what has happened to requests, by words."""

    def __init__(self, start: Start, home: Path, size: int, **settings: str) -> None:
        self.counts: Counter[str] = Counter()
        self._start = start
        self._home = home
        self._settings = settings
        self._lock = threading.Lock()
        self._processes = [self._started() for _ in range(size)]

    def _started(self) -> Process:
        return self._start(self._home, **self._settings)

    def client(self, chance: Random) -> Client:
        with self._lock:
            return chance.choice(self._processes).client

    def kill_one(self, chance: Random) -> None:
        """By SIGKILL. Another one takes its place."""
        with self._lock:
            process = self._processes.pop(chance.randrange(len(self._processes)))
        process.kill()
        started = self._started()
        with self._lock:
            self._processes.append(started)
            self.counts["kills"] += 1

    def close(self) -> None:
        for process in self._processes:
            process.kill()

    def ask(self, chance: Random, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """An answer, from whichever server gives one. Only what is safe to repeat may be asked so."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            answer = self.ask_once(chance, method, path, body, **headers)
            if answer is not None and answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            time.sleep(AGAIN_SECONDS)
        raise NoServer(f"{method} {path}")

    def ask_once(
        self, chance: Random, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response | None:
        """None where the server was killed before it answered."""
        try:
            answer = self.client(chance).send(method, path, body, **headers)
        except httpx.TransportError:
            self.counts["cut off"] += 1
            return None
        self.counts[f"answered {answer.status_code}"] += 1
        return answer
