"""SIGKILL before and after every call to GCP: no orphan, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin.faults import GCP
from tests.servers import twin
from tests.system.clouds import Cloud, gcp_at

from .crash_points import SCENARIOS, Place, crash
from .warm import warm


@pytest.fixture(scope="module")
def gcp() -> Iterator[Place]:
    with warm("GCP") as start, twin("gcp") as found:
        account = found.account("gcp")

        def numbered(url: str, number: int) -> Cloud:
            return replace(gcp_at(url, account), label=f"-{number}", prefix=f"n{number}-")

        yield Place(start, found.plain, GCP, numbered, lambda: found.contents("gcp"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_whatever_call_spider_dies_at(gcp: Place, tmp_path: Path, name: str) -> None:
    points = crash(tmp_path, gcp, SCENARIOS[name])
    print(name, *points, sep="\n  ")
