"""Starts of functions: a new process each, its first event, and the same event again."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.deployment.front import Sent
from tests.deployment.rest_api import STAGE, event
from tests.real.lambda_room.aws import PASSWORD, USER
from tests.real.lambda_room.function import Function, Instance

LOGIN: Final = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
HEADERS: Final = (("Authorization", f"Basic {LOGIN}"), ("Accept", "*/*"), ("Content-Type", "application/json"))
IDLE_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Start:
    """Milliseconds until it could take an event, and from the start to its first answer; of CPU until then; of the same
    event again. `memory`: MiB, the most it had."""

    init: float
    first: float
    cpu: float
    again: float
    memory: float


class Started:
    """A new process of a function."""

    def __init__(self, root: Path, function: Function, log: Path) -> None:
        began = time.perf_counter()
        self.instance = Instance(root, function, log)
        assert self.instance.api.wait_until_idle(IDLE_SECONDS), log.read_text()[-2000:]
        self.init = _since(began)

    def timed(self, given: Any) -> float:
        """Milliseconds until the answer, which must be none of a failure. What comes behind it is over then, too."""
        began = time.perf_counter()
        answer = self.instance.invoke(given)
        took = _since(began)
        assert answer is None or answer["statusCode"] in (200, 202), answer
        assert self.instance.api.wait_until_idle(IDLE_SECONDS)
        return took

    def answer(self, given: Any) -> Any:
        """The body, from JSON."""
        answer = self.instance.invoke(given)
        assert answer["statusCode"] == 200, answer
        return json.loads(answer["body"])

    def operation(self, given: Any) -> str:
        """The id of the one that a change has opened."""
        answer = self.instance.invoke(given)
        assert answer["statusCode"] == 202, answer
        return str(answer["headers"]["Spider-Operation"])

    def cpu(self) -> float:
        """Milliseconds, of the function itself: the one child of what keeps its namespaces (proc(5))."""
        keeper = self.instance.pid
        python = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().strip()
        told = Path(f"/proc/{python}/stat").read_text().rpartition(")")[2].split()
        user, system = int(told[11]), int(told[12])
        return 1000 * (user + system) / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(root: Path, function: Function, log: Path) -> Iterator[Started]:
    made = Started(root, function, log)
    try:
        yield made
    finally:
        made.instance.close()


def start(root: Path, function: Function, log: Path, given: Any) -> Start:
    with started(root, function, log) as made:
        first = made.timed(given)
        cpu = made.cpu()
        again = made.timed(given)
        return Start(made.init, made.init + first, cpu, again, made.instance.peak() / 2**20)


def request(method: str, path: str, body: Any = None, resource: str = "", **query: str) -> Any:
    """An event of API Gateway's. `resource`: its route, if that has parameters."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    given = json.dumps(body).encode() if body is not None else b""
    headers = (*HEADERS, ("Prefer", "respond-async"))
    return event(Sent(method, f"/{STAGE}{path}?{asked}", headers, given), resource or path)


def _since(began: float) -> float:
    return 1000 * (time.perf_counter() - began)
