"""What the OpenStack driver's tests share: an OpenStack to run against, emulated in this process or a real one, and a
connection whose calls are kept.

SPIDER_TARGET=twin (the default) is Cloud-Twin's. SPIDER_TARGET=real is the cloud that OpenStack's own clients would
take: OS_CLOUD's entry in the clouds.yaml that OS_CLIENT_CONFIG_FILE names, reached through the fault proxy.
SPIDER_RECORD=<file>: what goes in and out is written there.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import requests
import yaml
from keystoneauth1.identity.v3 import Password
from keystoneauth1.session import Session
from spider_drivers.conformance import Cloud
from spider_drivers.contract import (
    Attempt,
    CallRecord,
    CallRecorder,
    ConnectionInfo,
    Ref,
    Rule,
    SecurityGroup,
    SecurityGroupRequest,
    SubnetRequest,
    SystemClock,
    VirtualClock,
    Vm,
    VmRequest,
    Vpc,
    VpcRequest,
    Wait,
)
from spider_drivers.openstack import OpenStackDriver
from spider_drivers.openstack.calls import OpenStack
from spider_drivers.openstack.connection import OpenStackConnection

from cloud_twin.clock import TwinClock
from cloud_twin.faults import OPENSTACK, Faults, Log, Rules, Services
from cloud_twin.serve import serving
from cloud_twin.twin import Twin
from tests.drivers.docker_support import Answer, Wire
from tests.real.openstack.recorder import Recorder

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

REGION = "RegionOne"
# Nobody has the private half.
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS somebody"
# One that only a server which asks for nothing accepts. No answer, record or error may hold a canary.
GIVEN = {
    "Username": "somebody",
    "Password": "canary-of-the-password",
    "DomainName": "Default",
    "ProjectID": "fe870eb2ea0b49e8a02ed80c9f678cc1",
}
SERVERS = Answer({"servers": []})
LONGEST_SLEEP = 0.3  # seconds, of a real cloud

T = TypeVar("T")
_tokens = itertools.count(1)

# What a project may hold: where it is listed, its id's member, and which elements are the user's own.
_HELD: tuple[tuple[str, str, Callable[[dict[str, Any]], bool]], ...] = (
    ("network/networks", "id", lambda one: not one["router:external"]),
    ("network/subnets", "id", lambda one: True),
    ("network/routers", "id", lambda one: True),
    ("network/ports", "id", lambda one: not one["device_owner"].startswith("network:dhcp")),
    ("network/floatingips", "id", lambda one: True),
    ("network/security-groups", "id", lambda one: one["name"] != "default"),
    ("compute/os-keypairs", "name", lambda one: True),
    ("compute/servers/detail", "id", lambda one: True),
)


@dataclass
class Os:
    """`cloud` is the driver's own way to OpenStack, for looking at what it has made."""

    connection: OpenStackConnection
    records: list[CallRecord]

    @property
    def cloud(self) -> OpenStack:
        return self.connection._cloud

    def apis_of(self, step: Callable[[], object]) -> list[str]:
        """Names of the calls that `step` makes."""
        before = len(self.records)
        step()
        return [record.api for record in self.records[before:]]

    def outcomes(self) -> list[tuple[str, str]]:
        return [(record.api, record.error_code) for record in self.records]


def connect(given: Mapping[str, str], *, page_size: int | None = None, **region_keys: str) -> Os:
    """`given`: the credential."""
    records: list[CallRecord] = []
    secrets = OpenStackDriver().capability().secrets(given)
    recorder = CallRecorder(SystemClock(), records.append, secrets)
    info = ConnectionInfo("openstack", "OPENSTACK", given, {"Region": REGION, **region_keys})
    connection = OpenStackDriver(page_size=page_size).connect(info, recorder)
    assert isinstance(connection, OpenStackConnection)
    return Os(connection, records)


@dataclass
class Place:
    """An OpenStack. `twin`: the one in this process. `image` and `spec`: with which a VM can be made."""

    credential: dict[str, str] = field(repr=False)
    region: str
    log: Log
    rules: Rules
    clock: TwinClock
    image: str = ""
    spec: str = ""
    twin: Twin | None = None

    def connect(self, *, page_size: int | None = None, **region_keys: str) -> Os:
        return connect(self.credential, page_size=page_size, **{"Region": self.region, **region_keys})

    def reset(self) -> None:
        """What the twin holds is gone; a real cloud keeps what it has."""
        self.rules.clear()
        if self.twin:
            self.twin.reset()

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
    entry = yaml.safe_load(file.read_text())["clouds"][os.environ["OS_CLOUD"]]
    with contextlib.closing(Services(_upstreams(entry))) as services:
        faults = Faults(services, OPENSTACK)
        with serving(_recorded(faults)) as url:
            given = credential({**entry["auth"], "auth_url": f"{url}/identity/v3"})
            yield Place(given, entry["region_name"], faults.log, faults.rules, faults.clock)


def _upstreams(entry: Mapping[str, Any]) -> dict[str, str]:
    """Where each service is, by the first word of its path behind the proxy."""
    os_ = connect(credential(entry["auth"]), Region=entry["region_name"])
    found = {"identity": entry["auth"]["auth_url"].rpartition("/v3")[0]}
    for service in os_.cloud.catalogue():
        urls = [one["url"] for one in service["endpoints"] if one["interface"] == "public"]
        name = "networking" if service["type"] == "network" else service["type"]
        if name in ("compute", "networking", "image"):
            found[name] = urls[0].partition("/v2")[0].rstrip("/")
    os_.connection.close()
    return found


def _recorded(app: WSGIApplication) -> WSGIApplication:
    file = os.environ.get("SPIDER_RECORD")
    return Recorder(app, Path(file)) if file else app


def credential(auth: Mapping[str, str]) -> dict[str, str]:
    """`auth`: of a clouds.yaml."""
    return {
        "IdentityEndpoint": auth["auth_url"],
        "Username": auth["username"],
        "Password": auth["password"],
        "DomainName": auth["user_domain_name"],
        "ProjectID": auth.get("project_id") or _project_id(auth),
    }


def _project_id(auth: Any) -> str:
    """Of a clouds.yaml that tells the project's name."""
    with requests.Session() as http:
        http.trust_env = False
        return str(Session(Password(**auth), session=http).get_project_id())


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
    for collection, key, counts in _HELD:
        for one in cloud.all(collection):
            inner = one.get("keypair", one)
            if counts(inner):
                found.add(f"{collection} {inner[key]}")
    return found


def conformance_cloud(found: Place, clock: VirtualClock, *, page: int, throttled: bool) -> Cloud:
    """What the suite works with. `page`: elements on one."""
    looking = found.connect().cloud

    def held() -> set[str]:
        if found.twin:
            return set(found.twin.clouds["openstack"].contents())
        return contents(looking)

    return Cloud(
        OpenStackDriver(page_size=page),
        ConnectionInfo("openstack", "OPENSTACK", found.credential, {"Region": found.region}),
        image=found.image,
        spec=found.spec,
        clock=clock,
        sleep=lambda seconds: found.sleep(clock, seconds),
        page_size=page,
        contents=held,
        calls_seen=lambda: found.log.arrived,
        throttled=throttled,
    )


def done(step: Callable[[Attempt], T | Wait], attempt: Attempt | None = None, twin: Twin | None = None) -> T:
    """The answer of an operation, whose waits cost no time: they are passed by the twin's clock."""
    attempt = attempt or Attempt(f"operation-{next(_tokens)}", clock=VirtualClock())
    for _ in range(100):
        answer = step(attempt)
        if not isinstance(answer, Wait):
            return answer
        if twin:
            twin.clock.advance(answer.seconds)
    raise AssertionError(f"still {answer}")


def make_vpc(os_: Os, name: str = "net", cidr: str = "10.0.1.0/24") -> Vpc:
    """With one subnet, `<name>-a`."""
    request = VpcRequest(name, "", (SubnetRequest(f"{name}-a", cidr),))
    return done(lambda attempt: os_.connection.vpc.create(request, attempt))


def make_group(os_: Os, vpc: Vpc, *rules: Rule, name: str = "group") -> SecurityGroup:
    request = SecurityGroupRequest(name, ref(vpc), rules)
    return done(lambda attempt: os_.connection.security_group.create(request, attempt))


def vm_request(found: Place, vpc: Vpc, *groups: SecurityGroup, name: str = "vm", **more: Any) -> VmRequest:
    subnet, refs = ref(vpc.subnets[0]), tuple(ref(group) for group in groups)
    return VmRequest(name, Ref(found.image, found.image), found.spec, ref(vpc), subnet, refs, **more)


def make_vm(os_: Os, request: VmRequest) -> Vm:
    return done(lambda attempt: os_.connection.vm.create(request, attempt))


def ref(shape: Any) -> Ref:
    return Ref(shape.iid.name, shape.iid.id)


def log_in(server: Wire, *answers: Answer, **addresses: str) -> None:
    """The server answers a log-in and then `answers`. `addresses`: of services in the catalogue, else its own."""
    own = {
        "compute": f"{server.url}/compute/v2.1",
        "network": f"{server.url}/networking",
        "image": f"{server.url}/image/v2",
    }
    catalogue = [
        {
            "type": service,
            "name": service,
            "endpoints": [
                {"id": service, "interface": "public", "region": REGION, "region_id": REGION, "url": url},
            ],
        }
        for service, url in {**own, **addresses}.items()
    ]
    token = {
        "methods": ["password"],
        "issued_at": "2026-11-25T00:00:00.000000Z",
        "expires_at": "2099-01-01T00:00:00.000000Z",
        "user": {"id": "u", "name": "somebody", "domain": {"id": "default", "name": "Default"}},
        "project": {"id": GIVEN["ProjectID"], "name": "p", "domain": {"id": "default", "name": "Default"}},
        "roles": [],
        "catalog": catalogue,
    }
    server.answers = [Answer({"token": token}, 201, {"X-Subject-Token": "canary-of-the-token"}), *answers]
    server.seen.clear()


def refusal(status: int, body: Any, **headers: str) -> Answer:
    """In OpenStack's form."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body, status, {"X-Openstack-Request-Id": "req-1", **named})
