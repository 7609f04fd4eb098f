"""SIGKILL before and after every call to GCP: no orphan, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin.faults import GCP
from tests.servers import twin
from tests.system.clouds import Cloud, gcp_at

from .conftest import Died
from .crash_points import LAG_SECONDS, crash
from .place import Place
from .warm import warm

REFUSAL = (403, "quotaExceeded", "Quota exceeded.")


@pytest.fixture(scope="module")
def gcp() -> Iterator[Place]:
    with warm("GCP", lag_seconds=LAG_SECONDS) as start, twin("gcp") as found:
        account = found.account("gcp")

        def numbered(url: str, number: int) -> Cloud:
            return replace(gcp_at(url, account), label=f"-{number}", prefix=f"n{number}-")

        yield Place(start, found.plain, GCP, numbered, lambda: found.contents("gcp"), REFUSAL)


@pytest.mark.timeout(3600)
def test_nothing_is_lost_whatever_call_spider_dies_at(gcp: Place, tmp_path: Path, died: Died) -> None:
    died(crash(tmp_path, gcp))
