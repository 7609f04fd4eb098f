"""The classic full test, on every cloud and over both stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from .clouds import CLOUDS
from .demo import run
from .life_cycle import LifeCycle
from .spider import behind, chalice_local, spider


@pytest.mark.parametrize("provider", CLOUDS)
def test_every_step_passes(provider: str, tmp_path: Path, store_settings: dict[str, str]) -> None:
    with CLOUDS[provider]() as cloud, spider(tmp_path, **store_settings) as client:
        outcome, why = run(client, cloud)
    assert why == ""
    assert set(outcome.values()) == {"ok"}
    assert len(outcome) == len(list(LifeCycle(client, cloud).steps())) > 20


def test_every_step_passes_under_chalice_local(tmp_path: Path) -> None:
    with CLOUDS["MOCK"]() as cloud, behind(chalice_local, tmp_path, {}) as client:
        outcome, why = run(client, cloud)
    assert why == ""
    assert set(outcome.values()) == {"ok"}
