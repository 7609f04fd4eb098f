"""What the Alibaba driver's tests share: an emulated ECS in this process, a connection whose calls are kept, a server
that answers as ECS and VPC do on the wire."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from spider_drivers.alibaba import AlibabaDriver
from spider_drivers.alibaba.connection import AlibabaConnection
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
from tests.cloud_twin.alibaba.judge import Judge
from tests.drivers.docker_support import Answer, Request
from tests.drivers.support import Kept, done, ref

REGION, ZONE = "ap-northeast-1", "ap-northeast-1a"
KEYS = {"Region": REGION, "Zone": ZONE}
IMAGE = "ubuntu_22_04_x64_20G_alibase_20261015.vhd"
SPEC = "ecs.t6-c1m1.large"
SECRET = "an+access/key=secret0example"
CREDENTIAL = {"ClientId": "LTAI5tExampleExampleExam", "ClientSecret": SECRET}


class Alibaba(Kept[AlibabaConnection]):
    """`call` and `all` are the driver's own way to ECS and VPC, for looking at what it has made."""

    def call(self, api: str, **parameters: Any) -> dict[str, Any]:
        return self.connection._acs.call(api, **parameters)

    def all(self, api: str, **parameters: Any) -> list[dict[str, Any]]:
        return self.connection._acs.all(api, **parameters)


def connect(
    url: str, given: Mapping[str, str] | None = None, *, page_size: int | None = None, **region_keys: str
) -> Alibaba:
    """`given`: the credential."""
    given = given or CREDENTIAL
    records: list[CallRecord] = []
    recorder = CallRecorder(SystemClock(), records.append, given.values())
    info = ConnectionInfo("alibaba", "ALIBABA", given, {**KEYS, "Endpoint": url, **region_keys})
    connection = AlibabaDriver(page_size=page_size).connect(info, recorder)
    assert isinstance(connection, AlibabaConnection)
    return Alibaba(connection, records)


@dataclass
class Emulated:
    """`cloud`: the façade of ECS and VPC."""

    twin: Twin
    judge: Judge
    url: str
    credential: dict[str, str] = field(repr=False)

    @property
    def cloud(self) -> Any:
        return self.twin.clouds["alibaba"]

    def connect(self, *, page_size: int | None = None, **region_keys: str) -> Alibaba:
        return connect(self.url, self.credential, page_size=page_size, **region_keys)

    def contents(self) -> set[str]:
        return set(self.cloud.contents())


@contextlib.contextmanager
def emulated(transition_seconds: float = 0.0, *, judged: bool = False) -> Iterator[Emulated]:
    """An emulated ECS in this process. `judged`: what goes in is compared with Alibaba's descriptions of its
    operations, what comes out with its SDK's models, and nothing of it may differ."""
    twin = Twin("alibaba")
    twin.clouds["alibaba"].settings.transition_seconds = transition_seconds
    judge = Judge(twin)
    with serving(judge if judged else twin) as url:
        account = json.loads(twin.clouds["alibaba"].files(url, url)["alibaba.json"])
        given = {"ClientId": account["AccessKeyId"], "ClientSecret": account["AccessKeySecret"]}
        yield Emulated(twin, judge, url, given)
    if judged:
        print(f"\n{judge.summary()}")
    assert judge.violations == []


@contextlib.contextmanager
def fresh(found: Emulated) -> Iterator[Alibaba]:
    """A connection to an empty account whose changes take no time."""
    found.twin.reset()
    found.cloud.settings.permissions = None
    found.cloud.settings.quotas.clear()
    found.cloud.settings.exhausted = []
    alibaba = found.connect()
    yield alibaba
    alibaba.connection.close()


def make_vpc(alibaba: Alibaba, name: str = "net", cidr: str = "10.0.0.0/16", subnet: str = "10.0.1.0/24") -> Vpc:
    """With one subnet, `<name>-a`."""
    request = VpcRequest(name, cidr, (SubnetRequest(f"{name}-a", subnet),))
    return done(lambda attempt: alibaba.connection.vpc.create(request, attempt))


def vm_request(vpc: Vpc, *groups: SecurityGroup, name: str = "machine", **more: Any) -> VmRequest:
    subnet, refs = ref(vpc.subnets[0]), tuple(ref(group) for group in groups)
    return VmRequest(name, Ref(IMAGE, IMAGE), SPEC, ref(vpc), subnet, refs, **more)


def answer(**members: Any) -> Answer:
    """One of success."""
    return Answer({"RequestId": "R-1", **members})


def error(status: int, code: str, text: str, **headers: str) -> Answer:
    """A refusal in Alibaba's form."""
    told = {"RequestId": "R-1", "HostId": "ecs.aliyuncs.com", "Code": code, "Message": text}
    return Answer(told, status, {name.replace("_", "-"): value for name, value in headers.items()})


def parameters(request: Request) -> dict[str, str]:
    """Of a call, as they were sent."""
    return dict(parse_qsl(request.query, keep_blank_values=True))


def vpcs(*found: dict[str, Any]) -> Answer:
    return answer(Vpcs={"Vpc": list(found)}, TotalCount=len(found))


def switches(*found: dict[str, Any]) -> Answer:
    return answer(VSwitches={"VSwitch": list(found)}, TotalCount=len(found))


VPC = {"VpcId": "vpc-1", "VpcName": "net", "CidrBlock": "10.0.0.0/16", "Status": "Available"}
ZONES = answer(Zones={"Zone": [{"ZoneId": ZONE, "LocalName": "Tokyo Zone A"}]})
