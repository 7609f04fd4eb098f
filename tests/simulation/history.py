"""One history: what users and outsiders do under the seed's troubles, then quiet, then the oracle."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from chalicelib.engine.operations import DONE
from chalicelib.store import OPERATIONS

from .chance import CALM, seeded, weather
from .oracle import Oracle
from .script import Outsiders, Users, script, settle_in
from .world import World, inhabited

CALM_AFTER = 400.0  # seconds: no trouble begins any more
LONGEST_REST = 900.0  # seconds from then until all operations have ended
LOOK_SECONDS = 15.0


@dataclass
class History:
    seed: int
    differences: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    operations: int = 0
    deaths: int = 0
    troubles: int = 0


def run(seed: int) -> History:
    with seeded(seed) as chance:
        region = _region(chance)
        world = World(chance, CALM)
        world.tell(f"seed {seed}: {region}")
        with inhabited(world):
            return _run(seed, world, region)


def _run(seed: int, world: World, region: dict[str, str]) -> History:
    first = world.processes[0]
    world.fibers.spawn("set-up", lambda: settle_in(first, world.cloud_name, region), first)
    world.fibers.run()
    world.weather = weather(world.chance)
    world.tell(f"{world.weather}")
    users, outsiders = Users(world), Outsiders(world, region)
    users.come(script(world.chance))
    if world.chance.random() < 0.3:
        outsiders.come()
    for process in world.processes:
        process.start(after=world.chance.uniform(0.0, 60.0))
    world.fibers.spawn("judge", lambda: _wait_for_rest(world), world)
    world.fibers.run()
    oracle = Oracle(world, users, outsiders)
    return History(
        seed,
        [*(f"raised: {error!r}" for error in world.fibers.errors), *oracle.differences()],
        world.told,
        oracle.count,
        world.deaths,
        world.troubles,
    )


def _wait_for_rest(world: World) -> None:
    """Quiet is: all operations have ended and are looked for no more, the cloud shows all that it holds, and nothing is
    on its way."""
    world.fibers.pause(CALM_AFTER)
    world.calm_down()
    for _ in range(int(LONGEST_REST / LOOK_SECONDS)):
        rows = world.store.tables[OPERATIONS.name].values()
        if all(row["state"] in DONE and not row.get("look") for row in rows if "state" in row):
            break
        world.fibers.pause(LOOK_SECONDS)
    world.over = True
    world.fibers.pause(2 * world.settings.sweep_seconds)


def _region(chance: Random) -> dict[str, str]:
    return {
        "LagSeconds": chance.choice(("0", "0", "3", "20")),
        "TransitionSeconds": chance.choice(("0", "3", "40")),
        "PageSize": chance.choice(("1", "100")),
    }
