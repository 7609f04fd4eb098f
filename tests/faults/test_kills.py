"""Servers are killed one after the other while users change clouds: what users were told is done stays done."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.servers import ministack

from .crash_points import EVERY_CALL
from .kills import run, settings_of

# `make faults` does it all.
STORES: Final = ("sqlite", "dynamodb") if EVERY_CALL else ("sqlite",)
KILLS: Final = 300 if EVERY_CALL else 20
SEED: Final = 8


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("store", STORES)
def test_nothing_that_users_were_told_is_lost_when_servers_are_killed_under_load(store: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        endpoint = stack.enter_context(ministack()) if store == "dynamodb" else ""
        outcome = run(tmp_path, KILLS, SEED, **settings_of(endpoint))
    print(f"{store}: {outcome}")
    assert not outcome.differences, "\n".join(outcome.differences)
