"""The conformance suite on the GCP driver, against Cloud-Twin's Compute Engine behind Google's discovery document.

As it is and with one element on a page, and with reads that lag while every third call is throttled.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.contract import ConnectionInfo, VirtualClock
from spider_drivers.gcp import GcpDriver

from tests.drivers.gcp_support import IMAGE, KEYS, SPEC, Emulated, emulated
from tests.drivers.variants import THROTTLING, VARIANTS, stride
from tests.ledger import Ledger, seen_by

PAGE = 50  # where pages are not what is tested
TRANSITION_SECONDS = 0.9  # each change is waited for once


@pytest.fixture(scope="module")
def gce() -> Iterator[Emulated]:
    with emulated(TRANSITION_SECONDS, judged=True) as found:
        yield found


@pytest.fixture(scope="module")
def image(gce: Emulated) -> Iterator[str]:
    """The URL of the newest of a family. The connection stays, so that others need not read its key anew."""
    gcp = gce.connect()
    found = gcp.call("images.getFromFamily", project="debian-cloud", family=IMAGE.rpartition("/")[2])
    yield str(found["selfLink"])
    gcp.connection.close()


@pytest.fixture(params=VARIANTS)
def cloud(request: pytest.FixtureRequest, gce: Emulated, image: str, ledger: Ledger) -> Iterator[Cloud]:
    rules = VARIANTS[request.param]
    gce.twin.reset()
    for rule in rules:
        gce.twin.rules.add(rule)
    page = 1 if not rules or "Paging" in request.node.nodeid else PAGE
    clock = VirtualClock()

    def sleep(seconds: float) -> None:
        clock.advance(seconds)
        gce.twin.clock.advance(seconds)

    cloud = Cloud(
        GcpDriver(page_size=page),
        ConnectionInfo("gcp", "GCP", gce.credential, {**KEYS, "Endpoint": gce.url}),
        image=image,
        spec=SPEC,
        clock=clock,
        sleep=sleep,
        page_size=page,
        contents=gce.contents,
        calls_seen=lambda: gce.twin.log.arrived,
        throttled=THROTTLING in rules,
        stride=stride(rules),
    )
    with ledger.keeping(cloud, seen_by(gce.twin.log)):
        yield cloud
        cloud.disconnect()


globals().update(cases_for(GcpDriver().capability()))
