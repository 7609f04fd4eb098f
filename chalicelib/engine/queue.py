"""When operations are worked on: a queue with delays, in process.

SQS takes this place on AWS; `Queue` is what both promise.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from spider_drivers.contract import VirtualClock

log = logging.getLogger("spider.queue")

LOOK_SECONDS = 1.0  # until who waits looks for the first time; then longer each time
LONGEST_LOOK_SECONDS = 5.0
LOOK_GROWTH = 1.25  # so what another process has done is seen after at most a quarter more of the time it took


class Queue(Protocol):
    """Messages are operation ids. One may come twice, or come though its operation was never opened."""

    def announce(self, operation: str) -> AbstractContextManager[None]:
        """The message is sent if the block succeeds, even if the process dies at its end (where the
        queue outlives the process)."""

    def send(self, operation: str, delay: float = 0.0) -> None:
        """`delay` in seconds."""

    def wait(self, operation: str, done: Callable[[], bool], seconds: float) -> bool:
        """Until `done()`, at most `seconds`. True when done. Looks when woken, and else at `pauses()`."""

    def wake(self, operation: str) -> None:
        """Has those who wait for the operation look again."""


def pauses() -> Iterator[float]:
    """Seconds between the looks of one who waits, and whom nobody wakes."""
    pause = LOOK_SECONDS
    while True:
        yield pause
        pause = min(pause * LOOK_GROWTH, LONGEST_LOOK_SECONDS)


class _Heap:
    """Operations by the time they are due; each is in it once, at its earliest."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, str]] = []
        self._due: dict[str, float] = {}
        self._count = itertools.count()

    def push(self, operation: str, due: float) -> None:
        if due < self._due.get(operation, float("inf")):
            self._due[operation] = due
            heapq.heappush(self._heap, (due, next(self._count), operation))

    def next_due(self) -> float | None:
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self) -> str:
        operation = heapq.heappop(self._heap)[2]
        del self._due[operation]
        return operation


class ThreadedQueue:
    """Worker threads, as many as there is work for. All end with the process."""

    def __init__(self, work: Callable[[str], object], *, workers: int, stopwatch: Callable[[], float]) -> None:
        self._work = work
        self._now = stopwatch
        self._heap = _Heap()
        self._changed = threading.Condition()
        self._waiting: dict[str, set[threading.Event]] = {}
        self._most = workers
        self._threads = self._idle = 0
        self._running = False

    def start(self) -> None:
        self._running = True

    def close(self, seconds: float) -> None:
        """Begins nothing more, lets go of all who wait, and gives work that is under way so many seconds."""
        with self._changed:
            self._running = False
            self._changed.notify_all()
            for woken in [event for events in self._waiting.values() for event in events]:
                woken.set()
            self._changed.wait_for(lambda: self._threads == self._idle == 0, seconds)

    @contextmanager
    def announce(self, operation: str) -> Iterator[None]:
        yield
        self.send(operation)

    def send(self, operation: str, delay: float = 0.0) -> None:
        with self._changed:
            self._heap.push(operation, self._now() + delay)
            self._add_worker()
            self._changed.notify_all()

    def wait(self, operation: str, done: Callable[[], bool], seconds: float) -> bool:
        woken, end, pause = threading.Event(), self._now() + seconds, pauses()
        with self._changed:
            self._waiting.setdefault(operation, set()).add(woken)
        try:
            while not done():
                left = end - self._now()
                if left <= 0 or not self._running:
                    return False
                woken.wait(min(left, next(pause)))
                woken.clear()
            return True
        finally:
            with self._changed:
                self._waiting[operation].discard(woken)
                if not self._waiting[operation]:
                    del self._waiting[operation]

    def wake(self, operation: str) -> None:
        with self._changed:
            for woken in self._waiting.get(operation, ()):
                woken.set()

    def settle(self, seconds: float) -> None:
        """Waits until nothing is in the queue and nobody works, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._idle == self._threads and self._heap.next_due() is None, seconds)

    def _add_worker(self) -> None:
        """One more thread when there is work and nobody to take it."""
        if self._running and self._idle == 0 and self._threads < self._most and self._heap.next_due() is not None:
            self._threads += 1
            self._idle += 1
            threading.Thread(target=self._serve, name="worker", daemon=True).start()

    def _serve(self) -> None:
        while True:
            operation = self._next()
            if operation is None:
                return
            try:
                self._work(operation)
            except Exception:
                log.exception("operation %s: the worker failed; the sweeper puts it back", operation)
            with self._changed:
                self._idle += 1
                self._changed.notify_all()

    def _next(self) -> str | None:
        """The next operation that is due; None when the queue is closed."""
        with self._changed:
            while self._running:
                due = self._heap.next_due()
                left = None if due is None else due - self._now()
                if left is not None and left <= 0:
                    self._idle -= 1
                    operation = self._heap.pop()
                    self._add_worker()
                    return operation
                self._changed.wait(left)
            self._idle -= 1
            self._threads -= 1
            self._changed.notify_all()
            return None


class SteppedQueue:
    """For a virtual clock: whoever waits does the work, and time jumps to the next thing due."""

    def __init__(self, work: Callable[[str], object], clock: VirtualClock) -> None:
        self._work = work
        self._clock = clock
        self._heap = _Heap()

    @contextmanager
    def announce(self, operation: str) -> Iterator[None]:
        yield
        self.send(operation)

    def send(self, operation: str, delay: float = 0.0) -> None:
        self._heap.push(operation, self._clock.stopwatch() + delay)

    def wait(self, operation: str, done: Callable[[], bool], seconds: float) -> bool:
        end = self._clock.stopwatch() + seconds
        while not done():
            if self._clock.stopwatch() >= end:
                return False
            due = self._heap.next_due()
            if due is None or due > end:
                self._clock.advance(max(0.0, end - self._clock.stopwatch()))
                return done()
            self._clock.advance(max(0.0, due - self._clock.stopwatch()))
            self._work(self._heap.pop())
        return True

    def wake(self, operation: str) -> None:
        """Nobody else waits."""
