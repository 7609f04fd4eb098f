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

from .crash_points import SCENARIOS, Place, crash
from .warm import warm


@pytest.fixture(scope="module")
def docker() -> Iterator[Place]:
    def numbered(url: str, number: int) -> Cloud:
        return replace(docker_at({"Host": url}, DOCKER_IMAGE, f"10.{number}.0.0/16", f"n{number}-"), label=f"-{number}")

    with warm("DOCKER") as start, twin("docker", transition_seconds=0.0) as found:
        yield Place(start, found.plain, DOCKER, numbered, lambda: found.contents("docker"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_whatever_call_spider_dies_at(docker: Place, tmp_path: Path, name: str) -> None:
    points = crash(tmp_path, docker, SCENARIOS[name])
    print(name, *points, sep="\n  ")
