"""An OpenStack for the driver's tests to run against, emulated in this process or a real one.

SPIDER_TARGET=twin (the default) is Cloud-Twin's. SPIDER_TARGET=real is the cloud that OpenStack's own clients would
take: OS_CLOUD's entry in the clouds.yaml that OS_CLIENT_CONFIG_FILE names, reached through the fault proxy; of several
entries, with commas between them, each process takes one.
SPIDER_RECORD=<file>: what goes in and out is written there.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from spider_drivers.conformance import Cloud
from spider_drivers.contract import ConnectionInfo, VirtualClock
from spider_drivers.openstack import OpenStackDriver
from spider_drivers.openstack.calls import OpenStack

from cloud_twin.clock import TwinClock
from cloud_twin.faults import OPENSTACK, Faults, Log, Rules, Services
from cloud_twin.serve import serving
from cloud_twin.twin import Twin
from tests.drivers.openstack_support import Os, connect, credential
from tests.real.openstack.recorder import Recorder

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

LONGEST_SLEEP = 0.5  # seconds, of a real cloud, which is not asked all the time

# What a project may hold: where it is listed, the members to ask for, and which elements are the user's own.
_HELD: tuple[tuple[str, tuple[str, ...], Callable[[dict[str, Any]], bool]], ...] = (
    ("network/networks", ("id", "router:external", "subnets"), lambda one: not one["router:external"]),
    ("network/routers", ("id",), lambda one: True),
    ("network/ports", ("id", "device_owner"), lambda one: not one["device_owner"].startswith("network:dhcp")),
    ("network/floatingips", ("id",), lambda one: True),
    ("network/security-groups", ("id", "name"), lambda one: one["name"] != "default"),
    ("compute/os-keypairs", (), lambda one: True),
    ("compute/servers", (), lambda one: True),
)


@dataclass
class Place:
    """An OpenStack. `twin`: the one in this process; `looking`: at a real one, past the proxy. `image` and `spec`: with
    which a VM can be made."""

    credential: dict[str, str] = field(repr=False)
    region: str
    log: Log
    rules: Rules
    clock: TwinClock
    image: str = ""
    spec: str = ""
    twin: Twin | None = None
    looking: OpenStack | None = None
    _seen: tuple[int, set[str]] | None = field(default=None, repr=False)

    def connect(self, *, page_size: int | None = None, **region_keys: str) -> Os:
        return connect(self.credential, page_size=page_size, **{"Region": self.region, **region_keys})

    def reset(self, *, keep: bool = False) -> None:
        """What the twin holds is gone, unless it is kept; a real cloud keeps what it has."""
        self.rules.clear()
        if self.twin and not keep:
            self.twin.reset()

    def contents(self) -> set[str]:
        """Of a real one, each list of which takes long, what was seen last holds until another call arrives."""
        if not self.looking:
            assert self.twin
            return set(self.twin.clouds["openstack"].contents())
        arrived = self.log.arrived
        if not self._seen or self._seen[0] != arrived:
            self._seen = arrived, contents(self.looking)
        return set(self._seen[1])

    def sleep(self, clock: VirtualClock, seconds: float) -> None:
        """A twin's time is passed, a real cloud's slept away, though not all that is waited for."""
        clock.advance(seconds)
        if self.twin:
            self.twin.clock.advance(seconds)
        else:
            time.sleep(min(seconds, LONGEST_SLEEP))


@contextlib.contextmanager
def place(transition_seconds: float = 0.0) -> Iterator[Place]:
    """As SPIDER_TARGET says."""
    real = os.environ.get("SPIDER_TARGET", "twin") == "real"
    with _real() if real else emulated(transition_seconds) as found:
        os_ = found.connect()
        found.image, found.spec = smallest(os_.cloud)
        os_.connection.close()
        yield found


@contextlib.contextmanager
def emulated(transition_seconds: float = 0.0) -> Iterator[Place]:
    """Cloud-Twin's OpenStack in this process."""
    twin = Twin("openstack")
    cloud: Any = twin.clouds["openstack"]
    cloud.settings.transition_seconds = transition_seconds
    with serving(_recorded(twin)) as url:
        entry = json.loads(cloud.files(url, url)["openstack.json"])["clouds"]["twin"]
        yield Place(credential(entry["auth"]), entry["region_name"], twin.log, twin.rules, twin.clock, twin=twin)


@contextlib.contextmanager
def _real() -> Iterator[Place]:
    file = Path(os.environ["OS_CLIENT_CONFIG_FILE"])
    entry = yaml.safe_load(file.read_text())["clouds"][_name()]
    direct, region = credential(entry["auth"]), entry["region_name"]
    looking = connect(direct, Region=region)
    with (
        contextlib.closing(looking.connection),
        contextlib.closing(Services(_upstreams(looking.cloud, direct))) as all_,
    ):
        faults = Faults(all_, OPENSTACK)
        with serving(_recorded(faults)) as url:
            given = {**direct, "IdentityEndpoint": f"{url}/identity/v3"}
            yield Place(given, region, faults.log, faults.rules, faults.clock, looking=looking.cloud)


def _name() -> str:
    """Of several clouds each is for one of pytest-xdist's workers."""
    names, worker = os.environ["OS_CLOUD"].split(","), os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return names[int(worker.removeprefix("gw")) % len(names)]


def _upstreams(cloud: OpenStack, direct: Mapping[str, str]) -> dict[str, str]:
    """Where each service is, by the first word of its path behind the proxy."""
    found = {"identity": direct["IdentityEndpoint"].rpartition("/v3")[0]}
    for service in cloud.catalogue():
        urls = [one["url"] for one in service["endpoints"] if one["interface"] == "public"]
        name = "networking" if service["type"] == "network" else service["type"]
        if name in ("compute", "networking", "image"):
            found[name] = urls[0].partition("/v2")[0].rstrip("/")
    return found


def _recorded(app: WSGIApplication) -> WSGIApplication:
    file = os.environ.get("SPIDER_RECORD")
    return Recorder(app, Path(file)) if file else app


def smallest(cloud: OpenStack) -> tuple[str, str]:
    """An image's id and a flavor's name with which a VM can be made."""
    flavors = sorted(cloud.all("compute/flavors/detail"), key=lambda one: (one["ram"], one["disk"]))
    images = [one for one in cloud.all("image/images") if one["status"] == "active"]
    return next(
        (image["id"], flavor["name"])
        for flavor in flavors
        for image in images
        if (image["min_ram"], image["min_disk"]) <= (flavor["ram"], flavor["disk"])
    )


def contents(cloud: OpenStack) -> set[str]:
    """Everything that the project holds, as its users see it."""
    found: set[str] = set()
    for collection, members, counts in _HELD:
        for one in cloud.all(collection, fields=members):
            if counts(one):
                found.add(f"{collection} {one.get('id') or one['keypair']['name']}")
                found.update(f"subnet {subnet}" for subnet in one.get("subnets", ()))
    return found


def conformance_cloud(found: Place, clock: VirtualClock, *, page: int, throttled: bool) -> Cloud:
    """What the suite works with. `page`: elements on one."""

    return Cloud(
        OpenStackDriver(page_size=page),
        ConnectionInfo("openstack", "OPENSTACK", found.credential, {"Region": found.region}),
        image=found.image,
        spec=found.spec,
        clock=clock,
        sleep=lambda seconds: found.sleep(clock, seconds),
        page_size=page,
        contents=found.contents,
        calls_seen=lambda: found.log.arrived,
        throttled=throttled,
    )
