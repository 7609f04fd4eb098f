"""The conformance suite on the mock cloud: as it is, with the least pages, and with reads that lag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.contract import ConnectionInfo
from spider_drivers.mock import MockDriver
from spider_drivers.mock.cloud import cloud as cloud_named
from spider_drivers.mock.cloud import fresh_name

from tests.ledger import Ledger

VARIANTS = {
    "plain": {},
    "page_size_1": {"PageSize": "1"},
    "page_size_3": {"PageSize": "3"},
    "lag_10_s": {"LagSeconds": "10"},
    "page_size_1_lag_10_s": {"PageSize": "1", "LagSeconds": "10"},
    "slow_states": {"TransitionSeconds": "5", "LagSeconds": "2"},
}


@pytest.fixture(params=VARIANTS)
def cloud(request: pytest.FixtureRequest, ledger: Ledger) -> Iterator[Cloud]:
    name, keys = fresh_name(), VARIANTS[request.param]
    mock = cloud_named(name)
    found = Cloud(
        MockDriver(),
        ConnectionInfo("mock-connection", "MOCK", {"MockName": name}, {"Region": "default", **keys}),
        image="mock-vmimage-01",
        spec="mock-vmspec-01",
        page_size=int(keys["PageSize"]) if "PageSize" in keys else None,
        contents=lambda: set(mock.contents(found.clock.now())),
        calls_seen=lambda: mock.calls_seen,
        images=frozenset(f"mock-vmimage-{n:02}" for n in range(1, 6)),
        specs=frozenset(f"mock-vmspec-{n:02}" for n in range(1, 6)),
    )
    with ledger.keeping(found, lambda: Counter(mock.seen)):
        yield found


globals().update(cases_for(MockDriver().capability()))
