"""SIGKILL before and after every call to OpenStack: no orphan, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin.faults import OPENSTACK
from tests.servers import twin
from tests.system.clouds import Cloud, openstack_at

from .conftest import Died
from .crash_points import LAG_SECONDS, crash
from .place import Place
from .warm import warm

REFUSAL = (409, "OverQuota", "Quota exceeded for resources.")


@pytest.fixture(scope="module")
def openstack() -> Iterator[Place]:
    with warm("OPENSTACK", lag_seconds=LAG_SECONDS) as start, twin("openstack") as found:
        account = found.account("openstack")

        def numbered(url: str, number: int) -> Cloud:
            return replace(openstack_at(f"{url}/identity/v3", account), label=f"-{number}", prefix=f"{number}-")

        yield Place(start, found.plain, OPENSTACK, numbered, lambda: found.contents("openstack"), REFUSAL)


@pytest.mark.timeout(3600)
def test_nothing_is_lost_whatever_call_spider_dies_at(openstack: Place, tmp_path: Path, died: Died) -> None:
    died(crash(tmp_path, openstack))
