"""Processes with engines in them, one store, one cloud, and the troubles that come between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

from spider_drivers.contract import VirtualClock
from spider_drivers.mock.cloud import Knobs, MockCloud, cloud, fresh_name
from spider_drivers.mock.faults import Fault, WireError

from chalicelib.engine import deadline, lease
from chalicelib.engine.sealing import Sealer
from chalicelib.engine.settings import Settings
from chalicelib.store import StoreUnavailable

from .chance import CALM, Weather
from .fibers import Death, FiberLock, Fibers, Mortal
from .memory_store import MemoryStore
from .process import Process

T = TypeVar("T")

SETTINGS = Settings(home=Path("nowhere"), wait_seconds=2.0, look_seconds=90.0, call_log="off")
RECONCILING = 0.25  # of all worlds
PROCESSES = 2
MAKING = ("create_", "run_", "import_", "allocate_")
LONGEST_FLIGHT = 20.0  # seconds that a call may be on its way to the cloud
LONGEST_FREEZE = 150.0


class World(Mortal):
    """`told` is what has happened, for whoever replays a history."""

    def __init__(self, chance: Random, weather: Weather) -> None:
        self.chance = chance
        self.weather = weather
        self.clock = VirtualClock()
        self.fibers = Fibers(self.clock, chance)
        self.store = MemoryStore(lambda: self.clock.now().timestamp())
        self.store.create_tables()
        self.sealer = Sealer({"k": bytes(32)}, "k")
        self.cloud_name = fresh_name()
        often = 200.0 if self.happens(RECONCILING) else 0.0
        self.settings = replace(SETTINGS, reconcile_seconds=often)
        self.told: list[str] = []
        self.deaths = self.troubles = 0
        self.over = False
        self.processes = [Process(self, f"p{number}") for number in range(PROCESSES)]

    @property
    def cloud(self) -> MockCloud:
        return cloud(self.cloud_name)

    @property
    def contents(self) -> dict[str, str]:
        return self.cloud.contents(self.clock.now())

    def tell(self, text: str) -> None:
        self.told.append(f"{self.clock.stopwatch() % 100_000:9.2f} {text}")

    def calm_down(self) -> None:
        self.tell("calm")
        self.weather = CALM

    def happens(self, likelihood: float) -> bool:
        return likelihood > 0 and self.chance.random() < likelihood

    def on_the_wire(self, api: str, effect: Callable[[], T]) -> T:
        """A call of the cloud: what becomes of it on its way there and back."""
        if self.fibers.current.owner is self:
            return effect()  # somebody from outside
        process = self._process()
        self._may_die(process, f"before {api}")
        self._travel(api, effect)
        if fault := self._refusal(api):
            raise self._trouble(api, fault)
        answer = effect()
        self.tell(f"{self.fibers.current.name} {api}")
        self._may_die(process, f"after {api}")
        if self.happens(self.weather.lost):
            raise self._trouble(api, "NoAnswer")
        if self.happens(self.weather.unavailable / 4):
            raise self._trouble(api, "Unavailable")
        self._stand_still(process)
        return answer

    def at_store(self, what: str, effect: Callable[[], T]) -> T:
        """A write of the store."""
        process = self._process()
        self._may_die(process, f"before {what}")
        self._stand_still(process)
        if self.happens(self.weather.store / 2):
            self.tell(f"{self.fibers.current.name} {what}: not made")
            raise StoreUnavailable("not made")
        answer = effect()
        self._may_die(process, f"after {what}")
        if self.happens(self.weather.store / 2):
            self.tell(f"{self.fibers.current.name} {what}: made, answer lost")
            raise StoreUnavailable("made, but its answer is lost")
        self.fibers.pause()
        return answer

    def kill(self, process: Process, moment: str) -> None:
        """Another one takes its place after a while."""
        self.tell(f"{process.name} dies {moment}")
        self.deaths += 1
        process.dead = True
        place = self.processes.index(process)
        following = Process(self, f"p{place}.{self.deaths}")
        self.processes[place] = following
        following.start(after=self.chance.uniform(0.0, 90.0))

    def _process(self) -> Process:
        owner = self.fibers.current.owner
        assert isinstance(owner, Process), "only processes touch the cloud and the store"
        if owner.dead:
            raise Death
        return owner

    def _may_die(self, process: Process, moment: str) -> None:
        if self.happens(self.weather.death):
            self.kill(process, f"{moment} in {self.fibers.current.name}")
            raise Death

    def _travel(self, api: str, effect: Callable[[], Any]) -> None:
        """To the cloud. What has left arrives, even if its sender does not live to see it."""
        fiber, began = self.fibers.current, self.clock.stopwatch()
        flight = self.chance.uniform(0.0, LONGEST_FLIGHT) if self.happens(self.weather.slow) else 0.0
        fiber.away = True
        try:
            self.fibers.pause(flight)
        except Death:
            left = began + flight - self.clock.stopwatch()
            self.fibers.spawn(f"late {api}", lambda: self._arrive_late(api, effect), self, max(0.0, left))
            raise
        finally:
            fiber.away = False

    def _arrive_late(self, api: str, effect: Callable[[], Any]) -> None:
        try:
            effect()
            self.tell(f"{api} of the dead")
        except WireError as error:
            self.tell(f"{api} of the dead: {error.code}")

    def _stand_still(self, process: Process) -> None:
        if self.happens(self.weather.freeze):
            seconds = self.chance.uniform(0.0, LONGEST_FREEZE)
            self.tell(f"{process.name} stands still for {seconds:.0f} s in {self.fibers.current.name}")
            process.thawed_at = self.clock.stopwatch() + seconds
        self.fibers.pause(self.chance.uniform(0.0, 5.0) if self.happens(self.weather.slow) else 0.0)

    def _refusal(self, api: str) -> str:
        troubles = {
            "Throttled": self.weather.throttled,
            "Unavailable": self.weather.unavailable,
            "Unreachable": self.weather.unreachable,
            "Refused": self.weather.refused,
            "NoCapacity": self.weather.no_capacity if api.startswith(MAKING) else 0.0,
        }
        return next((what for what, likelihood in troubles.items() if self.happens(likelihood)), "")

    def _trouble(self, api: str, what: str) -> Exception:
        self.tell(f"{self.fibers.current.name} {api}: {what}")
        self.troubles += 1
        return Fault(api, what).error()


@contextmanager
def inhabited(world: World) -> Iterator[None]:
    """Inside, the cloud's wire and the engine's locks are those of this world."""
    real = MockCloud.call

    def call(cloud: MockCloud, api: str, params: Any, knobs: Knobs, _: Any) -> dict[str, Any]:
        return world.on_the_wire(api, lambda: real(cloud, api, params, knobs, world.clock.now()))

    class Locks:
        @staticmethod
        def Lock() -> FiberLock:
            return FiberLock(world.fibers)

    def within(_: float, what: Callable[[], T]) -> T:
        """Threads are no fibers."""
        return what()

    with (
        patch.object(MockCloud, "call", call),
        patch.object(lease, "threading", Locks),
        patch.object(deadline, "within", within),
    ):
        try:
            yield
        finally:
            cloud.cache_clear()
