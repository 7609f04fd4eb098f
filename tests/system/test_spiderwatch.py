"""SpiderWatch finds nothing to complain of."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from .clouds import CLOUDS
from .forked import spider
from .spider import Client
from .spiderwatch import NAME, OK, SKIP, SpiderWatch

LOGIN = ("watch", "watch-password")
KINDS = ("vpc", "keypair", "securitygroup", "vm")


@contextlib.contextmanager
def watching(provider: str, home: Path) -> Iterator[SpiderWatch]:
    """A server with a login, and the cloud registered."""
    with CLOUDS[provider]() as cloud, spider(home, username=LOGIN[0], password=LOGIN[1]) as client:
        cloud.register(Client(client.url, LOGIN))
        yield SpiderWatch(client.url, cloud, LOGIN)


@pytest.mark.parametrize("provider", CLOUDS)
def test_every_operation_is_ok_and_a_second_run_is_skipped(provider: str, tmp_path: Path) -> None:
    with watching(provider, tmp_path) as watch:
        assert [watch.listed(kind) for kind in KINDS] == [0, 0, 0, 0]
        first = watch.run()
        assert set(first.values()) == {OK}, first
        assert [watch.listed(kind) for kind in KINDS] == [1, 1, 1, 1]
        second = watch.run()
        created = {f"{kind} create" for kind in KINDS}
        assert {name: outcome for name, outcome in second.items() if outcome != OK} == dict.fromkeys(created, SKIP)
        assert set(watch.clean_up().values()) == {OK}, watch.outcomes
        assert [watch.listed(kind) for kind in KINDS] == [0, 0, 0, 0]
        assert set(watch.clean_up().values()) == {SKIP}, watch.outcomes


def test_what_spider_lacks_is_skipped(tmp_path: Path) -> None:
    with watching("MOCK", tmp_path) as watch:
        for kind in ("disk", "nlb", "myimage", "cluster"):
            assert watch.delete(f"/{kind}/{NAME}") == SKIP
