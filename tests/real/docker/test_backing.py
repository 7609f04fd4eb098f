"""VMs of Cloud-Twin's clouds with containers of a real Engine behind them: they are logged in to at the address, with
the user and the key that Spider has told."""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import paramiko
import pytest

from cloud_twin import tls
from cloud_twin.faults import Forwarding
from cloud_twin.serve import serving
from tests.servers import Twin, twin
from tests.system.clouds import EMULATED, Cloud, emulated
from tests.system.spider import Client, spider

from .engine import contents, told

ANSWER_SECONDS = 20.0
CONNECT_SECONDS = 3.0


@pytest.fixture(scope="module")
def backed() -> Iterator[Twin]:
    """All clouds in one process, and nothing of it left at the Engine in the end."""
    engine, image = told()
    client, credential = engine.client(), engine.credential()
    identity = tls.Identity(credential["ClientCertificate"], credential["ClientKey"])
    forwarding = Forwarding(engine.host.replace("tcp:", "https:"), tls=tls.client_context(credential["CA"], identity))
    before = contents(client)
    with serving(forwarding) as url:
        options = ["--containers", url, "--container-image", image]
        with twin(*(provider.lower() for provider in EMULATED), options=options) as found:
            yield found
    assert contents(client) == before


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with spider(tmp_path_factory.mktemp("home")) as found:
        yield found


@pytest.mark.parametrize("provider", EMULATED)
def test_a_vm_is_logged_in_to_while_it_runs(backed: Twin, client: Client, provider: str) -> None:
    cloud = replace(emulated(backed, provider), prefix=f"t{secrets.token_hex(2)}-")
    cloud.register(client)
    on = {"ConnectionName": cloud.connection}
    name, key = f"{cloud.prefix}vm", prepared(client, cloud)
    vm = client.call("POST", "/vm", {**on, "ReqInfo": vm_info(cloud, name)})
    assert vm["VMUserId"] == "cb-user"
    assert logged_in(vm, key) == "cb-user"
    control(client, cloud, name, "suspend", "Suspended")
    assert not answers(vm, key)
    control(client, cloud, name, "resume", "Running")
    vm = client.call("GET", f"/vm/{name}", on)
    assert logged_in(vm, key) == "cb-user"
    client.call("DELETE", f"/vm/{name}", on)
    silent(vm, key)
    for kind in ("securitygroup", "keypair", "vpc"):
        client.call("DELETE", f"/{kind}/{cloud.prefix}{kind}", on)


def prepared(client: Client, cloud: Cloud) -> str:
    """Makes what a VM needs; answers the private key."""
    on, prefix = {"ConnectionName": cloud.connection}, cloud.prefix
    subnet = {"Name": f"{prefix}subnet", "IPv4_CIDR": next(cloud.subnets())}
    rule = {"FromPort": "22", "ToPort": "22", "IPProtocol": "tcp", "Direction": "inbound"}
    infos: dict[str, dict[str, Any]] = {
        "vpc": {"IPv4_CIDR": cloud.cidr, "SubnetInfoList": [subnet]},
        "securitygroup": {"VPCName": f"{prefix}vpc", "SecurityRules": [rule]},
        "keypair": {},
    }
    made = {
        kind: client.call("POST", f"/{kind}", {**on, "ReqInfo": {"Name": prefix + kind, **info}})
        for kind, info in infos.items()
    }
    return str(made["keypair"]["PrivateKey"])


def vm_info(cloud: Cloud, name: str) -> dict[str, Any]:
    prefix = cloud.prefix
    return {
        "Name": name,
        "ImageName": cloud.image,
        "VMSpecName": cloud.spec,
        "VPCName": f"{prefix}vpc",
        "SubnetName": f"{prefix}subnet",
        "SecurityGroupNames": [f"{prefix}securitygroup"],
        "KeyPairName": f"{prefix}keypair",
    }


def control(client: Client, cloud: Cloud, name: str, action: str, then: str) -> None:
    on = {"ConnectionName": cloud.connection}
    client.call("GET", f"/controlvm/{name}?action={action}", on)
    client.until(f"/vmstatus/{name}", on, "Status", then)
    time.sleep(2.0)  # in which the container follows


def whoami(vm: Any, private_key: str) -> str:
    host, _, port = vm["SSHAccessPoint"].rpartition(":")
    with paramiko.SSHClient() as ssh:
        ssh.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        key = paramiko.RSAKey.from_private_key(io.StringIO(private_key))
        log_in: dict[str, Any] = {"username": vm["VMUserId"], "pkey": key, "look_for_keys": False, "allow_agent": False}
        ssh.connect(host, int(port), timeout=CONNECT_SECONDS, banner_timeout=CONNECT_SECONDS, **log_in)
        return str(ssh.exec_command("whoami", timeout=CONNECT_SECONDS)[1].read().decode().strip())


def logged_in(vm: Any, private_key: str) -> str:
    """As whom, once the container is there."""
    end = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            return whoami(vm, private_key)
        except (OSError, EOFError, paramiko.SSHException):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def answers(vm: Any, private_key: str) -> bool:
    try:
        whoami(vm, private_key)
    except (OSError, EOFError, paramiko.SSHException):
        return False
    return True


def silent(vm: Any, private_key: str) -> None:
    end = time.monotonic() + ANSWER_SECONDS
    while answers(vm, private_key):
        assert time.monotonic() < end, "it still answers"
        time.sleep(0.2)
