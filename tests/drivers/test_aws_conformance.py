"""The conformance suite on the AWS driver, against Cloud-Twin's EC2 with its least pages.

As it is, and with reads that lag while every third call is throttled.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.aws import AwsDriver
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.contract import ConnectionInfo, VirtualClock

from cloud_twin.serve import serving
from cloud_twin.twin import Twin
from tests.drivers.aws_support import CREDENTIAL
from tests.drivers.variants import THROTTLING, VARIANTS, stride
from tests.ledger import Ledger, seen_by

PAGE = 5  # EC2's least
LONG_PAGE = 100  # of the 1,395 instance types and 1,301 images, which are 14 of these
TRANSITION_SECONDS = 5.0


@pytest.fixture(scope="module")
def ec2() -> Iterator[tuple[Twin, str]]:
    """In this process, and its URL."""
    twin = Twin("aws")
    twin.clouds["aws"].settings.transition_seconds = TRANSITION_SECONDS
    with serving(twin) as url:
        yield twin, url


@pytest.fixture(params=VARIANTS)
def cloud(request: pytest.FixtureRequest, ec2: tuple[Twin, str], ledger: Ledger) -> Iterator[Cloud]:
    rules = VARIANTS[request.param]
    twin, url = ec2
    twin.reset()
    for rule in rules:
        twin.rules.add(rule)
    page = LONG_PAGE if any(name in request.node.nodeid for name in ("TestSpec", "TestImage")) else PAGE
    clock = VirtualClock()

    def sleep(seconds: float) -> None:
        clock.advance(seconds)
        twin.clock.advance(seconds)

    cloud = Cloud(
        AwsDriver(page_size=page),
        ConnectionInfo("aws", "AWS", CREDENTIAL, {"Region": "us-east-1", "Endpoint": url}),
        image="ami-785db401",
        spec="t3.micro",
        clock=clock,
        sleep=sleep,
        page_size=page,
        contents=lambda: set(twin.clouds["aws"].contents()),
        calls_seen=lambda: twin.log.arrived,
        throttled=THROTTLING in rules,
        stride=stride(rules),
    )
    with ledger.keeping(cloud, seen_by(twin.log)):
        yield cloud
        cloud.disconnect()


globals().update(cases_for(AwsDriver().capability()))
