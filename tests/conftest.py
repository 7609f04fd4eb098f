"""The order of a whole run. Tests of whole programs mostly wait, others compute: some of each run at any time, and what
waits begins first, so that nothing long is left at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

import pytest

WAITING = ("faults", "system")
COMPUTING = ("drivers",)  # before all others
# So many groups of tests that compute follow on one that waits, while there are any. A group goes to one worker whole.
FOR_EACH = 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(item.nodeid.rpartition("::")[0], []).append(item)
    waiting = [group for group in groups.values() if _is_in(group, WAITING)]
    computing = sorted(
        (group for group in groups.values() if not _is_in(group, WAITING)),
        key=lambda group: not _is_in(group, COMPUTING),
    )
    items[:] = chain.from_iterable(_mixed(waiting, computing))


def _mixed(waiting: list[list[pytest.Item]], computing: list[list[pytest.Item]]) -> Iterator[list[pytest.Item]]:
    rest = iter(computing)
    for group in waiting:
        yield group
        yield from islice(rest, FOR_EACH)
    yield from rest


def _is_in(group: Iterable[pytest.Item], folders: tuple[str, ...]) -> bool:
    return any(name in item.path.parts for item in group for name in folders)
