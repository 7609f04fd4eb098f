"""All connections at once, on a server with some that are out of order: the statuses of all VMs, and the collector."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .clouds import mock
from .forked import spider
from .spider import Client

CLOUD_SECONDS = 60


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The mock in order, one that takes a minute for each call, and one that cannot be reached."""
    home: Path = tmp_path_factory.mktemp("home")
    measured = {"collect_seconds": "1", "collect_timeout": "2", "collect_regions": "mock-config/north"}
    with spider(home, each_seconds="2", **measured) as found, mock() as cloud:
        cloud.register(found)
        connect(found, "slow", Region="default", LatencySeconds=str(CLOUD_SECONDS))
        connect(found, "dead", Region="default", Fail="describe_vms:Unreachable:always")
        yield found


def connect(client: Client, name: str, **keys: str) -> None:
    pairs = [{"Key": key, "Value": value} for key, value in keys.items()]
    client.call("POST", "/region", {"RegionName": name, "ProviderName": "MOCK", "KeyValueInfoList": pairs})
    names = {"DriverName": "mock-driver", "CredentialName": "mock-credential", "RegionName": name}
    client.call("POST", "/connectionconfig", {"ConfigName": name, "ProviderName": "MOCK", **names})


def test_connections_out_of_order_say_why_and_delay_nobody(client: Client) -> None:
    began = time.monotonic()
    told = {one["ConnectionName"]: one for one in client.call("GET", "/allvmstatus")["allvmstatus"]}
    assert time.monotonic() - began < CLOUD_SECONDS / 2
    assert list(told) == ["dead", "mock-config", "slow"]
    assert told["mock-config"] == {
        "ConnectionName": "mock-config",
        "ProviderName": "MOCK",
        "vmstatus": [],
        "Message": "",
    }
    assert told["slow"]["Message"] == "the cloud did not answer within 2 seconds"
    assert "describe_vms" in told["dead"]["Message"]


def test_the_server_collects_by_its_own_timer_and_tells_it_for_a_chart(client: Client) -> None:
    asked = {"GroupBy": "region,hour", "CloudOSAPI": "describe_images"}
    end = time.monotonic() + 30
    while not (rows := client.call("GET", "/hiscall/stats", asked)["stats"]):
        assert time.monotonic() < end, "nothing is collected"
        time.sleep(0.2)
    assert rows[0]["Region"] == "north"
    assert rows[0]["Count"] > 0
    assert rows[0]["P50"] > 0
    (record, *_) = client.call("GET", "/hiscall", {"CloudOSAPI": "describe_images"})["hiscall"]
    assert record["ConnectionName"] == "mock-config"
    assert record["RegionZone"] == "north"
    assert record["RequestId"].startswith("collect-")
