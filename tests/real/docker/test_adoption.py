"""Adopting, forgetting and destroying on a real Engine."""

from __future__ import annotations

import secrets
from pathlib import Path

from tests.system.adoption import walk
from tests.system.docker_cloud import free_cidr, networks_of, remove, routes
from tests.system.spider import spider

from .engine import cloud, contents, told


def test_what_others_made_is_adopted_and_destroyed(tmp_path: Path) -> None:
    client = told()[0].client()
    before, run = contents(client), f"spider-adopt-{secrets.token_hex(3)}"
    try:
        with spider(tmp_path) as api:
            walk(api, cloud(free_cidr([*networks_of(client), *routes()]), f"{run}-"))
        assert contents(client) == before
    finally:
        remove(client, run)
