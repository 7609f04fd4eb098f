from __future__ import annotations

from collections.abc import Iterator

import pytest

from .bench import SECONDS, Bench, bench


@pytest.fixture(scope="module")
def served() -> Iterator[Bench]:
    with bench() as found:
        yield found


@pytest.fixture
def cloudit(served: Bench) -> Bench:
    """A new tenant."""
    served.twin.reset()
    served.cloud.settings.change({"transition_seconds": SECONDS, "exhausted": []})
    served.cloud.settings.quotas = {}
    return served
