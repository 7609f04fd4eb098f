"""Spider is killed while it makes VMs at an OpenStack, before and after the calls that make a part; the next goes on.

All stand still at their calls when the one process that serves them is killed.
"""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path
from typing import Any, Final

from cloud_twin.faults import Rule
from tests.drivers.openstack_place import Place, contents
from tests.faults.warm import Start, warm
from tests.system.clouds import Cloud
from tests.system.spider import Client, killed
from tests.system.three_clouds import Asking

MADE: Final = ("POST compute/servers", "POST network/floatingips")
# Of the calls of one kind the first is struck by the first, the second by the second.
MOMENTS: Final = ("before", "after")
PREFIX: Final = f"spider-{secrets.token_hex(3)}-"  # an earlier run that was broken off may have left its own
SETTINGS: Final = {"lease_seconds": "2", "sweep_seconds": "1"}
# A real one answers a read of what has just been made, but for nova's view of neutron's addresses.
LAG_SECONDS: Final = 2.0
REACHED_SECONDS: Final = 60.0


def crash(found: Place, home: Path) -> list[str]:
    """Where Spider died. Raises AssertionError unless each of its VMs is there once, and then nothing is left."""
    asking = Asking(_cloud(found))
    with warm("OPENSTACK", lag_seconds=LAG_SECONDS) as start:
        before = _held(found)
        with killed(start(home, **SETTINGS)) as process:
            _prepare(process.client, asking)
            alone = _of_one(found, process.client, asking)
        points = [f"{moment} {api}" for api in MADE for moment in MOMENTS]
        prepared = _held(found)
        _die_and_go_on(found, start, home, asking, points)
        made = _counted(_held(found) - prepared)
        assert made == Counter({kind: number * len(points) for kind, number in alone.items()})
        with killed(start(home, **SETTINGS)) as process:
            assert process.client.call("DELETE", "/destroy", asking.on)["IsAllDestroyed"]
    assert _held(found) == before
    return points


def _cloud(found: Place) -> Cloud:
    return Cloud(
        provider="OPENSTACK",
        credential=found.credential,
        region={"Region": found.region},
        image=found.image,
        spec=found.spec,
        vpc_cidr=False,
        prefix=PREFIX,
    )


def _prepare(client: Client, asking: Asking) -> None:
    asking.cloud.register(client)
    client.call("POST", "/vpc", asking.vpc(f"{PREFIX}vpc"))
    client.call("POST", "/securitygroup", asking.group(f"{PREFIX}sg", f"{PREFIX}vpc"))
    client.call("POST", "/keypair", asking.key_pair(f"{PREFIX}key"))


def _vm(asking: Asking, name: str) -> dict[str, Any]:
    return asking.vm(f"{PREFIX}{name}", f"{PREFIX}vpc", f"{PREFIX}sg", f"{PREFIX}key")


def _of_one(found: Place, client: Client, asking: Asking) -> Counter[str]:
    """What one VM is at the cloud, by kinds."""
    before = _held(found)
    client.call("POST", "/vm", _vm(asking, "alone"))
    made = _held(found) - before
    client.call("DELETE", f"/vm/{PREFIX}alone", asking.on)
    assert _held(found) == before
    return _counted(made)


def _die_and_go_on(found: Place, start: Start, home: Path, asking: Asking, points: list[str]) -> None:
    rules = [
        found.rules.add(Rule(api=api, first=number, times=1, hold=moment))
        for api in MADE
        for number, moment in enumerate(MOMENTS, 1)
    ]
    with killed(start(home, **SETTINGS)) as process:
        begun = [
            process.client.send("POST", "/vm", _vm(asking, str(number)), Prefer="respond-async")
            for number in range(len(points))
        ]
        for rule, point in zip(rules, points, strict=True):
            assert found.rules.reached(rule, REACHED_SECONDS), point
    found.rules.clear()
    with killed(start(home, **SETTINGS)) as process:
        for answer in begun:
            operation = answer.headers["Location"].removeprefix("/spider")
            process.client.until(operation, None, "State", "SUCCEEDED", 120.0)


def _held(found: Place) -> set[str]:
    assert found.looking, "this is about a real one"
    return contents(found.looking)


def _counted(held: set[str]) -> Counter[str]:
    return Counter(one.partition(" ")[0] for one in held)
