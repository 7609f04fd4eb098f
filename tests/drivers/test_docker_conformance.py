"""The conformance suite on the Docker driver, against Cloud-Twin's Docker Engine: what tests/real/docker has it pass on
a real one.

As it is, and while every third call is throttled. Reads that lag are none of an Engine's: it is one process, and the
driver takes it at its word.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.contract import ConnectionInfo, VirtualClock
from spider_drivers.docker import DockerDriver

from cloud_twin.serve import serving
from cloud_twin.twin import Twin
from tests.drivers.variants import THROTTLING, stride
from tests.ledger import Ledger, seen_by

VARIANTS = {"as_it_is": [], "every_third_call_throttled": [THROTTLING]}
IMAGE, SPEC = "nginx:latest", "1vcpu-512mib"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Twin, str]]:
    twin = Twin("docker")
    twin.clouds["docker"].settings.transition_seconds = 0.0
    with serving(twin) as url:
        yield twin, url


@pytest.fixture(params=VARIANTS)
def cloud(request: pytest.FixtureRequest, served: tuple[Twin, str], ledger: Ledger) -> Iterator[Cloud]:
    twin, url = served
    rules = VARIANTS[request.param]
    twin.reset()
    for rule in rules:
        twin.rules.add(rule)
    clock = VirtualClock()

    def sleep(seconds: float) -> None:
        clock.advance(seconds)
        twin.clock.advance(seconds)

    cloud = Cloud(
        DockerDriver(),
        ConnectionInfo("docker", "DOCKER", {"Host": url}, {"Region": "default"}),
        image=IMAGE,
        spec=SPEC,
        clock=clock,
        sleep=sleep,
        contents=lambda: set(twin.clouds["docker"].contents()),
        calls_seen=lambda: twin.log.arrived,
        throttled=THROTTLING in rules,
        stride=stride(rules),
    )
    with ledger.keeping(cloud, seen_by(twin.log)):
        yield cloud
        cloud.disconnect()


globals().update(cases_for(DockerDriver().capability()))
