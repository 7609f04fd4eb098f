"""The whole program over HTTP on a real Engine: what a user gets can be logged in to."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from tests.system.demo import run
from tests.system.docker_cloud import free_cidr, networks_of, remove, routes
from tests.system.spider import Client, spider

from .engine import cloud, contents, told

RUN = f"spider-test-{secrets.token_hex(3)}"
ON = {"ConnectionName": "docker-config"}


@pytest.fixture(scope="module")
def engine() -> Any:
    """The Engine's own truth, asked without Spider."""
    return told()[0].client()


@pytest.fixture(scope="module")
def cidr(engine: Any) -> str:
    return free_cidr([*networks_of(engine), *routes()])


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, engine: Any, cidr: str) -> Iterator[Client]:
    """A server with the Engine registered. What is made through it bears the run's name and is removed at the end."""
    try:
        with spider(tmp_path_factory.mktemp("home")) as found:
            cloud(cidr).register(found)
            yield found
    finally:
        remove(engine, RUN)


@pytest.fixture(scope="module")
def private_key(client: Client, cidr: str) -> str:
    """The key of the VMs, for which there are a VPC and a group that lets SSH in."""
    subnet = {"Name": f"{RUN}-subnet", "IPv4_CIDR": cidr.replace("0.0/16", "1.0/24")}
    post(client, "vpc", Name=f"{RUN}-vpc", IPv4_CIDR=cidr, SubnetInfoList=[subnet])
    rule = {"FromPort": "22", "ToPort": "22", "IPProtocol": "tcp", "Direction": "inbound", "CIDR": "0.0.0.0/0"}
    post(client, "securitygroup", Name=f"{RUN}-sg", VPCName=f"{RUN}-vpc", SecurityRules=[rule])
    key: str = post(client, "keypair", Name=f"{RUN}-key")["PrivateKey"]
    return key


def post(client: Client, kind: str, **info: Any) -> Any:
    return client.call("POST", f"/{kind}", {**ON, "ReqInfo": info})


def start_vm(client: Client, name: str) -> Any:
    return post(
        client,
        "vm",
        Name=f"{RUN}-{name}",
        ImageName=told()[1],
        VMSpecName="1vcpu-512mib",
        VPCName=f"{RUN}-vpc",
        SubnetName=f"{RUN}-subnet",
        SecurityGroupNames=[f"{RUN}-sg"],
        KeyPairName=f"{RUN}-key",
    )


def over_ssh(vm: Any, private_key: str, command: str) -> str:
    host, _, port = vm["SSHAccessPoint"].rpartition(":")
    with paramiko.SSHClient() as ssh:
        ssh.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        key = paramiko.RSAKey.from_private_key(io.StringIO(private_key))
        ssh.connect(host, int(port), vm["VMUserId"], pkey=key, look_for_keys=False, allow_agent=False, timeout=10)
        _, out, _ = ssh.exec_command(command, timeout=10)
        answer: str = out.read().decode().strip()
        return answer


@pytest.fixture(scope="module")
def first(client: Client, private_key: str) -> Any:
    return start_vm(client, "first")


@pytest.fixture(scope="module")
def second(client: Client, private_key: str, first: Any) -> Any:
    return start_vm(client, "second")


def test_the_key_that_was_given_out_opens_the_vm(first: Any, private_key: str) -> None:
    assert first["VMUserId"] == "cb-user"
    assert first["SSHAccessPoint"].startswith(f"{first['PublicIP']}:")
    assert over_ssh(first, private_key, "whoami") == "cb-user"


def test_a_second_vm_of_the_same_kind_stands_beside_the_first(first: Any, second: Any, private_key: str) -> None:
    assert second["SSHAccessPoint"] != first["SSHAccessPoint"]
    for vm in (first, second):
        assert over_ssh(vm, private_key, "whoami") == "cb-user"
        assert vm["PrivateIP"] in over_ssh(vm, private_key, "ip -4 address")


def test_vms_of_a_subnet_reach_each_other(first: Any, second: Any, private_key: str) -> None:
    greeting = over_ssh(first, private_key, f"nc -w 5 {second['PrivateIP']} 22 </dev/null | head -n 1")
    assert greeting.startswith("SSH-2.0-")


def test_sshrun_reaches_it_too(client: Client, first: Any, private_key: str) -> None:
    body = {"UserName": "cb-user", "PrivateKey": private_key.splitlines(), "ServerPort": first["SSHAccessPoint"]}
    for command, answer in (("whoami", "cb-user\n"), ("cat /etc/hostname | wc -l", "1\n")):
        assert client.call("POST", "/sshrun", {**body, "Command": command}) == answer


def test_another_key_does_not_open_it(client: Client, first: Any) -> None:
    other = post(client, "keypair", Name=f"{RUN}-other")["PrivateKey"]
    with pytest.raises(paramiko.AuthenticationException):
        over_ssh(first, other, "whoami")


def test_the_spec_limits_the_vm(engine: Any, first: Any) -> None:
    limits = engine.inspect_container(first["IId"]["SystemId"])["HostConfig"]
    assert (limits["NanoCpus"], limits["Memory"]) == (10**9, 512 * 2**20)


def test_it_is_reached_again_after_suspend_resume_and_reboot(client: Client, second: Any, private_key: str) -> None:
    name = second["IId"]["NameId"]
    for action, then in (("suspend", "Suspended"), ("resume", "Running"), ("reboot", "Running")):
        client.call("GET", f"/controlvm/{name}?action={action}", ON)
        client.until(f"/vmstatus/{name}", ON, "Status", then)
    again = client.call("GET", f"/vm/{name}", ON)
    assert over_ssh(again, private_key, "whoami") == "cb-user"


def test_what_is_deleted_is_gone_from_the_engine(client: Client, engine: Any, second: Any) -> None:
    ids = {second["IId"]["SystemId"]}
    assert ids <= contents(engine)
    client.call("DELETE", f"/vm/{second['IId']['NameId']}", ON)
    assert not ids & contents(engine)


def test_every_step_of_the_life_cycle_passes_and_leaves_nothing(
    tmp_path: Path, engine: Any, client: Client, first: Any
) -> None:
    """Beside `client`, whose VPC has a CIDR of its own."""
    before = contents(engine)
    here = cloud(free_cidr([*networks_of(engine), *routes()]), f"{RUN}-other-")
    with spider(tmp_path) as other:
        why = run(other, here).why
    assert why == ""
    assert contents(engine) == before
