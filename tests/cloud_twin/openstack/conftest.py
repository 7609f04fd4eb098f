from __future__ import annotations

from collections.abc import Iterator

import pytest

from cloud_twin.settings import Settings

from .bench import SECONDS, Bench, bench


@pytest.fixture(scope="module")
def served() -> Iterator[Bench]:
    with bench() as found:
        yield found


@pytest.fixture
def openstack(served: Bench) -> Bench:
    """An empty project."""
    served.twin.reset()
    served.cloud.settings.change(Settings(transition_seconds=SECONDS).shown())
    served.cloud.settings.quotas = {}
    return served
