"""Adopting, forgetting and destroying, on the clouds that run anywhere."""

from __future__ import annotations

from pathlib import Path

from tests.drivers.aws_support import connect, contents

from .adoption import walk
from .clouds import aws_at, mock
from .spider import spider


def test_on_aws(tmp_path: Path, twin: str) -> None:
    looking = connect(twin, Region="us-east-2")
    before = set(contents(looking))
    with spider(tmp_path) as client:
        walk(client, aws_at(twin))
    assert set(contents(looking)) == before
    looking.connection.close()


def test_on_the_mock(tmp_path: Path, store_settings: dict[str, str]) -> None:
    with spider(tmp_path, **store_settings) as client, mock() as cloud:
        walk(client, cloud)
