"""A share of the histories that `make faults` runs, and that the simulation sees what it is there for."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .history import run
from .sabotage import RARE, SABOTAGES, seeds_until_found

ROOT = Path(__file__).resolve().parents[2]
HISTORIES = 1000  # a minute of them
BATCH = 100


@pytest.fixture(autouse=True)
def _unlogged() -> Iterator[None]:
    """What the engine logs of its troubles is long, and the history tells more."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("first", range(0, HISTORIES, BATCH))
def test_nothing_is_lost(first: int) -> None:
    """Else: `python -m tests.simulation SEED` tells what has happened."""
    found = {seed: differences for seed in range(first, first + BATCH) if (differences := run(seed).differences)}
    assert not found


def test_histories_are_eventful() -> None:
    """Else nothing can be lost in them."""
    histories = [run(seed) for seed in range(30)]
    assert sum(one.operations for one in histories) > 2 * len(histories)
    assert sum(one.deaths for one in histories) > len(histories)
    assert sum(one.troubles for one in histories) > len(histories)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_seed_tells_the_same_history_in_every_process(hash_seed: str) -> None:
    seed = 7
    command = [sys.executable, "-m", "tests.simulation", str(seed)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.splitlines() == run(seed).told


@pytest.mark.parametrize("name", sorted(SABOTAGES.keys() - RARE))
def test_an_engine_that_is_broken_on_purpose_is_seen_through(name: str) -> None:
    assert seeds_until_found(SABOTAGES[name], range(200))
