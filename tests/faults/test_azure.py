"""SIGKILL before and after every call to Azure: no orphan, nothing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cloud_twin import tls
from cloud_twin.faults import AZURE
from tests.servers import twin
from tests.system.clouds import Cloud, azure_at

from .conftest import Died
from .crash_points import LAG_SECONDS, crash
from .place import Place
from .warm import warm

# It is made with the first resource and stays.
RESOURCE_GROUP = re.compile(r"/subscriptions/[^/]+/resourcegroups/[^/]+", re.IGNORECASE)

REFUSAL = (400, "QuotaExceeded", "Operation could not be completed as it results in exceeding approved quota.")


@pytest.fixture(scope="module")
def azure() -> Iterator[Place]:
    authority = tls.Authority()
    with warm("AZURE", lag_seconds=LAG_SECONDS) as start, twin("azure") as found:
        account = found.account("azure")

        def numbered(url: str, number: int) -> Cloud:
            cloud = azure_at(url, account, authority.certificate)
            # One of its own each: whoever comes first has a call more, which makes it.
            region = {**cloud.region, "ResourceGroup": f"crash-{number}"}
            return replace(cloud, region=region, label=f"-{number}", prefix=f"{number}-")

        def contents() -> set[str]:
            return {one for one in found.contents("azure") if not RESOURCE_GROUP.fullmatch(one)}

        trusted, served = tls.client_context(found.ca), tls.server_context(authority.server())
        yield Place(start, found.secure, AZURE, numbered, contents, REFUSAL, trusted, served)


@pytest.mark.timeout(3600)
def test_nothing_is_lost_whatever_call_spider_dies_at(azure: Place, tmp_path: Path, died: Died) -> None:
    died(crash(tmp_path, azure))
