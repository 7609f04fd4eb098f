"""Drives handlers as the engine does: again after each Wait, again after each death, with the parts kept so far."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from ..contract import (
    Attempt,
    CallScope,
    CloudConnection,
    NoAnswer,
    Throttled,
    Unavailable,
    Unreachable,
    Wait,
    scope,
)
from .cloud import Cloud

T = TypeVar("T")
Step = Callable[[CloudConnection, Attempt], T | Wait]

# An operation that needs more than this never ends. Seconds of the cloud's clock.
MOST_ROUNDS = 2000
LONGEST = 4 * 3600.0


class Died(BaseException):
    """The process is gone. No Exception: no driver may catch it."""


def once(step: int) -> Iterable[int]:
    """A single death, at the given step (1 is the first)."""
    return [step]


def in_turn() -> Iterable[int]:
    """The first try dies at its first step, the second at its second, and so on until a try lives to the end."""
    return itertools.count(1)


class Operation:
    """One change of the cloud. Steps at which it may die: before each check, before and after each note is kept, after
    each call to the cloud."""

    def __init__(self, cloud: Cloud, deaths: Iterable[int] = (), token: str | None = None) -> None:
        self.token = token or str(uuid.uuid4())
        self.parts: dict[str, str] = {}
        self.unclean_since: datetime | None = None
        self.checks = 0
        self.died = 0
        self._cloud = cloud
        self._deaths = iter(deaths)
        self._left = next(self._deaths, 0)

    def undoing(self, deaths: Iterable[int] = ()) -> Operation:
        """The compensation of this operation: same token, same parts, as unclean."""
        other = Operation(self._cloud, deaths, self.token)
        other.parts = dict(self.parts)
        other.unclean_since = self.unclean_since
        return other

    def run(self, step: Step[T]) -> T:
        """Calls `step` until it answers something other than Wait. Deaths are survived."""
        while True:
            try:
                return self.run_until_death(step)
            except Died:
                pass

    def run_until_death(self, step: Step[T]) -> T:
        """As `run`, but raises Died."""
        ends = self._cloud.clock.stopwatch() + LONGEST
        for _ in range(MOST_ROUNDS):
            answer = self._round(step)
            if not isinstance(answer, Wait):
                return answer
            assert answer.seconds > 0, f"{answer} waits for no time"
            assert answer.reason, f"{answer} gives no reason"
            assert self._cloud.clock.stopwatch() < ends, f"not done in {LONGEST} s: {answer}"
            self._cloud.wait(answer.seconds)
        raise AssertionError(f"not done after {MOST_ROUNDS} rounds: {answer}")

    def _round(self, step: Step[T]) -> T | Wait:
        attempt = Attempt(
            self.token,
            parts=self.parts,
            unclean_since=self.unclean_since,
            clock=self._cloud.clock,
            keep=self._keep,
            check=self._check,
        )
        self._cloud.after_call = self._step
        try:
            with acting(self._cloud, self.token):
                return step(self._cloud.connection, attempt)
        except Died:
            self._died()
            raise
        except NoAnswer as lost:
            self.unclean_since = self._cloud.clock.now()
            return Wait(1.0, str(lost))
        except (Throttled, Unavailable, Unreachable) as busy:
            return Wait(busy.retry_after or 1.0, str(busy))
        finally:
            self._cloud.after_call = lambda: None

    def _died(self) -> None:
        self.died += 1
        self.unclean_since = self._cloud.clock.now()
        self._left = next(self._deaths, 0)
        self._cloud.after_call = lambda: None
        self._cloud.disconnect()

    def _check(self) -> None:
        self.checks += 1
        self._step()

    def _keep(self, part: str, cloud_id: str) -> None:
        assert part, "a part without a name"
        assert cloud_id, f"the part {part} has no cloud id"
        self._step()
        self.parts[part] = cloud_id
        self._step()

    def _step(self) -> None:
        if self._left:
            self._left -= 1
            if not self._left:
                raise Died


@contextmanager
def acting(cloud: Cloud, operation: str = "") -> Iterator[None]:
    """Inside, calls to the cloud are recorded in a scope of this operation, and no handler may sleep."""
    token = scope.set(CallScope(connection=cloud.info.name, cloud=cloud.info.provider, operation=operation))
    try:
        with _sleepless():
            yield
    finally:
        scope.reset(token)


@contextmanager
def _sleepless() -> Iterator[None]:
    real, here = time.sleep, threading.get_ident()

    def sleep(seconds: float) -> None:
        if threading.get_ident() == here:
            raise AssertionError(f"the driver slept {seconds} s instead of answering Wait")
        real(seconds)

    time.sleep = sleep  # type: ignore[assignment]
    try:
        yield
    finally:
        time.sleep = real
