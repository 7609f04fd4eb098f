"""The classic full test, on every cloud, and over both stores on two of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .clouds import CLOUDS
from .demo import run
from .life_cycle import LifeCycle
from .spider import behind, chalice_local, spider


@pytest.mark.parametrize("provider", CLOUDS)
def test_every_step_passes(provider: str, tmp_path: Path) -> None:
    with CLOUDS[provider]() as cloud, spider(tmp_path) as client:
        ran = run(client, cloud)
    assert ran.why == ""
    assert list(ran.seconds) == [name for name, _ in LifeCycle(client, cloud).steps()]
    assert len(ran.seconds) > 20


@pytest.mark.parametrize("provider", ["AWS", "MOCK"])
def test_every_step_passes_on_dynamodb(provider: str, tmp_path: Path, ministack_url: str) -> None:
    store = {"store": "dynamodb", "dynamodb_endpoint": ministack_url, "aws_region": "us-east-1"}
    with CLOUDS[provider]() as cloud, spider(tmp_path, **store, table_prefix=f"cycle-{provider.lower()}") as client:
        assert run(client, cloud).why == ""


def test_every_step_passes_under_chalice_local(tmp_path: Path) -> None:
    with CLOUDS["MOCK"]() as cloud, behind(chalice_local, tmp_path, {}) as client:
        assert run(client, cloud).why == ""
