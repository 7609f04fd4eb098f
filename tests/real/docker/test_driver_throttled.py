"""The same suite while every third call is refused as too fast, by a proxy that also counts the calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.docker import DockerDriver

from cloud_twin import tls
from cloud_twin.faults import DOCKER, Rule
from tests.ledger import Ledger, seen_by
from tests.servers import Proxy, proxy

from .driver import conformance_cloud
from .engine import told


@pytest.fixture(scope="module")
def before_the_engine() -> Iterator[Proxy]:
    """It speaks plain HTTP to the driver: a handshake for each call would take longer than the suite."""
    engine, _ = told()
    credential, url = engine.credential(), engine.host.replace("tcp:", "https:")
    identity = tls.Identity(credential["ClientCertificate"], credential["ClientKey"])
    with proxy(url, DOCKER, upstream_tls=tls.client_context(credential["CA"], identity)) as running:
        running.faults.rules.add(Rule(first=3, every=3, throttle=True))
        yield running
        assert running.faults.rules.all()[0].struck > 100, "hardly anything was throttled"


@pytest.fixture
def cloud(before_the_engine: Proxy, ledger: Ledger) -> Iterator[Cloud]:
    log = before_the_engine.faults.log
    log.clear()
    cloud = conformance_cloud({"Host": before_the_engine.url}, throttled=True, calls_seen=lambda: log.arrived)
    with ledger.keeping(cloud, seen_by(log)):
        yield cloud
        cloud.disconnect()
    assert log.apis() == [record.api for record in cloud.records]


globals().update(cases_for(DockerDriver().capability()))
