"""The conformance suite on the GCP driver, against Cloud-Twin's Compute Engine behind Google's discovery document.

With one element on a page, and with reads that lag while every third call is throttled. `GCP_VARIANTS` names others, for
looking into a failure: each of the two alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.contract import ConnectionInfo, VirtualClock
from spider_drivers.gcp import GcpDriver

from cloud_twin.faults import Rule
from tests.drivers.gcp_support import IMAGE, KEYS, SPEC, Emulated, emulated

PAGE = 50  # where pages are not what is tested
TRANSITION_SECONDS = 0.9  # each change is waited for once
LAG = Rule(lag=10.0)
THROTTLING = Rule(first=3, every=3, throttle=True, retry_after=1.0)
VARIANTS: dict[str, list[Rule]] = {
    "page_size_1": [],
    "lag_10_s_and_every_third_call_throttled": [LAG, THROTTLING],
    "lag_10_s": [LAG],
    "every_third_call_throttled": [THROTTLING],
}
CHOSEN = os.environ.get("GCP_VARIANTS", "page_size_1 lag_10_s_and_every_third_call_throttled").split()


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


@pytest.fixture(params=CHOSEN)
def cloud(request: pytest.FixtureRequest, gce: Emulated, image: str) -> Iterator[Cloud]:
    rules = VARIANTS[request.param]
    gce.twin.reset()
    for rule in rules:
        gce.twin.rules.add(rule)
    page = 1 if request.param == "page_size_1" or "Paging" in request.node.nodeid else PAGE
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
    )
    yield cloud
    cloud.disconnect()


globals().update(cases_for(GcpDriver().capability()))
