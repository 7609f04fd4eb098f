from __future__ import annotations

from collections.abc import Iterator

import pytest

from .cloud import Bench, bench


@pytest.fixture
def twin() -> Iterator[Bench]:
    with bench() as found:
        yield found
