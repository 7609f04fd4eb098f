"""A process: an engine whose queue, timers and store are the simulation's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from chalicelib.engine.once import once
from chalicelib.engine.queue import SteppedQueue
from chalicelib.engine.service import Engine
from chalicelib.store import Change, Item, Key, Page, StoreUnavailable, Table

from .fibers import NEVER, Mortal

if TYPE_CHECKING:
    from .world import World


TWICE = 0.1


class Process(Mortal):
    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.world = world
        self.engine = _Engine(self)

    def start(self, after: float = 0.0) -> None:
        """Its timers: leases are renewed three times in their time, operations looked for, and in some worlds what they
        have marked at the cloud, as a server does it."""
        settings, spawn = self.engine.settings, self.world.fibers.spawn
        spawn(f"{self.name} renews", lambda: self._repeat(settings.lease_seconds / 3, self._renew), self, after)
        spawn(f"{self.name} sweeps", lambda: self._repeat(settings.sweep_seconds, self.engine.sweep), self, after)
        if settings.reconcile_seconds:
            look = self.engine.reconciling.reconcile_all
            spawn(f"{self.name} reconciles", lambda: self._repeat(settings.reconcile_seconds, look), self, after)

    def _renew(self) -> None:
        self.engine._leases.renew_all()

    def _repeat(self, seconds: float, job: Callable[[], None]) -> None:
        while not self.world.over:
            try:
                job()
            except StoreUnavailable:
                self.world.tell(f"{self.name}: a timed job failed")
            self.world.fibers.pause(seconds)


class _Engine(Engine):
    def __init__(self, process: Process) -> None:
        self._process = process
        world = process.world
        super().__init__(world.settings, _Store(world), world.sealer, world.clock)

    @once
    def queue(self) -> SteppedQueue:
        return _Queue(self._process, self._work)


class _Queue(SteppedQueue):
    """Each message is a fiber of its process, and gone with it: the sweeper has to find what it was about. As in the
    queue of a process, an operation waits in it once, at its earliest; now and then one comes twice."""

    def __init__(self, process: Process, work: Callable[[str], object]) -> None:
        super().__init__(work, process.world.clock)
        self._process = process
        self._next: dict[str, float] = {}

    @contextmanager
    def announce(self, operation: str) -> Iterator[None]:
        yield
        self.send(operation)

    def send(self, operation: str, delay: float = 0.0) -> None:
        due = self._process.world.clock.stopwatch() + delay
        if due >= self._next.get(operation, NEVER):
            return
        self._next[operation] = due

        def carry_out() -> None:
            if self._next.get(operation) == due:
                del self._next[operation]
                self._carry_out(operation)

        self._spawn(operation, carry_out, delay)
        if self._process.world.happens(TWICE):
            late = self._process.world.chance.uniform(0.0, 10.0)
            self._spawn(operation, lambda: self._carry_out(operation), delay + late)

    def _spawn(self, operation: str, what: Callable[[], None], delay: float) -> None:
        name = f"{self._process.name} {operation[:6]}"
        self._process.world.fibers.spawn(name, what, self._process, delay)

    def wait(self, operation: str, done: Callable[[], bool], seconds: float) -> bool:
        end = self._process.world.clock.stopwatch() + seconds
        while not done():
            left = end - self._process.world.clock.stopwatch()
            if left <= 0:
                return False
            self._process.world.fibers.pause(min(left, 1.0))
        return True

    def _carry_out(self, operation: str) -> None:
        try:
            self._work(operation)
        except StoreUnavailable:
            self._process.world.tell(f"{self._process.name} {operation[:6]}: the worker failed")


class _Store:
    """The world's store, seen from a process: others may come between, and writes may meet with trouble."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._real = world.store

    def get(self, table: Table, key: Key) -> Item | None:
        self._world.fibers.pause()
        return self._real.get(table, key)

    def get_many(self, table: Table, keys: Sequence[Key]) -> list[Item | None]:
        self._world.fibers.pause()
        return self._real.get_many(table, keys)

    def query(self, table: Table, hash_value: str, **how: Any) -> Page:
        self._world.fibers.pause()
        return self._real.query(table, hash_value, **how)

    def write(self, *changes: Change) -> None:
        what = f"write of {', '.join(sorted({change.table.name for change in changes}))}"
        self._world.at_store(what, lambda: self._real.write(*changes))

    def put_all(self, table: Table, items: Iterable[Mapping[str, Any]]) -> None:
        self._world.at_store(f"write of {table.name}", lambda: self._real.put_all(table, items))

    def create_tables(self) -> None:
        self._real.create_tables()

    def close(self) -> None:
        """The world's goes on."""
