"""Works on operations: forward, or back again when one cannot succeed."""

from __future__ import annotations

import logging
import math
import random
from datetime import timedelta

from spider_drivers.contract import (
    AlreadyExists,
    Cancelled,
    Clock,
    NoAnswer,
    SpiderError,
    Throttled,
    TimedOut,
    Unavailable,
    Unreachable,
    Wait,
)

from ..store import Conflict, Store, StoreUnavailable
from . import faults, times
from .history import History, spans
from .lease import Lease, LeaseLost, Leases, NotDue, Unknown
from .limit import NoTurn
from .operations import Operations, State, is_over
from .queue import Queue
from .settings import Settings
from .steps import UNDONE_BY, Done, Steps

log = logging.getLogger("spider.worker")

MOST_DOUBLINGS = 32  # of a pause; a float has no more than a thousand
SKEW_SECONDS = 1.0
LONGEST_MISS_SECONDS = 10.0  # of a pause for a turn, which comes sooner than a cloud that is out of order
PASSING = (Throttled, Unavailable, NoAnswer, Unreachable)


class Worker:
    queue: Queue

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        history: History,
        operations: Operations,
        leases: Leases,
        steps: Steps,
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._history = history
        self._operations = operations
        self._leases = leases
        self._steps = steps

    def work(self, operation: str) -> bool:
        """One try. Afterwards the operation is finished or due again; a worker that dies here leaves it to the
        sweeper. False when there is no such operation."""
        try:
            lease = self._take(operation)
        except Unknown:
            return False
        if lease is None:
            return True
        try:
            with self._history.gather(), spans.of_try(lease.row):
                self._try(lease)
        except LeaseLost:
            log.warning("operation %s: another worker has it now", operation)
        finally:
            self._leases.drop(lease)
            if is_over(lease.row) or not lease.is_released:  # else there is nothing new for those who wait
                self.queue.wake(operation)
        return True

    def _take(self, operation: str) -> Lease | None:
        try:
            return self._leases.take(operation)
        except NotDue as early:
            # A message that has come twice goes, or there would soon be many of one operation. Clocks differ a little.
            if early.seconds < SKEW_SECONDS:
                self.queue.send(operation, early.seconds)
            return None

    def _try(self, lease: Lease) -> None:
        try:
            if lease.row.get("look"):
                self._look(lease)
            elif lease.row["state"] == State.COMPENSATING:
                self._back(lease)
            else:
                self._forward(lease)
        except SpiderError as error:
            self._failed(lease, error)
        except NoTurn as none:
            self._not_yet(lease, none)
        except (LeaseLost, StoreUnavailable):
            raise  # the lease runs out, and the next try starts as after a death
        except Exception as error:
            log.exception("operation %s", lease.row["id"])
            lease.save(unclean_since=times.kept(self._clock.now()))
            self._failed(lease, SpiderError(f"internal error: {type(error).__name__}"))

    def _forward(self, lease: Lease) -> None:
        row = lease.row
        if row.get("cancelled") and row["verb"] in UNDONE_BY:
            raise Cancelled("the operation was cancelled")
        if self._clock.now() > times.read(row["deadline"]):
            raise TimedOut(f"given up at its deadline: {row.get('trouble') or 'it took too long'}")
        outcome = self._steps.forward(lease)
        if isinstance(outcome, Wait):
            self._again(lease, outcome.seconds, outcome.reason, failures=0, failing_since=None)
        else:
            self._close(lease, outcome)

    def _back(self, lease: Lease) -> None:
        wait = self._steps.back(lease)
        if wait is not None:
            self._again(lease, wait.seconds, wait.reason)
            return
        self._end(lease, faults.told(lease.row["error"], lease.row["id"]))

    def _look(self, lease: Lease) -> None:
        """Long after the end: what the cloud shows only now is removed."""
        wait = self._steps.look(lease)
        if wait is not None:
            self._again(lease, wait.seconds, wait.reason)
            return
        found = "what it found was removed" if lease.has_changed else "nothing was left"
        log.info("operation %s: the cloud was looked at once more; %s", lease.row["id"], found)
        lease.end()
        try:
            self._store.write(self._operations.looked(lease.row, lease.fence))
        except Conflict:
            raise LeaseLost(lease.row["id"]) from None

    def _look_later(self, lease: Lease, error: SpiderError) -> None:
        """With longer and longer pauses, until the operation is forgotten."""
        failures = lease.row.get("failures", 0)
        seconds = self._settings.look_seconds * 2.0 ** min(failures, MOST_DOUBLINGS)
        log.warning("operation %s could not be looked for at the cloud: %s", lease.row["id"], error)
        look = times.kept(times.after(self._clock.now(), seconds))
        lease.release(seconds, f"a last look: {error.message}", failures=failures + 1, look=look)

    def _failed(self, lease: Lease, error: SpiderError) -> None:
        row = lease.row
        spans.failed(error)
        if row.get("look"):
            self._look_later(lease, error)
        elif row["state"] == State.COMPENSATING:
            self._could_not_undo(lease, error)
        elif isinstance(error, PASSING) and self._may_pass(lease, error):
            self._try_again_later(lease, error)
        elif row.get("force"):
            log.warning("operation %s: %s; forgotten all the same", row["id"], error)
            self._close(lease, self._steps.forgotten(row), look=bool(row.get("unclean_since")))
        elif row["verb"] in UNDONE_BY:
            log.info("operation %s: %s; undoing it", row["id"], error)
            now = times.kept(self._clock.now())
            lease.save(state=State.COMPENSATING.value, error=faults.kept(error), turned=now, failures=0)
            self._try(lease)
        else:
            self._end(lease, error)

    def _may_pass(self, lease: Lease, error: SpiderError) -> bool:
        """Trouble that is worth another try. A call that never left, with nothing made before, is not."""
        if isinstance(error, Throttled):
            return True
        if isinstance(error, Unreachable) and lease.untouched:
            return False
        since = times.read_or_none(lease.row.get("failing_since")) or self._clock.now()
        return self._clock.now() - since < timedelta(seconds=self._settings.give_up_seconds)

    def _try_again_later(self, lease: Lease, error: SpiderError) -> None:
        now = times.kept(self._clock.now())
        change = {"trouble": error.message, "failing_since": lease.row.get("failing_since") or now}
        if isinstance(error, NoAnswer | Unavailable):
            change["unclean_since"] = now
        failures = lease.row.get("failures", 0)
        log.info("operation %s: to be tried again: %s", lease.row["id"], error)
        self._again(lease, self._pause(failures, error), error.message, failures=failures + 1, **change)

    def _not_yet(self, lease: Lease, none: NoTurn) -> None:
        """Neither a failure, nor time that the cloud was silent: it was not asked."""
        missed = lease.row.get("missed", 0)
        seconds = none.seconds + self._jitter(missed, LONGEST_MISS_SECONDS)
        change: dict[str, object] = {"missed": missed + 1}
        if since := times.read_or_none(lease.row.get("failing_since")):
            change["failing_since"] = times.kept(times.after(since, seconds))
        self._again(lease, seconds, none.reason, **change)

    def _could_not_undo(self, lease: Lease, error: SpiderError) -> None:
        """Compensation is tried until its own deadline; then the operation lists what it has left behind."""
        row = lease.row
        failures = row.get("failures", 0)
        passed = self._clock.now() - times.read(row["turned"])
        if passed < timedelta(seconds=self._settings.compensate_deadline):
            self._again(lease, self._pause(failures, error), f"undoing it: {error.message}", failures=failures + 1)
            return
        first, in_the_end = (faults.told(row["error"], row["id"]) for _ in range(2))
        left = ", ".join(f"{part}={cloud_id}" for part, cloud_id in row["parts"].items())
        left = left or f"what carries the token {row['token'] if row['verb'] == 'create' else row['id']}, if anything"
        log.error("operation %s could not be undone (%s); left at the cloud: %s", row["id"], error, left)
        first.message += f" (and could not be undone: {error.message}; left at the cloud: {left})"
        in_the_end.message += " (and was undone later: nothing of it is at the cloud any more)"
        self._end(lease, first, in_the_end)

    def _pause(self, failures: int, error: SpiderError) -> float:
        """Exponential with full jitter, never less than the cloud asked for. Seconds."""
        return (error.retry_after or 0.0) + self._jitter(failures)

    def _jitter(self, times_before: int, most: float = math.inf) -> float:
        doubled = self._settings.retry_seconds * 2.0 ** min(times_before, MOST_DOUBLINGS)
        return random.uniform(0.0, min(self._settings.retry_limit_seconds, doubled, most))  # no secret hangs on it

    def _again(self, lease: Lease, seconds: float, reason: str, **change: object) -> None:
        lease.release(seconds, reason, **{"missed": None, **change})
        self.queue.send(lease.row["id"], seconds)

    def _close(self, lease: Lease, done: Done, *, look: bool = False) -> None:
        lease.end()
        finished = self._operations.finish(lease.row, lease.fence, result=done.result, look=look)
        try:
            self._store.write(*done.changes, finished)
        except Conflict as conflict:
            if len(done.changes) in conflict.failed:
                raise LeaseLost(lease.row["id"]) from None
            self._end(lease, AlreadyExists(f"'{lease.row['name']}': another name stands for the same resource"))
        else:
            log.info("operation %s: done at try %d", lease.row["id"], lease.row["attempts"])

    def _end(self, lease: Lease, error: SpiderError, in_the_end: SpiderError | None = None) -> None:
        """The operation has failed, and nothing is left to do about it but to look once more, where a try was not
        clean or (`in_the_end` is what its error is then) it could not be undone."""
        row, changes = lease.row, self._steps.given_up(lease.row)
        look = row["verb"] in UNDONE_BY and bool(row.get("unclean_since") or in_the_end)
        lease.end()
        finished = self._operations.finish(row, lease.fence, error=error, look=look, in_the_end=in_the_end)
        try:
            self._store.write(*changes, finished)
        except Conflict:
            raise LeaseLost(lease.row["id"]) from None
        log.info("operation %s: failed at try %d: %s", row["id"], row["attempts"], error)
