"""kill -9 in the middle: the operation ends by itself, one of each, no orphan."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from .clouds import aws_at
from .spider import Client, Process, start
from .tap import Tap, tap

# Small, so that the next process need not wait long for the dead one's lease to run out.
QUICK = {"lease_seconds": "2", "sweep_seconds": "1"}


@pytest.fixture
def tapped(moto: str) -> Iterator[Tap]:
    with tap(moto) as found:
        yield found


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Starts a server; the next call starts its successor on the same state."""
    started: list[Process] = []

    def begin() -> Process:
        started.append(start(tmp_path, **QUICK))
        return started[-1]

    yield begin
    for process in started:
        process.kill()


def post_and_die(process: Process, tapped: Tap, moment: str, action: str, path: str, body: Any, **headers: str) -> None:
    """Sends a POST whose server is killed hard at the given call to the cloud."""
    died = threading.Event()

    def die() -> None:
        os.kill(process.pid, signal.SIGKILL)
        died.set()

    tapped.on(moment, action, die)
    with suppress(httpx.HTTPError):
        process.client.send("POST", path, body, **headers)
    assert died.wait(30)


def on(info: dict[str, Any]) -> dict[str, Any]:
    return {"ConnectionName": "aws-config", "ReqInfo": info}


VPC = {
    "Name": "vpc-01",
    "IPv4_CIDR": "10.0.0.0/16",
    "SubnetInfoList": [{"Name": "a", "IPv4_CIDR": "10.0.1.0/24"}, {"Name": "b", "IPv4_CIDR": "10.0.2.0/24"}],
}
VM = {
    "Name": "vm-01",
    "VMSpecName": "t3.micro",
    "VPCName": "vpc-01",
    "SubnetName": "a",
    "SecurityGroupNames": ["sg-01"],
    "KeyPairName": "key-01",
}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("action", ["CreateVpc", "CreateInternetGateway", "AttachInternetGateway", "CreateSubnet"])
def test_a_vpc_is_made_once_though_its_server_dies(
    servers: Callable[[], Process], tapped: Tap, ec2: Any, moment: str, action: str
) -> None:
    before = len(ec2.describe_vpcs()["Vpcs"])
    subnets = len(ec2.describe_subnets()["Subnets"])
    process = servers()
    aws_at(tapped.url).register(process.client)
    post_and_die(process, tapped, moment, action, "/vpc", on(VPC))
    client = servers().client
    vpc = ends_by_itself(client, "/vpc/vpc-01")
    assert {one["IId"]["NameId"] for one in vpc["SubnetInfoList"]} == {"a", "b"}
    assert len(ec2.describe_vpcs()["Vpcs"]) == before + 1
    assert len(ec2.describe_subnets()["Subnets"]) == subnets + 2
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc["IId"]["SystemId"]]}]
    assert len(ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]) == 1
    assert len(ec2.describe_internet_gateways()["InternetGateways"]) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_vm_is_made_once_though_its_server_dies(
    servers: Callable[[], Process], tapped: Tap, ec2: Any, moment: str
) -> None:
    process = servers()
    cloud = aws_at(tapped.url)
    cloud.register(process.client)
    process.client.call("POST", "/vpc", on(VPC))
    process.client.call("POST", "/securitygroup", on({"Name": "sg-01", "VPCName": "vpc-01", "SecurityRules": []}))
    process.client.call("POST", "/keypair", on({"Name": "key-01"}))
    post_and_die(process, tapped, moment, "RunInstances", "/vm", on({**VM, "ImageName": cloud.image}))
    client = servers().client
    assert ends_by_itself(client, "/vm/vm-01")["PublicIP"]
    instances = [one for group in ec2.describe_instances()["Reservations"] for one in group["Instances"]]
    assert [one["State"]["Name"] for one in instances] == ["running"]


def test_a_key_pair_killed_before_its_answer_and_repeated_is_the_same(
    servers: Callable[[], Process], tapped: Tap, ec2: Any
) -> None:
    process = servers()
    aws_at(tapped.url).register(process.client)
    body = on({"Name": "key-01"})
    post_and_die(process, tapped, "after", "ImportKeyPair", "/keypair", body, Idempotency_Key="again")
    client = servers().client
    first = client.call("POST", "/keypair", body, Idempotency_Key="again")
    second = client.call("POST", "/keypair", body, Idempotency_Key="again")
    assert "PRIVATE KEY" in first["PrivateKey"]
    assert first == second
    assert len(ec2.describe_key_pairs()["KeyPairs"]) == 1


def ends_by_itself(client: Client, path: str) -> Any:
    """The resource, once its operation has ended: its SystemId is known."""
    for _ in range(300):
        found = client.call("GET", f"{path}?ConnectionName=aws-config")
        if found["IId"]["SystemId"]:
            return found
        threading.Event().wait(0.1)
    raise AssertionError(f"{path} is still being created")
