"""SIGKILL before and after every call to AWS: no orphan, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin.faults import EC2
from tests.servers import twin
from tests.system.clouds import Cloud, aws_at

from .crash_points import SCENARIOS, Place, crash
from .warm import warm


def numbered(url: str, number: int) -> Cloud:
    return replace(aws_at(url), label=f"-{number}", prefix=f"{number}-")


@pytest.fixture(scope="module")
def aws() -> Iterator[Place]:
    with warm("AWS") as start, twin("aws") as found:
        yield Place(start, found.plain, EC2, numbered, lambda: found.contents("aws"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_whatever_call_spider_dies_at(aws: Place, tmp_path: Path, name: str) -> None:
    points = crash(tmp_path, aws, SCENARIOS[name])
    print(name, *points, sep="\n  ")
