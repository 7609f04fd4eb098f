"""Many reads at once, each with a time-out of its own: a cloud that answers late holds up nobody."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from spider_drivers.contract import NoAnswer

T = TypeVar("T")

AT_ONCE = 64  # reads that are waited for; threads that nobody waits for any more come on top


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a read has answered, or (`error` not None) raised."""

    value: T | None = None
    error: BaseException | None = None

    def result(self) -> T:
        """Raises the error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # None only where the read answers None


def run(
    reads: Sequence[Callable[[], T]], seconds: float, *, in_all: float = float("inf"), at_once: int = AT_ONCE
) -> list[Outcome[T]]:
    """Their outcomes, in their order. Each runs in a thread of its own, with this context, and begins as soon as fewer
    than `at_once` are waited for.

    A read that takes longer than `seconds`, or that all are longer than `in_all`, is NoAnswer; its thread goes on until
    the SDK's own time-out, and what comes of it is dropped.
    """
    return _Round(reads, seconds, time.monotonic() + in_all, at_once).run()


class _Round(Generic[T]):
    def __init__(self, reads: Sequence[Callable[[], T]], seconds: float, until: float, at_once: int) -> None:
        self._reads = reads
        self._seconds = seconds
        self._until = until
        self._at_once = at_once
        self._waiting = deque(range(len(reads)))
        self._ends: dict[int, float] = {}  # of those under way, the longest under way first
        self._done: SimpleQueue[tuple[int, Outcome[T]]] = SimpleQueue()
        self._outcomes: dict[int, Outcome[T]] = {}

    def run(self) -> list[Outcome[T]]:
        while len(self._outcomes) < len(self._reads):
            while self._waiting and len(self._ends) < self._at_once and time.monotonic() < self._until:
                self._begin(self._waiting.popleft())
            self._take()
        return [self._outcomes[number] for number in range(len(self._reads))]

    def _begin(self, number: int) -> None:
        context, read = copy_context(), self._reads[number]

        def outcome() -> None:
            try:
                self._done.put((number, Outcome(context.run(read))))
            except BaseException as error:  # handed over to the caller, whatever it is
                self._done.put((number, Outcome(error=error)))

        self._ends[number] = min(time.monotonic() + self._seconds, self._until)
        threading.Thread(target=outcome, name="read", daemon=True).start()

    def _take(self) -> None:
        """The next outcome, or that there is none."""
        if not self._ends:
            while self._waiting:
                self._give_up(self._waiting.popleft(), "the cloud was not asked: the time for all clouds was over")
            return
        oldest, end = next(iter(self._ends.items()))
        try:
            number, outcome = self._done.get(timeout=max(0.0, end - time.monotonic()))
        except Empty:
            del self._ends[oldest]
            self._give_up(oldest, f"the cloud did not answer within {self._seconds:g} seconds")
        else:
            if self._ends.pop(number, None) is not None:
                self._outcomes[number] = outcome

    def _give_up(self, number: int, why: str) -> None:
        self._outcomes[number] = Outcome(error=NoAnswer(why))
