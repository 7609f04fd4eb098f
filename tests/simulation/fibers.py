"""Fibers, of which one runs at a time: the seed says who goes on, and virtual time jumps to whoever is due next."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from functools import partial
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet
from spider_drivers.contract import VirtualClock

NEVER = float("inf")


class Death(BaseException):
    """The process is gone: nothing of it runs any more."""


class Mortal:
    """What fibers belong to. Those of a dead owner end at their next pause; those of one that stands still go on when
    it does, at `thawed_at` by the stopwatch."""

    dead = False
    thawed_at = 0.0


class Fiber:
    def __init__(self, name: str, what: Callable[[], None], due: float, owner: Mortal) -> None:
        self.name = name
        self.what = what
        self.due = due
        self.owner = owner
        self.away = False  # its call is on the wire, where no trouble of its process reaches it
        self.stack: greenlet | None = None

    @property
    def ready_at(self) -> float:
        due, owner = self.due, self.owner
        if owner.dead:
            return 0.0
        return due if self.away or due >= owner.thawed_at else owner.thawed_at


class Fibers:
    """`errors`: what fibers have raised that nobody caught."""

    def __init__(self, clock: VirtualClock, chance: Random) -> None:
        self.errors: list[BaseException] = []
        self._clock = clock
        self._chance = chance
        self._waiting: list[Fiber] = []
        self._current: Fiber | None = None
        self._hub = getcurrent()

    @property
    def current(self) -> Fiber:
        assert self._current is not None
        return self._current

    def spawn(self, name: str, what: Callable[[], None], owner: Mortal, seconds: float = 0.0) -> Fiber:
        fiber = Fiber(name, what, self._clock.stopwatch() + seconds, owner)
        self._waiting.append(fiber)
        return fiber

    def run(self) -> None:
        """Until no fiber is left."""
        self._hub = getcurrent()
        while following := self._next():
            self._resume(following)

    def pause(self, seconds: float = 0.0) -> None:
        """Lets others go on, for so long at least. Raises Death."""
        self._sleep(self._clock.stopwatch() + seconds)

    def park(self) -> None:
        """Until somebody sets its `due`. Raises Death."""
        self._sleep(NEVER)

    def _carry_out(self, fiber: Fiber) -> None:
        try:
            if not fiber.owner.dead:
                fiber.what()
        except Death:
            pass
        except BaseException as error:
            self.errors.append(error)

    def _sleep(self, due: float) -> None:
        fiber = self.current
        fiber.due = due
        self._waiting.append(fiber)
        self._hub.switch()
        if fiber.owner.dead:
            raise Death

    def _resume(self, fiber: Fiber) -> None:
        self._current = fiber
        if fiber.stack is None:
            fiber.stack = greenlet(partial(self._carry_out, fiber))
            fiber.stack.gr_context = Context()
        fiber.stack.switch()

    def _next(self) -> Fiber | None:
        """The one that goes on, out of the list of those that wait."""
        now = self._clock.stopwatch()
        times = [fiber.ready_at for fiber in self._waiting]
        soonest = min(times, default=NEVER)
        if soonest == NEVER:
            return None
        if soonest > now:
            self._clock.advance(soonest - now)
        until = max(now, soonest)
        ready = [number for number, time in enumerate(times) if time <= until]
        return self._waiting.pop(ready[self._chance.randrange(len(ready))] if len(ready) > 1 else ready[0])


class FiberLock:
    """A lock whose waiting fibers let others go on."""

    def __init__(self, fibers: Fibers) -> None:
        self._fibers = fibers
        self._held = False
        self._queue: list[Fiber] = []

    def __enter__(self) -> None:
        while self._held:
            self._queue.append(self._fibers.current)
            self._fibers.park()
        self._held = True

    def __exit__(self, *_: Any) -> None:
        self._held = False
        for fiber in self._queue:
            fiber.due = 0.0
        self._queue.clear()
