"""What the GCP driver's tests share: an emulated Compute Engine in this process, a connection whose calls are kept, a
server that answers as Compute Engine does on the wire."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from spider_drivers.contract import (
    CallRecord,
    CallRecorder,
    ConnectionInfo,
    Ref,
    SecurityGroup,
    SubnetRequest,
    SystemClock,
    VmRequest,
    Vpc,
    VpcRequest,
)
from spider_drivers.gcp import GcpDriver
from spider_drivers.gcp.connection import GcpConnection

from cloud_twin.serve import serving
from cloud_twin.twin import Twin
from tests.cloud_twin.gcp.judge import Judge
from tests.drivers.docker_support import Answer
from tests.drivers.support import Kept, done, ref

REGION, ZONE = "us-central1", "us-central1-a"
KEYS = {"Region": REGION, "Zone": ZONE}
IMAGE = "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/family/debian-12"
SPEC = "e2-medium"


@cache
def private_key() -> str:
    """PEM. One for all, for it takes its time."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def credential() -> dict[str, str]:
    """One that only a server which asks for nothing accepts."""
    return {
        "PrivateKey": private_key(),
        "ProjectID": "project",
        "ClientEmail": "spider@project.iam.gserviceaccount.com",
    }


class Gcp(Kept[GcpConnection]):
    """`call` and `all` are the driver's own way to Compute Engine, for looking at what it has made."""

    def call(self, api: str, **parameters: Any) -> dict[str, Any]:
        return self.connection._gce.call(api, **parameters)

    def all(self, api: str, **parameters: Any) -> list[dict[str, Any]]:
        return self.connection._gce.all(api, **parameters)


def connect(
    url: str, given: Mapping[str, str] | None = None, *, page_size: int | None = None, **region_keys: str
) -> Gcp:
    """`given`: the credential."""
    given = given or credential()
    records: list[CallRecord] = []
    recorder = CallRecorder(SystemClock(), records.append, given.values())
    info = ConnectionInfo("gcp", "GCP", given, {**KEYS, "Endpoint": url, **region_keys})
    connection = GcpDriver(page_size=page_size).connect(info, recorder)
    assert isinstance(connection, GcpConnection)
    return Gcp(connection, records)


@dataclass
class Emulated:
    """`cloud`: the façade of Compute Engine."""

    twin: Twin
    judge: Judge
    url: str
    credential: dict[str, str] = field(repr=False)

    @property
    def cloud(self) -> Any:
        return self.twin.clouds["gcp"]

    def connect(self, *, page_size: int | None = None, **region_keys: str) -> Gcp:
        return connect(self.url, self.credential, page_size=page_size, **region_keys)

    def contents(self) -> set[str]:
        return set(self.cloud.contents())


@contextlib.contextmanager
def emulated(transition_seconds: float = 0.0, *, judged: bool = False) -> Iterator[Emulated]:
    """An emulated Compute Engine in this process. `judged`: what goes in and out is compared with Google's discovery
    document, and nothing of it may differ."""
    twin = Twin("gcp")
    twin.clouds["gcp"].settings.transition_seconds = transition_seconds
    judge = Judge(twin)
    with serving(judge if judged else twin) as url:
        account = json.loads(twin.clouds["gcp"].files(url, url)["gcp.json"])
        given = {
            "PrivateKey": account["private_key"],
            "ProjectID": account["project_id"],
            "ClientEmail": account["client_email"],
        }
        yield Emulated(twin, judge, url, given)
    if judged:
        print(f"\n{judge.summary()}")
    assert judge.violations == []


def make_vpc(gcp: Gcp, name: str = "net", cidr: str = "10.0.1.0/24") -> Vpc:
    """With one subnet, `<name>-a`."""
    request = VpcRequest(name, "", (SubnetRequest(f"{name}-a", cidr),))
    return done(lambda attempt: gcp.connection.vpc.create(request, attempt))


def vm_request(vpc: Vpc, *groups: SecurityGroup, name: str = "vm", **more: Any) -> VmRequest:
    subnet, refs = ref(vpc.subnets[0]), tuple(ref(group) for group in groups)
    return VmRequest(name, Ref(IMAGE, IMAGE), SPEC, ref(vpc), subnet, refs, **more)


def error(status: int, reason: str, text: str, **headers: str) -> Answer:
    """A refusal in Compute Engine's form."""
    told = {"code": status, "message": text, "errors": [{"message": text, "domain": "global", "reason": reason}]}
    return Answer({"error": told}, status, {name.replace("_", "-"): value for name, value in headers.items()})


def operation(status: str = "DONE", **more: Any) -> Answer:
    """A global one."""
    return Answer({"kind": "compute#operation", "name": "operation-1", "status": status, **more})


def failed(code: str, text: str) -> Answer:
    """An operation that has ended in an error."""
    return operation(error={"errors": [{"code": code, "message": text}]}, httpErrorStatusCode=400)


def listed(kind: str = "network", *items: Any) -> Answer:
    return Answer({"kind": f"compute#{kind}List", "items": list(items)})


@contextlib.contextmanager
def fresh(gce: Emulated) -> Iterator[Gcp]:
    """A connection to an empty project whose changes take no time."""
    gce.twin.reset()
    gce.cloud.settings.permissions = None
    gce.cloud.settings.quotas.clear()
    gce.cloud.settings.exhausted = []
    gcp = gce.connect()
    yield gcp
    gcp.connection.close()


ZONE_ANSWER = Answer({"kind": "compute#zone", "name": ZONE, "status": "UP"})
