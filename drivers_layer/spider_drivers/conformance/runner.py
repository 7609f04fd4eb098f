"""Drives handlers as the engine does: again after each Wait, again after each death, with the parts kept so far."""

from __future__ import annotations

import itertools
import re
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
# Of one throttled call, in all.
LONGEST_PAUSES = 10.0
# Until somebody notices a death. Short, so that the next try meets a cloud that does not show everything yet.
_LEASE = 0.01

# An API is named after its operation ("DescribeVpcs", "compute.instances.get") or is METHOD + path ("GET /servers").
_READ = re.compile(r"(?i)(get|head) |(?!(post|put|patch|delete) ).*?\b(describe|list|get|head|query)")


class Died(BaseException):
    """The process is gone. No Exception: no driver may catch it."""


def once(step: int) -> Iterable[int]:
    """A single death, at the given step (1 is the first)."""
    return [step]


def many() -> Iterable[int]:
    """The first try dies at its first step, the second at its second, and so on until one lives to the end."""
    return itertools.count(1)


def is_read(api: str) -> bool:
    """Whether a recorded call changes nothing, by its name."""
    return bool(_READ.match(api))


class Operation:
    """One change of the cloud, as the engine keeps it.

    Its steps, at which it may die, are the changes that outlive a death: each call that may have changed the cloud,
    each note kept; and, as the first, the moment before all of them. A death between two steps leaves the same behind
    as one at the first of the two.
    """

    def __init__(self, cloud: Cloud, deaths: Iterable[int] = (), token: str | None = None) -> None:
        self.token = token or str(uuid.uuid4())
        self.parts: dict[str, str] = {}
        self.unclean_since: datetime | None = None
        self.checks = 0
        self.died = 0
        self._changing = False
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
        self._cloud.after_call = self._called
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
        self._cloud.wait(_LEASE)

    def _check(self) -> None:
        self.checks += 1
        self._changing = True
        if self.checks == 1:
            self._step()

    def _called(self) -> None:
        """The call after a check counts as a change whatever its name is."""
        if self._changing or not is_read(self._cloud.records[-1].api):
            self._changing = False
            self._step()

    def _keep(self, part: str, cloud_id: str) -> None:
        assert part, "a part without a name"
        assert cloud_id, f"the part {part} has no cloud id"
        self.parts[part] = cloud_id
        self._step()

    def _step(self) -> None:
        if self._left:
            self._left -= 1
            if not self._left:
                raise Died


@contextmanager
def acting(cloud: Cloud, operation: str = "") -> Iterator[None]:
    """Inside, calls to the cloud are recorded in a scope of this operation, and no handler may sleep, unless its cloud
    has just refused a call as too fast."""
    token = scope.set(CallScope(connection=cloud.info.name, cloud=cloud.info.provider, operation=operation))
    try:
        with _sleepless(cloud):
            yield
    finally:
        scope.reset(token)


class _Pauses:
    """Those that a driver takes when its cloud says that a call came too fast."""

    def __init__(self, cloud: Cloud) -> None:
        self.passing = False
        self._cloud = cloud
        self._records = len(cloud.records)
        self._taken = 0.0

    def take(self, seconds: float) -> None:
        """Raises AssertionError for any other."""
        records = self._cloud.records
        refused = self._cloud.throttled and len(records) > self._records and records[-1].error_code
        assert refused, f"the driver slept {seconds} s instead of answering Wait"
        of_the_same_call = len(records) == self._records + 1
        self._records = len(records)
        self._taken = seconds + (self._taken if of_the_same_call else 0.0)
        assert self._taken <= LONGEST_PAUSES, f"the driver waited for {self._taken} s to send one call again"
        self.passing = True
        try:
            self._cloud.wait(seconds)
        finally:
            self.passing = False


@contextmanager
def _sleepless(cloud: Cloud) -> Iterator[None]:
    real, here, pauses = time.sleep, threading.get_ident(), _Pauses(cloud)

    def sleep(seconds: float) -> None:
        if threading.get_ident() != here or pauses.passing:
            real(seconds)
        else:
            pauses.take(seconds)

    time.sleep = sleep  # type: ignore[assignment]  # mypy takes functions for final
    try:
        yield
    finally:
        time.sleep = real
