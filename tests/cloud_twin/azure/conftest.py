from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .bench import Bench
from .bench import bench as opened


@pytest.fixture(scope="module")
def _shared() -> Iterator[Bench]:
    with opened() as found:
        yield found


@pytest.fixture
def bench(_shared: Bench) -> Bench:
    """Empty, with the settings that a new twin has."""
    _shared.twin.reset()
    _shared.azure.settings.change(_shared.azure.settings.checked(DEFAULTS))
    _shared.azure.settings.quotas.clear()
    return _shared


DEFAULTS: dict[str, Any] = {"transition_seconds": 0.5, "page_size": None, "permissions": None, "exhausted": []}
