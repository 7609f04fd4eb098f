"""P10: polite to clouds. Fifty workers of two servers have more to call than a cloud lets pass, and all succeed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from .crowd import RETRY_AFTER, at_several_servers, throng

SERVERS, WORKERS, GROUPS = 2, 25, 50  # each server has so many workers
CALLS_PER_SECOND: Final = 15.0
REFUSED_PER_GRANTED: Final = 1.0  # without a limit it is 2 and more


@pytest.mark.parametrize("provider", RETRY_AFTER)
def test_fifty_workers_get_all_done_and_are_served_more_often_than_refused(provider: str, tmp_path: Path) -> None:
    settings = {"workers": str(WORKERS), "retry_limit_seconds": "5"}
    with at_several_servers(provider, tmp_path, SERVERS, **settings) as (place, clients):
        crowd = throng(place, clients, GROUPS, CALLS_PER_SECOND, RETRY_AFTER[provider])
    print(f"{provider}: {crowd}")
    assert crowd.states == {"SUCCEEDED": 2 * GROUPS}
    assert crowd.left == set()
    assert crowd.recorded == crowd.refused
    assert crowd.early == 0
    assert 0 < crowd.refused < REFUSED_PER_GRANTED * crowd.granted
