"""The conformance suite on the Alibaba driver, against Cloud-Twin's ECS and VPC behind Alibaba's own descriptions of
what goes in and models of what comes out.

As it is and with one element on a page, and with reads that lag while every third call is throttled.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.alibaba import AlibabaDriver
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.contract import ConnectionInfo, VirtualClock

from tests.drivers.alibaba_support import IMAGE, KEYS, SPEC, Emulated, emulated
from tests.drivers.variants import THROTTLING, VARIANTS, stride
from tests.ledger import Ledger, seen_by

PAGE = 50  # where pages are not what is tested
TRANSITION_SECONDS = 0.9  # each change is waited for once


@pytest.fixture(scope="module")
def alibaba() -> Iterator[Emulated]:
    with emulated(TRANSITION_SECONDS, judged=True) as found:
        yield found


@pytest.fixture(params=VARIANTS)
def cloud(request: pytest.FixtureRequest, alibaba: Emulated, ledger: Ledger) -> Iterator[Cloud]:
    rules = VARIANTS[request.param]
    alibaba.twin.reset()
    for rule in rules:
        alibaba.twin.rules.add(rule)
    page = 1 if not rules or "Paging" in request.node.nodeid else PAGE
    # ECS itself gives no page of less than 10 where a token leads to the next.
    alibaba.cloud.settings.page_size = page
    clock = VirtualClock()

    def sleep(seconds: float) -> None:
        clock.advance(seconds)
        alibaba.twin.clock.advance(seconds)

    cloud = Cloud(
        AlibabaDriver(page_size=page),
        ConnectionInfo("alibaba", "ALIBABA", alibaba.credential, {**KEYS, "Endpoint": alibaba.url}),
        image=IMAGE,
        spec=SPEC,
        clock=clock,
        sleep=sleep,
        page_size=page,
        contents=alibaba.contents,
        calls_seen=lambda: alibaba.twin.log.arrived,
        throttled=THROTTLING in rules,
        stride=stride(rules),
    )
    with ledger.keeping(cloud, seen_by(alibaba.twin.log)):
        yield cloud
        cloud.disconnect()


globals().update(cases_for(AlibabaDriver().capability()))
