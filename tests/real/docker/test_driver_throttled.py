"""The same suite while every third call is refused as too fast, with the calls that arrived counted by a proxy that
speaks mutual TLS on both sides."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.docker import DockerDriver

from cloud_twin import tls
from cloud_twin.faults import DOCKER, Faults, Forwarding, Rule
from cloud_twin.serve import serving
from tests.system.engine import Engine

from .driver import conformance_cloud
from .engine import told


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Faults]]:
    """The Engine behind the proxy."""
    found, _ = told()
    credential, folder = found.credential(), tmp_path_factory.mktemp("proxy")
    identity = tls.Identity(credential["ClientCertificate"], credential["ClientKey"])
    trusting, url = tls.client_context(credential["CA"], identity), found.host.replace("tcp:", "https:")
    with contextlib.closing(Forwarding(url, tls=trusting)) as passed_on:
        faults = Faults(passed_on, DOCKER)
        with serving(faults, tls=tls.mutual(folder)) as url:
            faults.rules.add(Rule(first=3, every=3, throttle=True))
            yield Engine(url, folder), faults
            assert faults.rules.all()[0].struck > 100, "hardly anything was throttled"


@pytest.fixture
def cloud(engine: tuple[Engine, Faults]) -> Iterator[Cloud]:
    found, faults = engine
    faults.log.clear()
    cloud = conformance_cloud(found.credential(), throttled=True, calls_seen=lambda: faults.log.arrived)
    yield cloud
    cloud.disconnect()
    assert [call.api for call in faults.log.calls()] == [record.api for record in cloud.records]


globals().update(cases_for(DockerDriver().capability()))
