"""What the Cloudit driver's tests share: an emulated Cloudit in this process, a connection whose calls are kept."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from spider_drivers.cloudit import CloudItDriver
from spider_drivers.cloudit.connection import CloudItConnection
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

from cloud_twin.serve import serving
from cloud_twin.twin import Twin
from tests.drivers.support import Kept, done, ref

IMAGE, SPEC, CIDR = "CentOS-7", "small-1", "10.0.0.0/16"


def credential(url: str) -> dict[str, str]:
    """One that only a server which asks for nothing accepts."""
    return {"IdentityEndpoint": url, "AuthToken": "token-of-nobody", "TenantId": "tnt0009", "ClusterId": "cluster01"}


class Cloudit(Kept[CloudItConnection]):
    """`call` is the driver's own way to Cloudit, for looking at what it has made."""

    def call(self, method: str, path: str, *parts: str, **more: Any) -> Any:
        return self.connection._cloudit.call(method, path, *parts, **more)


def connect(url: str, given: Mapping[str, str] | None = None, **region_keys: str) -> Cloudit:
    """`given`: the credential."""
    given = given or credential(url)
    records: list[CallRecord] = []
    secrets = CloudItDriver().capability().secrets(given)
    recorder = CallRecorder(SystemClock(), records.append, secrets)
    connection = CloudItDriver().connect(ConnectionInfo("cloudit", "CLOUDIT", given, region_keys), recorder)
    assert isinstance(connection, CloudItConnection)
    return Cloudit(connection, records)


@dataclass
class Emulated:
    """`cloud`: the façade."""

    twin: Twin
    url: str
    credential: dict[str, str] = field(repr=False)

    @property
    def cloud(self) -> Any:
        return self.twin.clouds["cloudit"]

    def connect(self, tenant: str = "", **region_keys: str) -> Cloudit:
        given = {**self.credential, "TenantId": tenant} if tenant else self.credential
        return connect(self.url, given, **region_keys)

    def contents(self) -> set[str]:
        return set(self.cloud.contents())


@contextlib.contextmanager
def emulated(transition_seconds: float = 0.0) -> Iterator[Emulated]:
    """An emulated Cloudit in this process."""
    twin = Twin("cloudit")
    twin.clouds["cloudit"].settings.transition_seconds = transition_seconds
    with serving(twin) as url:
        account = json.loads(twin.clouds["cloudit"].files(url, url)["cloudit.json"])
        yield Emulated(twin, url, account)


@contextlib.contextmanager
def fresh(emulation: Emulated) -> Iterator[Cloudit]:
    """A connection to an empty tenant whose changes take no time."""
    emulation.twin.reset()
    emulation.cloud.settings.quotas = {}
    emulation.cloud.settings.exhausted = []
    found = emulation.connect()
    yield found
    found.connection.close()


def make_vpc(cloudit: Cloudit, *cidrs: str) -> Vpc:
    """With subnets `net-1` and so on; one of 10.0.4.0/22 by default."""
    subnets = tuple(SubnetRequest(f"net-{n}", cidr) for n, cidr in enumerate(cidrs or ("10.0.4.0/22",), 1))
    request = VpcRequest("net", CIDR, subnets)
    return done(lambda attempt: cloudit.connection.vpc.create(request, attempt))


def vm_request(vpc: Vpc, *groups: SecurityGroup, name: str = "vm", **more: Any) -> VmRequest:
    subnet, refs = ref(vpc.subnets[0]), tuple(ref(group) for group in groups)
    return VmRequest(
        name, **{"image": Ref(IMAGE), "spec": SPEC, "vpc": ref(vpc), "subnet": subnet, **more}, security_groups=refs
    )
