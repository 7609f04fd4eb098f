"""SIGKILL before and after every call to an emulated Docker Engine: no orphan, nothing twice.

tests/real/docker does the same to a real one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin.faults import DOCKER
from tests.servers import twin
from tests.system.clouds import DOCKER_IMAGE, Cloud, docker_at

from .conftest import Died
from .crash_points import LAG_SECONDS, crash
from .place import Place
from .warm import warm

REFUSAL = (500, "", "no space left on device")


@pytest.fixture(scope="module")
def docker() -> Iterator[Place]:
    def numbered(url: str, number: int) -> Cloud:
        return replace(docker_at({"Host": url}, DOCKER_IMAGE, f"10.{number}.0.0/16", f"n{number}-"), label=f"-{number}")

    with warm("DOCKER", lag_seconds=LAG_SECONDS) as start, twin("docker", transition_seconds=0.0) as found:
        yield Place(start, found.plain, DOCKER, numbered, lambda: found.contents("docker"), REFUSAL)


@pytest.mark.timeout(3600)
def test_nothing_is_lost_whatever_call_spider_dies_at(docker: Place, tmp_path: Path, died: Died) -> None:
    died(crash(tmp_path, docker))
