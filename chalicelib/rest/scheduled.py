"""What AWS calls for, beside requests, where the process itself may be frozen in between (Lambda): jobs, by a scheduler
once a minute or hour, and work on operations, by their queue."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from . import handle

# A sweep that has found something to do goes on with it for so long. The next one is due then.
WORK_SECONDS = 50.0


class Engine(handle.Engine, Protocol):
    """What such jobs ask of the engine, and REST."""

    def collect_if_due(self, moment: datetime) -> None: ...

    def merge(self) -> None: ...

    def reconcile_if_due(self, moment: datetime) -> None: ...

    def sweep(self) -> None: ...

    def take_message(self, body: str) -> None: ...

    def work(self, seconds: float) -> None: ...


def collect(engine: Engine, time: str) -> None:
    """`time`: when the scheduler meant to call (ISO 8601)."""
    engine.collect_if_due(datetime.fromisoformat(time))


def merge(engine: Engine) -> None:
    engine.merge()


def reconcile(engine: Engine, time: str) -> None:
    """`time`: when the scheduler meant to call (ISO 8601)."""
    engine.reconcile_if_due(datetime.fromisoformat(time))


def sweep(engine: Engine) -> None:
    engine.sweep()
    engine.work(WORK_SECONDS)


def work(engine: Engine, body: str) -> None:
    """`body`: of a message about an operation."""
    engine.take_message(body)
