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
def alibaba(served: Bench) -> Iterator[Bench]:
    """A new account. All that goes in and out is judged by Alibaba's descriptions and models."""
    served.twin.reset()
    served.cloud.settings.change(Settings(transition_seconds=SECONDS).shown())
    served.cloud.settings.quotas = {}
    yield served
    violations, served.judge.violations = served.judge.violations, []
    assert not violations
