"""The conformance suite on the Cloudit driver, against Cloud-Twin's Cloudit: as it is, and with reads that lag while
every third call is throttled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.cloudit import CloudItDriver
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.contract import ConnectionInfo, Protocol, VirtualClock

from cloud_twin.cloudit.account import CLUSTER
from cloud_twin.cloudit.catalogue import fixed_id
from tests.drivers.cloudit_support import CIDR, IMAGE, SPEC, Emulated, emulated
from tests.drivers.variants import THROTTLING, VARIANTS, stride
from tests.ledger import Ledger, seen_by

TRANSITION_SECONDS = 0.9  # each change is waited for once


@pytest.fixture(scope="module")
def emulation() -> Iterator[Emulated]:
    with emulated(TRANSITION_SECONDS) as found:
        yield found


@pytest.fixture(params=VARIANTS)
def cloud(request: pytest.FixtureRequest, emulation: Emulated, ledger: Ledger) -> Iterator[Cloud]:
    rules = VARIANTS[request.param]
    emulation.twin.reset()
    for rule in rules:
        emulation.twin.rules.add(rule)
    clock = VirtualClock()

    def sleep(seconds: float) -> None:
        clock.advance(seconds)
        emulation.twin.clock.advance(seconds)

    cloud = Cloud(
        CloudItDriver(),
        ConnectionInfo("cloudit", "CLOUDIT", emulation.credential, {"Region": "default"}),
        image=fixed_id("templates", CLUSTER, IMAGE),
        spec=SPEC,
        clock=clock,
        sleep=sleep,
        contents=emulation.contents,
        calls_seen=lambda: emulation.twin.log.arrived,
        network=lambda: CIDR,
        subnet_prefix=22,
        protocols=frozenset({Protocol.TCP, Protocol.UDP, Protocol.ALL}),
        throttled=THROTTLING in rules,
        stride=stride(rules),
    )
    with ledger.keeping(cloud, seen_by(emulation.twin.log)):
        yield cloud
        cloud.disconnect()


globals().update(cases_for(CloudItDriver().capability()))
