"""The conformance suite on the OpenStack driver, against Cloud-Twin's OpenStack or a real one (SPIDER_TARGET=real).

As it is and with one element on a page, and with reads that lag while every third call is throttled. A real one is
slow: there, only lists that are to be complete over all pages have one element on each, and cases share a network. So
they do on the twin when it is recorded, to be compared with a real one.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pytest
from spider_drivers.conformance import Bench, Cloud, cases_for
from spider_drivers.contract import VirtualClock
from spider_drivers.openstack import OpenStackDriver

from tests.drivers.openstack_place import Place, conformance_cloud, place
from tests.drivers.variants import LAG, THROTTLING, VARIANTS, stride
from tests.ledger import Ledger, seen_by

PAGE = 50  # where pages are not what is tested
TRANSITION_SECONDS = 0.9  # each change is waited for once
REAL = os.environ.get("SPIDER_TARGET") == "real"
AS_REAL = REAL or "SPIDER_RECORD" in os.environ  # recorded, to be compared with a real one
REAL_STRIDE = 20
# A real cloud's time cannot be passed, and one turn there takes minutes.
CHOSEN = {name: rules for name, rules in VARIANTS.items() if not REAL or (LAG not in rules and len(VARIANTS) > 2)}
CHOSEN = CHOSEN or {"as_it_is": []}


@pytest.fixture(scope="module")
def openstack() -> Iterator[Place]:
    with place(TRANSITION_SECONDS) as found:
        yield found


@pytest.fixture(scope="module")
def lasting(openstack: Place, books: Ledger) -> Iterator[dict[str, Any]]:
    """A real cloud takes seconds to make and to remove a network or a VM: its cases share one."""
    if not AS_REAL:
        yield {}
        return
    cloud = conformance_cloud(openstack, VirtualClock(), page=PAGE, throttled=False)
    with contextlib.ExitStack() as made:
        with books.keeping(cloud, seen_by(openstack.log)):
            bench = made.enter_context(Bench(cloud))
            kept = {kind: bench.to_last(kind) for kind in ("vpc", "security_group", "key_pair", "vm")}
        yield kept
        with books.keeping(cloud, seen_by(openstack.log)):
            made.close()
            cloud.disconnect()


@pytest.fixture(params=CHOSEN)
def cloud(request: pytest.FixtureRequest, openstack: Place, lasting: dict[str, Any], ledger: Ledger) -> Iterator[Cloud]:
    rules = CHOSEN[request.param]
    openstack.reset(keep=AS_REAL)
    for rule in rules:
        openstack.rules.add(rule)
    page = 1 if "Paging" in request.node.nodeid or not (rules or AS_REAL) else PAGE
    cloud = conformance_cloud(openstack, VirtualClock(), page=page, throttled=THROTTLING in rules)
    cloud.lasting = lasting
    cloud.stride = REAL_STRIDE if AS_REAL else stride(rules)
    with ledger.keeping(cloud, seen_by(openstack.log)):
        yield cloud
        cloud.disconnect()


globals().update(cases_for(OpenStackDriver().capability()))
