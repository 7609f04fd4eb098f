"""SIGKILL before and after every call to AWS: no orphan, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin.faults import EC2
from tests.servers import twin
from tests.system.clouds import Cloud, aws_at

from .conftest import Died
from .crash_points import LAG_SECONDS, crash
from .place import Place
from .warm import warm

REFUSAL = (400, "ResourceLimitExceeded", "You have reached the limit.")


def numbered(url: str, number: int) -> Cloud:
    return replace(aws_at(url), label=f"-{number}", prefix=f"{number}-")


@pytest.fixture(scope="module")
def aws() -> Iterator[Place]:
    with warm("AWS", lag_seconds=LAG_SECONDS) as start, twin("aws") as found:
        yield Place(start, found.plain, EC2, numbered, lambda: found.contents("aws"), REFUSAL)


@pytest.mark.timeout(3600)
def test_nothing_is_lost_whatever_call_spider_dies_at(aws: Place, tmp_path: Path, died: Died) -> None:
    died(crash(tmp_path, aws))
