"""SIGKILL before and after every call to a Docker Engine: no orphan, nothing twice."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin import tls
from cloud_twin.faults import DOCKER
from tests.faults.crash_points import crash
from tests.faults.place import Place
from tests.faults.warm import warm
from tests.system.clouds import Cloud
from tests.system.docker_cloud import free_cidr, networks_of, remove, routes

from .engine import cloud, contents, told

REFUSAL = (500, "", "no space left on device")


@pytest.fixture
def docker() -> Iterator[Place]:
    engine, _ = told()
    client, credential = engine.client(), engine.credential()
    free = ipaddress.ip_network(free_cidr([*networks_of(client), *routes()]))
    cidrs = [str(network) for network in free.subnets(new_prefix=22)]
    run = f"spider-crash-{secrets.token_hex(3)}"

    def numbered(url: str, number: int) -> Cloud:
        connection = replace(cloud(cidrs[number % len(cidrs)], f"{run}-{number}-"), label=f"-{number}")
        return replace(connection, credential={"Host": url})

    identity = tls.Identity(credential["ClientCertificate"], credential["ClientKey"])
    upstream = engine.host.replace("tcp:", "https:")
    trusted = tls.client_context(credential["CA"], identity)
    with warm("DOCKER") as start:
        yield Place(start, upstream, DOCKER, numbered, lambda: contents(client), REFUSAL, trusted)
    remove(client, run)


@pytest.mark.timeout(1800)
def test_nothing_is_lost_whatever_call_spider_dies_at(docker: Place, tmp_path: Path) -> None:
    print(*crash(tmp_path, docker), sep="\n")
