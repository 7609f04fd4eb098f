"""Reads carry a deadline: a cloud that answers late holds up nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from . import fanout

T = TypeVar("T")


def within(seconds: float, what: Callable[[], T]) -> T:
    """`what()`, run in a thread of its own with this context. Raises NoAnswer after `seconds`; the thread then goes
    on until the SDK's own time-out and its outcome is dropped."""
    (outcome,) = fanout.run([what], seconds)
    return outcome.result()
