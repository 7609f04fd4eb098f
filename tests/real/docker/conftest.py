"""What the driver's own tests share: the driver on the Engine, which afterwards holds what it held before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.contract import SubnetRequest, Vpc, VpcRequest

from .driver import Docker, connect, done, free_network, ref
from .engine import contents


@pytest.fixture
def docker() -> Iterator[Docker]:
    docker = connect()
    before = contents(docker.client)
    yield docker
    docker.remove_made()
    assert contents(docker.client) == before
    docker.connection.close()


@pytest.fixture
def vpc(docker: Docker) -> Iterator[Vpc]:
    network = free_network(docker.client)
    subnet = SubnetRequest("front", network.replace("0.0/16", "1.0/24"))
    request = VpcRequest(docker.name("net"), network, (subnet,))
    made = done(lambda attempt: docker.connection.vpc.create(request, attempt))
    yield made
    docker.remove_made()
    done(lambda attempt: docker.connection.vpc.delete(ref(made), attempt))
