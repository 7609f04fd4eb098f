"""An account in this process: calls, signed by the old SDK, go through the faults and the outside judge; no socket is
opened."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aliyunsdkcore.auth.composer import rpc_signature_composer
from werkzeug.test import Client, TestResponse

from cloud_twin.alibaba import Alibaba, api
from cloud_twin.twin import Twin

from .judge import Judge

REGION, ZONE = "cn-hangzhou", "cn-hangzhou-h"
UBUNTU = "ubuntu_22_04_x64_20G_alibase_20261015.vhd"
WINDOWS = "win2022_21H2_x64_dtc_en-us_40G_alibase_20261022.vhd"
SMALL = "ecs.t6-c1m1.large"
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJwSol2fcXF8k8vAQHEY7Qp1E9eq6qaJ6MM79g794IX6"
SECONDS = 8.0
HTTP_OK = 200
VERSIONS = {"ecs": "2014-05-26", "vpc": "2016-04-28"}
OF_VPC = {one.name for one in api.OPERATIONS if one.product == "vpc"} - {
    one.name for one in api.OPERATIONS if one.product == "ecs"
}


class Refused(Exception):
    """`error`: what was answered."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(f"{status} {error.get('Code')}: {error.get('Message')}")
        self.status = status
        self.error = error

    @property
    def code(self) -> str:
        return str(self.error["Code"])

    @property
    def message(self) -> str:
        return str(self.error["Message"])


@dataclass
class Bench:
    """The clock stands still; changes take SECONDS of it."""

    twin: Twin
    judge: Judge
    http: Client
    key: dict[str, str] = field(repr=False)

    @property
    def cloud(self) -> Alibaba:
        found = self.twin.clouds["alibaba"]
        assert isinstance(found, Alibaba)
        return found

    def send(self, action: str, product: str = "", **parameters: Any) -> TestResponse:
        """`product`: vpc for what only VPC has, else ecs. Parameters as `flat` takes them."""
        version = VERSIONS[product or ("vpc" if action in OF_VPC else "ecs")]
        given = {"Action": action, "Version": version, "RegionId": REGION, **flat(parameters)}
        return self.http.get(self.signed({name: text for name, text in given.items() if text is not None}))

    def signed(self, parameters: dict[str, str]) -> str:
        """The path and the query of a GET."""
        key = self.key
        url, _ = rpc_signature_composer.get_signed_url(
            dict(parameters), key["AccessKeyId"], key["AccessKeySecret"], "JSON", "GET", {}
        )
        return str(url)

    def call(self, action: str, product: str = "", **parameters: Any) -> dict[str, Any]:
        """Raises Refused."""
        answer = self.send(action, product, **parameters)
        data: dict[str, Any] = json.loads(answer.data)
        if answer.status_code != HTTP_OK:
            raise Refused(answer.status_code, data)
        return data

    def advance(self, seconds: float = SECONDS) -> None:
        self.twin.clock.advance(seconds)

    # Things, ready

    def vpc(self, cidr: str = "10.0.0.0/16", **more: Any) -> str:
        made = self.call("CreateVpc", CidrBlock=cidr, **more)
        self.advance()
        return str(made["VpcId"])

    def vswitch(self, vpc: str, cidr: str = "10.0.1.0/24", zone: str = ZONE, **more: Any) -> str:
        made = self.call("CreateVSwitch", VpcId=vpc, CidrBlock=cidr, ZoneId=zone, **more)
        self.advance()
        return str(made["VSwitchId"])

    def group(self, vpc: str, **more: Any) -> str:
        return str(self.call("CreateSecurityGroup", VpcId=vpc, **more)["SecurityGroupId"])

    def key_pair(self, name: str = "key-1", **more: Any) -> str:
        return str(self.call("ImportKeyPair", KeyPairName=name, PublicKeyBody=PUBLIC_KEY, **more)["KeyPairName"])

    def place(self) -> dict[str, str]:
        """A VSwitch and a group in a new VPC, as RunInstances takes them."""
        vpc = self.vpc()
        return {"VSwitchId": self.vswitch(vpc), "SecurityGroupId": self.group(vpc)}

    def run(self, **more: Any) -> list[str]:
        """Not running as yet."""
        given = {"ImageId": UBUNTU, "InstanceType": SMALL, **(self.place() if "VSwitchId" not in more else {}), **more}
        return list(self.call("RunInstances", **given)["InstanceIdSets"]["InstanceIdSet"])

    def instance(self, **more: Any) -> str:
        made = self.run(**more)
        self.advance()
        return made[0]

    def shown(self, instance: str) -> dict[str, Any]:
        """An instance as DescribeInstances shows it."""
        found = self.call("DescribeInstances", InstanceIds=json.dumps([instance]))["Instances"]["Instance"]
        assert len(found) == 1
        return dict(found[0])

    def status(self, instance: str) -> str:
        return str(self.shown(instance)["Status"])


def flat(parameters: dict[str, Any]) -> dict[str, Any]:
    """Lists and dicts as Name.1.Member; a double underscore as a full stop; true and false in lower case."""
    made: dict[str, Any] = {}
    for name, value in parameters.items():
        made |= _flat(name.replace("__", "."), value)
    return made


def _flat(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {key: text for member, one in value.items() for key, text in _flat(f"{name}.{member}", one).items()}
    if isinstance(value, list):
        return {key: text for at, one in enumerate(value, 1) for key, text in _flat(f"{name}.{at}", one).items()}
    if isinstance(value, bool):
        return {name: str(value).lower()}
    return {name: None if value is None else str(value)}


def tags(**given: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.items()]


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    twin = Twin("alibaba")
    twin.clock.speed = 0.0
    judge = Judge(twin)
    key = json.loads(twin.clouds["alibaba"].files("http://localhost", "")["alibaba.json"])
    yield Bench(twin, judge, Client(judge), key)
