"""SIGKILL before and after every call to Alibaba Cloud: no orphan, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin.faults import ALIBABA
from tests.servers import twin
from tests.system.clouds import Cloud, alibaba_at

from .crash_points import SCENARIOS, Place, crash
from .warm import warm


@pytest.fixture(scope="module")
def alibaba() -> Iterator[Place]:
    with warm("ALIBABA") as start, twin("alibaba") as found:
        account = found.account("alibaba")

        def numbered(url: str, number: int) -> Cloud:
            # Names of key pairs are the account's, and begin with a letter.
            return replace(alibaba_at(url, account), label=f"-{number}", prefix=f"n{number}-")

        yield Place(start, found.plain, ALIBABA, numbered, lambda: found.contents("alibaba"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_whatever_call_spider_dies_at(alibaba: Place, tmp_path: Path, name: str) -> None:
    points = crash(tmp_path, alibaba, SCENARIOS[name])
    print(name, *points, sep="\n  ")
