"""SIGKILL before and after every call to OpenStack: no orphan, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin.faults import OPENSTACK
from tests.servers import twin
from tests.system.clouds import Cloud, openstack_at

from .crash_points import SCENARIOS, Place, crash
from .warm import warm


@pytest.fixture(scope="module")
def openstack() -> Iterator[Place]:
    with warm("OPENSTACK") as start, twin("openstack") as found:
        account = found.account("openstack")

        def numbered(url: str, number: int) -> Cloud:
            return replace(openstack_at(f"{url}/identity/v3", account), label=f"-{number}", prefix=f"{number}-")

        yield Place(start, found.plain, OPENSTACK, numbered, lambda: found.contents("openstack"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_whatever_call_spider_dies_at(openstack: Place, tmp_path: Path, name: str) -> None:
    points = crash(tmp_path, openstack, SCENARIOS[name])
    print(name, *points, sep="\n  ")
