"""The ledger is honest: a call without a record shows, and so does a record under another name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.conformance import Bench, Cloud
from spider_drivers.contract import ConnectionInfo
from spider_drivers.mock.cloud import cloud as cloud_named
from spider_drivers.mock.cloud import fresh_name
from spider_drivers.mock.connection import Client

from tests.drivers.broken_mocks import BrokenDriver, RecordsTwoAsOne
from tests.ledger import Ledger


class RecordsTwice(Client):
    def call(self, api: str, **params: Any) -> dict[str, Any]:
        self._recorder.record(api, 0.0)
        return super().call(api, **params)


class NamesCallsInItsOwnWay(Client):
    def call(self, api: str, **params: Any) -> dict[str, Any]:
        seen = dict(self._cloud.seen)
        answer = super().call(api, **params)
        self._cloud.seen = Counter(seen)
        self._cloud.seen[api.upper()] += 1
        return answer


def _books(folder: Path, client: type[Client]) -> Ledger:
    """Of one VPC, made and deleted."""
    name, ledger = fresh_name(), Ledger(folder)
    mock = cloud_named(name)
    cloud = Cloud(BrokenDriver(client), ConnectionInfo("mock", "MOCK", {"MockName": name}, {"Region": "default"}))
    with ledger.keeping(cloud, lambda: Counter(mock.seen)), Bench(cloud) as bench:
        bench.create("vpc")
    ledger.close()
    return ledger


def test_calls_and_their_records_agree(tmp_path: Path) -> None:
    books = _books(tmp_path, Client)
    assert books.kept["create_vpc"] == 1
    assert books.logged == books.kept
    assert books.totals() == ("MOCK", books.kept.total(), books.kept.total())


@pytest.mark.parametrize("client", [RecordsTwoAsOne, RecordsTwice, NamesCallsInItsOwnWay])
def test_what_differs_shows(tmp_path: Path, client: type[Client]) -> None:
    books = _books(tmp_path, client)
    assert books.kept
    assert books.logged != books.kept
