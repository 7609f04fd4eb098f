"""SIGKILL before and after every call to Cloudit: no orphan, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin.cloudit.tenants import beginnings
from cloud_twin.faults import CLOUDIT
from tests.servers import twin
from tests.system.clouds import Cloud, cloudit_at

from .conftest import Died
from .crash_points import LAG_SECONDS, crash
from .place import Place
from .warm import warm

REFUSAL = (400, "400", "the quota is exceeded")


@pytest.fixture(scope="module")
def cloudit() -> Iterator[Place]:
    """A tenant for each connection, for a tenant has one VPC; without what each has by itself."""
    with warm("CLOUDIT", lag_seconds=LAG_SECONDS) as start, twin("cloudit") as found:
        account = found.account("cloudit")

        def numbered(url: str, number: int) -> Cloud:
            cloud = cloudit_at(url, {**account, "TenantId": f"tnt{number:04}"})
            return replace(cloud, label=f"-{number}", prefix=f"n{number}-")

        def contents() -> set[str]:
            held = found.contents("cloudit")
            return held - {key for tenant in {one.partition("/")[0] for one in held} for key in beginnings(tenant)}

        yield Place(start, found.plain, CLOUDIT, numbered, contents, REFUSAL)


@pytest.mark.timeout(3600)
def test_nothing_is_lost_whatever_call_spider_dies_at(cloudit: Place, tmp_path: Path, died: Died) -> None:
    died(crash(tmp_path, cloudit))
