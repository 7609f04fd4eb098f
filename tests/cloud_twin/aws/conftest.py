from __future__ import annotations

from collections.abc import Iterator

import pytest

from .bench import Bench, Network, bench


@pytest.fixture(scope="module")
def served() -> Iterator[Bench]:
    with bench() as found:
        yield found


@pytest.fixture
def aws(served: Bench) -> Bench:
    """An empty cloud."""
    served.twin.reset()
    served.twin.settings.transition_seconds = 600.0
    return served


@pytest.fixture
def network(aws: Bench) -> Network:
    return aws.network()
