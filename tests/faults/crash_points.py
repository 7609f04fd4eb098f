"""Kills Spider hard before and after its calls to a cloud, and looks at what is there in the end.

Lives go on side by side, each on a connection with a proxy of its own. In each round all of them begin their next
change; all that have a point to crash at stand still there when the one process that serves them is killed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from cloud_twin.faults import Rule
from tests.system.spider import Client

from .lives import VM_TWICE, Life, all_lives
from .place import Connection, Place
from .rehearsal import MOMENTS, Point, Rehearsed, begin, clear, end, prepare, rehearse

T = TypeVar("T")

# Before and after each call.
EVERY_CALL: Final = os.environ.get("SPIDER_CRASH") == "all"
# Lives that go on at once, where each has a connection for each call and more.
GROUPS: Final = (("vpc",), ("subnet", "securitygroup", "keypair"), ("vm", "power"))
REACHED_SECONDS: Final = 90.0
# Small, so that the successor need not wait long for the dead one's leases to run out; and a worker for each point.
SETTINGS: Final = {"lease_seconds": "2", "sweep_seconds": "1", "workers": "250"}
LAG_SECONDS: Final = 1.0  # an emulated cloud has none, and each round waits for it
MOST_OF_SUCCESSORS: Final = 4  # calls of a successor, one of which it dies at


@dataclass
class Living:
    """`number`: of those that live the same life, which decides where this one's process dies. `rule` holds it there;
    `unheard` are those rules that do when the cloud has done it."""

    life: Life
    rehearsed: Sequence[Rehearsed]
    number: int
    on: Connection
    point: Point | None = None
    operation: str = field(default="", init=False)
    rule: int = field(default=0, init=False)
    unheard: set[int] = field(default_factory=set, init=False)

    def takes_part(self, number: int) -> bool:
        """In its life's change of that number: needed, or died in."""
        if number >= len(self.rehearsed):
            return False
        step = self.rehearsed[number]
        self.point = self._point(step)
        following = [other for other in self.rehearsed if other.change.title == step.change.before]
        return self.point is not None or step.change.needed or any(map(self._point, following))

    def hold(self, rule: Rule) -> None:
        self.rule = self.on.faults.rules.add(rule)
        if rule.hold == "after":
            self.unheard.add(self.rule)

    def _point(self, step: Rehearsed) -> Point | None:
        points = chosen(step)
        return points[self.number] if self.number < len(points) else None


def chosen(step: Rehearsed) -> list[Point]:
    """Of those that are not all: after each change of the cloud, and before the first."""
    if EVERY_CALL:
        return list(step.points)
    changing = [point for point in step.points if not point.read]
    return [*changing[:1], *(point for point in changing if point.moment == "after")]


def crash(home: Path, place: Place) -> list[str]:
    """Crashes in every change that the cloud knows; and twice in the same, as the successor dies, too: while VMs are
    made and deleted, or in all, if each call is wanted. Raises AssertionError where the cloud then holds more or less
    than it should, or shows something else. Answers where Spider died."""
    tagged = place.capability.tagged
    lives = all_lives(place.capability, tagged if EVERY_CALL else tagged & {"vm"})
    if not EVERY_CALL:
        return _crash(home, place, {**lives, "vm, twice": VM_TWICE})
    died = []
    for deaths in (1, 2):
        for group in GROUPS:
            some = {name: replace(life, deaths=deaths) for name, life in lives.items() if name in group}
            died += _crash(home, place, some)
    return died


def _crash(home: Path, place: Place, lives: Mapping[str, Life]) -> list[str]:
    before, died = place.contents(), list[str]()
    with ExitStack() as stack:

        def connection() -> Connection:
            return Connection(place, next(place.numbers), stack.enter_context(place.proxy()))

        server = stack.enter_context(closing(Server(place, home)))
        all_living = [
            Living(life, rehearsed, number, connection())
            for life in lives.values()
            for rehearsed in [rehearse(server.client, place, connection(), life)]
            for number in range(max(len(chosen(step)) for step in rehearsed))
        ]
        in_parallel(lambda one: prepare(server.client, one.on, one.life), all_living)
        for number in range(max(len(life.changes) for life in lives.values())):
            died += _Round(place, server, number, [one for one in all_living if one.takes_part(number)]).run()
        in_parallel(lambda one: clear(server.client, one.on, one.life), all_living)
    left = place.contents()
    assert left == before, f"left over {left - before}, lost {before - left}"
    return died


class Server:
    """Of Spider's; when one is killed another one can go on."""

    def __init__(self, place: Place, home: Path) -> None:
        self._start = partial(place.start, home, **SETTINGS)
        self._process = self._start()

    @property
    def client(self) -> Client:
        return self._process.client

    def start(self) -> None:
        self._process = self._start()

    def close(self) -> None:
        """By SIGKILL."""
        self._process.kill()


class _Round:
    def __init__(self, place: Place, server: Server, number: int, living: Sequence[Living]) -> None:
        self._place = place
        self._server = server
        self._living = living
        self._number = number

    def run(self) -> list[str]:
        """The points at which Spider died."""
        before = self._place.contents()
        dying = [one for one in self._living if one.point]
        twice = [one for one in dying if one.life.deaths > 1]
        died = self._die_first(dying, twice) + (self._die_again(twice) if twice else [])
        in_parallel(lambda one: end(self._server.client, one.operation, self._step(one).change), self._living)
        self._compare(before, self._place.contents())
        in_parallel(self._look, self._living)
        return died

    def _step(self, one: Living) -> Rehearsed:
        return one.rehearsed[self._number]

    def _die_first(self, dying: Sequence[Living], twice: Sequence[Living]) -> list[str]:
        for one in self._living:
            one.on.faults.log.clear()
            refusal = self._step(one).refusal
            refused = one.on.faults.rules.add(refusal) if refusal else 0
            one.unheard.clear()
            if one.point:
                one.hold(one.point.rule(refused))
        in_parallel(self._begin, self._living)
        reached = self._reached(dying)
        missed = [one for one in dying if one not in reached]
        assert not any(one.point.sure for one in missed if one.point), [self._told(one) for one in missed]
        assert len(missed) <= len(reached), [self._told(one) for one in missed]
        self._die(dying, twice)
        return [self._told(one) for one in reached]

    def _die_again(self, twice: Sequence[Living]) -> list[str]:
        reached = self._reached(twice)
        self._die(twice, [])
        return [f"{self._told(one)}, and its successor" for one in reached]

    def _die(self, held: Sequence[Living], again: Sequence[Living]) -> None:
        """What stands still is cut when nobody is left to hear of it. `again`: those whose successors are held, too, at
        one of their calls, where they have so many."""
        self._server.close()
        for one in held:
            one.on.faults.rules.remove(one.rule)
        for one in again:
            number, moment = divmod(one.number, 2)
            one.hold(Rule(first=1 + number % MOST_OF_SUCCESSORS, times=1, hold=MOMENTS[moment]))
        self._server.start()

    def _begin(self, one: Living) -> None:
        one.operation = begin(self._server.client, one.on, self._step(one).change)

    def _reached(self, living: Sequence[Living]) -> list[Living]:
        """Those that stand still at their point, once each does or is done."""
        until, reached, open_ones = time.monotonic() + REACHED_SECONDS, [], list(living)
        while open_ones and time.monotonic() < until:
            for one in list(open_ones):
                if one.on.faults.rules.reached(one.rule, 0.1):
                    reached.append(one)
                elif self._server.client.call("GET", one.operation)["State"] not in ("SUCCEEDED", "FAILED"):
                    continue
                open_ones.remove(one)
        assert not open_ones, f"neither there nor done: {[self._told(one) for one in open_ones]}"
        return reached

    def _compare(self, before: set[str], after: set[str]) -> None:
        """The round's things at the cloud, by number."""
        made, gone = after - before, before - after
        steps = [self._step(one) for one in self._living]
        wanted = [sum(step.made for step in steps), sum(step.gone for step in steps)]
        assert [len(made), len(gone)] == wanted, f"{wanted}; made {sorted(made)}, gone {sorted(gone)}"

    def _look(self, one: Living) -> None:
        step = self._step(one)
        shown = step.change.shown(self._server.client, one.on)
        assert shown == step.shown, f"{self._told(one)}: {shown}, not {step.shown}"
        writes = [call for call in one.on.faults.log.calls() if not call.read]
        unheard = sum(not one.unheard.isdisjoint(call.faults) for call in writes)
        done = sum(200 <= call.status < 400 for call in writes) + unheard
        most = {"once": step.writes, "again if unheard": step.writes + unheard}.get(step.change.sent, done)
        assert done <= most, f"{self._told(one)}: {one.on.faults.log.apis()}"
        if step.refusal:
            one.on.faults.rules.clear()

    def _told(self, one: Living) -> str:
        return f"{self._step(one).change.title}: {one.point}"


def in_parallel(act: Callable[[T], Any], many: Iterable[T]) -> list[Any]:
    with ThreadPoolExecutor(24) as pool:
        return list(pool.map(act, many))
