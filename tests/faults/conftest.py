"""Crash points are counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import DEATHS

Died = Callable[[list[str]], None]


@pytest.fixture
def died(request: pytest.FixtureRequest) -> Died:
    """Keeps where Spider died in a test, for the summary."""

    def keep(points: list[str]) -> None:
        request.node.user_properties.append((DEATHS, (Path(request.node.path).stem.removeprefix("test_"), len(points))))
        print(*points, sep="\n")

    return keep
