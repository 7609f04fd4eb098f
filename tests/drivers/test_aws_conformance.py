"""The conformance suite on the AWS driver, against Cloud-Twin's EC2 with its least pages.

As it is, and with reads that lag while every third call is throttled.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.aws import AwsDriver
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.contract import ConnectionInfo, VirtualClock

from cloud_twin.faults import EC2
from tests.drivers.aws_support import CREDENTIAL, connect, contents
from tests.drivers.variants import THROTTLING, VARIANTS
from tests.servers import Proxy, aws_twin, proxy, tell

PAGE = 5  # EC2's least
LONG_PAGE = 100  # of the 1,395 instance types and 1,301 images, which are 14 of these
TRANSITION_SECONDS = 5.0


@pytest.fixture(scope="module")
def twin() -> Iterator[str]:
    with aws_twin(TRANSITION_SECONDS) as url:
        yield url


@pytest.fixture(scope="module")
def proxied(twin: str) -> Iterator[Proxy]:
    with proxy(twin, EC2) as found:
        yield found


@pytest.fixture(params=VARIANTS)
def cloud(request: pytest.FixtureRequest, twin: str, proxied: Proxy) -> Iterator[Cloud]:
    rules = VARIANTS[request.param]
    tell(twin, "POST", "/reset")
    proxied.faults.reset()
    for rule in rules:
        proxied.faults.rules.add(rule)
    page = LONG_PAGE if any(name in request.node.nodeid for name in ("TestSpec", "TestImage")) else PAGE
    clock, looking = VirtualClock(), connect(twin)

    def sleep(seconds: float) -> None:
        clock.advance(seconds)
        proxied.faults.clock.advance(seconds)
        tell(twin, "POST", "/clock", {"advance": seconds})

    cloud = Cloud(
        AwsDriver(page_size=page),
        ConnectionInfo("aws", "AWS", CREDENTIAL, {"Region": "us-east-1", "Endpoint": proxied.url}),
        image="ami-785db401",
        spec="t3.micro",
        clock=clock,
        sleep=sleep,
        page_size=page,
        contents=lambda: set(contents(looking)),
        calls_seen=lambda: proxied.faults.log.arrived,
        throttled=THROTTLING in rules,
    )
    yield cloud
    cloud.disconnect()
    looking.connection.close()


globals().update(cases_for(AwsDriver().capability()))
