"""Containers behind the emulated VMs, at an Engine that is emulated itself. tests/real/docker logs in to real ones."""

from __future__ import annotations

import contextlib
import io
import tarfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import docker
import pytest

from cloud_twin.backing import Engine, EngineRefusal, Keeper
from cloud_twin.backing.vm import cloud_config, decoded, frozen
from cloud_twin.serve import serving
from cloud_twin.twin import Twin

USER_DATA = '#cloud-config\n{"users": ["default", {"name": "cb-user", "ssh_authorized_keys": ["ssh-rsa A a"]}]}'
FOLLOW_SECONDS = 10.0


@pytest.fixture(scope="module")
def ec2() -> Iterator[tuple[Any, Any]]:
    """A client of EC2, and the Engine at which its VMs are to be containers."""
    clouds, engines = Twin("aws"), Twin("docker")
    for cloud in (*clouds.clouds.values(), *engines.clouds.values()):
        cloud.settings.transition_seconds = 0.0
    with serving(clouds) as url, serving(engines) as engine_url:
        looking = docker.APIClient(engine_url, version="1.41")
        before = engines.clouds["docker"].contents()
        with (
            contextlib.closing(Engine(engine_url)) as engine,
            Keeper(engine, "nginx:latest", clouds.clouds).running(),
        ):
            keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
            yield boto3.client("ec2", region_name="us-east-2", endpoint_url=url, **keys), looking
        assert engines.clouds["docker"].contents() == before
        looking.close()


def started(client: Any, user_data: str = USER_DATA) -> str:
    subnet = client.describe_subnets()["Subnets"][0]["SubnetId"]
    interface = {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": True}
    told = {"ImageId": "ami-785db401", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    made = client.run_instances(**told, UserData=user_data, NetworkInterfaces=[interface])
    return str(made["Instances"][0]["InstanceId"])


def behind(engine: Any, vm: str) -> dict[str, Any] | None:
    found = engine.containers(all=True, filters={"label": f"cloud-twin=aws {vm}"})
    return found[0] if found else None


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + FOLLOW_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def state(engine: Any, vm: str) -> str:
    found = behind(engine, vm)
    return found["State"] if found else ""


def test_a_container_follows_its_vm(ec2: tuple[Any, Any]) -> None:
    client, engine = ec2
    vm = started(client)
    until(lambda: state(engine, vm) == "running")
    address = client.describe_instances(InstanceIds=[vm])["Reservations"][0]["Instances"][0]["PublicIpAddress"]
    container = behind(engine, vm)
    assert container
    assert container["NetworkSettings"]["Networks"]["cloud-twin"]["IPAddress"] == address
    packed, _ = engine.get_archive(container["Id"], "/home/cb-user/.ssh/authorized_keys")
    with tarfile.open(fileobj=io.BytesIO(b"".join(packed))) as tar:
        content = tar.extractfile("authorized_keys")
        assert content
        assert content.read() == b"ssh-rsa A a\n"
    client.stop_instances(InstanceIds=[vm])
    until(lambda: state(engine, vm) == "exited")
    client.start_instances(InstanceIds=[vm])
    until(lambda: state(engine, vm) == "running")
    client.terminate_instances(InstanceIds=[vm])
    until(lambda: state(engine, vm) == "")


def test_a_vm_that_lets_in_nobody_is_no_container(ec2: tuple[Any, Any]) -> None:
    client, engine = ec2
    nobodys, somebodys = started(client, "#!/bin/sh\n"), started(client)
    until(lambda: state(engine, somebodys) == "running")
    assert behind(engine, nobodys) is None
    client.terminate_instances(InstanceIds=[nobodys, somebodys])
    until(lambda: state(engine, somebodys) == "")


def test_a_second_keeper_takes_the_first_one_s_place() -> None:
    """As after one that was killed."""
    with serving(Twin("docker")) as url, contextlib.closing(Engine(url)) as engine:
        engine.call("POST", "/networks/create", {"Name": "cloud-twin"})
        left = {
            "Image": "nginx:latest",
            "Labels": {"cloud-twin": "aws i-1"},
            "HostConfig": {"NetworkMode": "cloud-twin"},
        }
        engine.call("POST", "/containers/create", left)
        with Keeper(engine, "nginx:latest", {}).running():
            assert engine.call("GET", "/containers/json", all="1") == []
        assert [one["Name"] for one in engine.call("GET", "/networks")] == ["none", "host", "bridge"]


def test_a_range_that_the_engine_has_given_away_is_told() -> None:
    with serving(Twin("docker")) as url, contextlib.closing(Engine(url)) as engine:
        config = [{"Subnet": "198.18.5.0/24"}]
        engine.call("POST", "/networks/create", {"Name": "theirs", "IPAM": {"Config": config}})
        with pytest.raises(EngineRefusal, match="Pool overlaps"), Keeper(engine, "nginx", {}).running():
            pass


@pytest.mark.parametrize(
    ("user_data", "logins"),
    [
        (USER_DATA, {"cb-user": ["ssh-rsa A a"]}),
        ("#cloud-config\nusers:\n- name: a\n  ssh-authorized-keys: [' k ']\n- default\n", {"a": ["k"]}),
        ("#cloud-config\nusers: {a: b}\n", {}),
        ("#cloud-config\n- [", {}),
        ("#!/bin/sh\n", {}),
        ("", {}),
    ],
)
def test_users_are_read_from_cloud_config(user_data: str, logins: dict[str, list[str]]) -> None:
    assert cloud_config(user_data) == logins


def test_logins_of_several_sources_are_one() -> None:
    assert frozen({"a": ["k"]}, {"a": ["k", "l"], "b": []}) == (("a", ("k", "l")), ("b", ()))
    assert (decoded("aGk="), decoded("#"), decoded(None)) == ("hi", "", "")
