"""The rules in force: whom they strike, and who stands still because of one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .rule import Rule


class Allowance:
    """Of so many calls per second, and as many saved up as come in a second, or one."""

    def __init__(self, rate: float, stopwatch: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = self._left = max(1.0, rate)
        self._stopwatch = stopwatch
        self._seen = stopwatch()

    def take(self) -> bool:
        """Whether one was left."""
        now = self._stopwatch()
        self._left = min(self._most, self._left + (now - self._seen) * self._rate)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass
class Active:
    """`fitting`: calls seen that fit, and come too fast where a rate is told; `held`: how many stand still just now."""

    id: int
    rule: Rule
    fitting: int = 0
    struck: int = 0
    held: int = 0
    released: bool = field(default=False, repr=False)
    allowance: Allowance | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.rule.rate:
            self.allowance = Allowance(self.rule.rate)

    def counts(self) -> bool:
        """Whether a call that fits is one of those that the rule numbers."""
        return self.allowance is None or not self.allowance.take()


class Rules:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._active: dict[int, Active] = {}
        self._last = 0

    def add(self, rule: Rule) -> int:
        with self._changed:
            self._last += 1
            self._active[self._last] = Active(self._last, rule)
            return self._last

    def remove(self, rule_id: int) -> None:
        """Also lets go whom it holds. Raises KeyError."""
        with self._changed:
            self._active.pop(rule_id).released = True
            self._changed.notify_all()

    def clear(self) -> None:
        for one in self.all():
            self.remove(one.id)

    def all(self) -> list[Active]:
        with self._changed:
            return list(self._active.values())

    def striking(self, cloud: str, api: str, region: str) -> list[Active]:
        """The rules that strike a call that has just arrived, in the order they were added."""
        with self._changed:
            fitting = [one for one in self._active.values() if one.rule.fits(cloud, api, region) and self._counts(one)]
            for one in fitting:
                one.fitting += 1
            struck = [one for one in fitting if one.rule.strikes(one.fitting)]
            for one in struck:
                one.struck += 1
            return struck

    def _counts(self, active: Active) -> bool:
        """Whether it has begun to, and (by what `rate` allows) still does."""
        other = self._active.get(active.rule.after)
        begun = not active.rule.after or (other is not None and other.struck > 0)
        return begun and active.counts()

    def hold(self, active: Active) -> None:
        """Returns once the rule is removed."""
        with self._changed:
            active.held += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: active.released)
            active.held -= 1

    def reached(self, rule_id: int, seconds: float) -> bool:
        """Whether a call stands still because of the rule, waiting for one up to so many seconds. Raises KeyError."""
        with self._changed:
            active = self._active[rule_id]
            return self._changed.wait_for(lambda: active.held > 0, seconds)
