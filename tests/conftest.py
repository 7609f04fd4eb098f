"""The order of a whole run, and the ledgers of its calls. Tests of whole programs mostly wait, others compute: some of
each run at any time, and what waits begins first, so that nothing long is left at the end."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ledger import Ledger

TOTALS = "calls"  # a property of the last test of a ledger
DEATHS = "deaths"  # of a test that kills Spider: the cloud, and how often
WAITING = ("faults", "system", "deployment", "real")
COMPUTING = ("drivers",)  # before all others
# So many groups of tests that compute follow on one that waits, while there are any. A group goes to one worker whole.
FOR_EACH = 2


def pytest_sessionstart() -> None:
    from tests import servers, warm_twins

    servers.run_twin = warm_twins.serving


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded and collected stays until the end: garbage is not looked for while it comes, nor in it later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


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


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """Of what this process runs of a module."""
    from tests.ledger import Ledger  # which loads half the service

    books = Ledger(tmp_path_factory.mktemp("ledger"))
    yield books
    books.close()
    if books.item:
        books.item.user_properties.append((TOTALS, books.totals()))
    assert books.kept, "no call was made"
    assert books.logged == books.kept, "the cloud's calls and their records differ"


@pytest.fixture
def ledger(books: Ledger, request: pytest.FixtureRequest) -> Ledger:
    books.item = request.node
    return books


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    _tell_calls(terminalreporter)
    _tell_deaths(terminalreporter)


def _tell_deaths(terminalreporter: pytest.TerminalReporter) -> None:
    """At how many points Spider has died before each cloud."""
    died = Counter[str]()
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if getattr(report, "when", "") == "call" and DEATHS in dict(report.user_properties):
            cloud, points = dict(report.user_properties)[DEATHS]
            died[cloud] += points
    if died:
        terminalreporter.section("crash points")
        each = ", ".join(f"{cloud} {points}" for cloud, points in sorted(died.items()))
        terminalreporter.write_line(f"{died.total()} crash points, 0 differences: {each}")


def _tell_calls(terminalreporter: pytest.TerminalReporter) -> None:
    """How many calls each cloud has logged, and how many the history has kept of them."""
    sums: dict[str, tuple[int, int]] = {}
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if getattr(report, "when", "") == "teardown" and TOTALS in dict(report.user_properties):
            cloud, logged, kept = dict(report.user_properties)[TOTALS]
            before = sums.get(cloud, (0, 0))
            sums[cloud] = before[0] + logged, before[1] + kept
    if sums:
        terminalreporter.section("calls")
    for cloud, (logged, kept) in sorted(sums.items()):
        terminalreporter.write_line(f"{cloud}: {logged} at the cloud, {kept} in the history")
