"""Reads carry a deadline: a cloud that answers late holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from queue import Empty, Queue
from typing import TypeVar

from spider_drivers.contract import NoAnswer

T = TypeVar("T")


def within(seconds: float, what: Callable[[], T]) -> T:
    """`what()`, run in a thread of its own with this context. Raises NoAnswer after `seconds`; the thread then goes
    on until the SDK's own time-out and its outcome is dropped."""
    outcome: Queue[tuple[T | None, BaseException | None]] = Queue()
    context = copy_context()

    def run() -> None:
        try:
            outcome.put((context.run(what), None))
        except BaseException as error:  # handed over to the caller, whatever it is
            outcome.put((None, error))

    threading.Thread(target=run, name="read", daemon=True).start()
    try:
        answer, error = outcome.get(timeout=seconds)
    except Empty:
        raise NoAnswer(f"the cloud did not answer within {seconds:g} seconds") from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]  # None only where what() answers None
