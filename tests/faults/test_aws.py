"""SIGKILL before and after every call to AWS: no orphan, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin.faults import EC2
from tests.drivers.aws_support import connect, contents
from tests.servers import aws_twin
from tests.system.clouds import Cloud, aws_at

from .crash_points import SCENARIOS, Place, crash


def numbered(url: str, number: int) -> Cloud:
    return replace(aws_at(url), label=f"-{number}", prefix=f"{number}-")


@pytest.fixture
def aws() -> Iterator[Place]:
    with aws_twin() as url:
        looking = connect(url, Region="us-east-2")
        yield Place(url, EC2, numbered, lambda: set(contents(looking)))
        looking.connection.close()


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_whatever_call_spider_dies_at(aws: Place, tmp_path: Path, name: str) -> None:
    points = crash(tmp_path, aws, SCENARIOS[name])
    print(name, *points, sep="\n  ")
