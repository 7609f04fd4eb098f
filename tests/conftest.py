"""The order of a whole run: what waits much and computes little begins first, and nothing long is left at its end."""

from __future__ import annotations

import pytest

# Folders of tests/, slowest first; all others follow as they are.
FIRST = ("faults", "system", "drivers")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(
        key=lambda item: next((place for place, name in enumerate(FIRST) if name in item.path.parts), len(FIRST))
    )
