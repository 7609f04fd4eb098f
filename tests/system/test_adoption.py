"""Adopting, forgetting and destroying, on the clouds that run anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import twin as started

from .adoption import walk
from .clouds import EMULATED, emulated, mock
from .forked import spider


@pytest.mark.parametrize("provider", EMULATED)
def test_on_the_twin(tmp_path: Path, provider: str) -> None:
    with started(provider.lower()) as found, spider(tmp_path) as client:
        before = found.contents(provider.lower())
        walk(client, emulated(found, provider))
        left = found.contents(provider.lower()) - before
    # A resource group is made with the first resource, and stays.
    assert {one for one in left if "/providers/" in one or provider != "AZURE"} == set()


def test_on_the_mock(tmp_path: Path, store_settings: dict[str, str]) -> None:
    with spider(tmp_path, **store_settings) as client, mock() as cloud:
        walk(client, cloud)
