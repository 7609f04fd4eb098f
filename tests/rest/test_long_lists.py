"""As many specs as a large cloud offers, over HTTP: they fit, and they are asked for once."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chalicelib.rest import serve
from tests.engine.house import House

SPECS = 1395  # as many as AWS offers in its largest region
MB = 1_000_000
ADDRESS = "/spider/vmspec?ConnectionName=mock"


@dataclass(frozen=True)
class Sent:
    """`length`: bytes of the body as sent."""

    length: int
    headers: dict[str, str]
    data: Any


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    found.region(Specs=str(SPECS))
    yield found
    found.engine.close()


@pytest.fixture
def port(house: House) -> Iterator[int]:
    listener = serve.listen("127.0.0.1", 0)
    waitress = serve.make_server(house.engine, listener)
    threading.Thread(target=waitress.run, daemon=True).start()
    yield listener.getsockname()[1]
    waitress.close()
    waitress.task_dispatcher.shutdown(timeout=5)


def get(port: int, address: str = ADDRESS) -> Sent:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        body = response.read()
    assert response.status == 200, body
    headers = {name.lower(): value for name, value in response.getheaders()}
    text = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
    return Sent(len(body), headers, json.loads(text))


def test_all_specs_with_their_details_fit_a_megabyte(port: int) -> None:
    sent = get(port)
    specs = sent.data["vmspec"]
    assert len({spec["Name"] for spec in specs}) == SPECS
    assert min(len(spec["KeyValueList"]) for spec in specs) >= 15
    assert sent.length < MB < len(json.dumps(sent.data))


def test_a_second_call_makes_no_cloud_call(port: int, house: House) -> None:
    first = get(port)
    seen = house.cloud.calls_seen
    house.clock.advance(60)
    second = get(port)
    assert house.cloud.calls_seen == seen
    assert second.data == first.data
    assert (first.headers["age"], second.headers["age"]) == ("0", "60")


def test_many_who_ask_at_once_cost_the_cloud_one_list(port: int, house: House) -> None:
    before = house.cloud.calls_seen
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: get(port, f"{ADDRESS}&limit=1"), range(8)))
    assert {sent.data["vmspec"][0]["Name"] for sent in found} == {"mock-vmspec-01"}
    pages = -(-SPECS // 100)
    assert house.cloud.calls_seen - before <= pages + 1  # one to log in


def test_links_lead_through_all_of_them_without_another_cloud_call(port: int, house: House) -> None:
    found: list[str] = []
    address: str | None = f"{ADDRESS}&limit=500"
    seen: int | None = None
    while address:
        sent = get(port, address)
        seen = seen or house.cloud.calls_seen
        found += [spec["Name"] for spec in sent.data["vmspec"]]
        link = sent.headers.get("link", "")
        address = link.partition(">")[0].removeprefix("<") if link else None
    assert (len(found), len(set(found))) == (SPECS, SPECS)
    assert house.cloud.calls_seen == seen
