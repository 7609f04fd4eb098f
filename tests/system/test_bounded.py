"""P9: a slow cloud holds up nobody for longer than SPIDER_WAIT_SECONDS."""

from __future__ import annotations

import time
from pathlib import Path

from .clouds import mock
from .spider import spider

CLOUD_SECONDS = 60


def test_a_slow_cloud_is_not_waited_for(tmp_path: Path) -> None:
    on = {"ConnectionName": "mock-config"}
    with mock() as cloud, spider(tmp_path, wait_seconds="1") as client:
        cloud.register(client)
        slow = [{"Key": "Region", "Value": "default"}, {"Key": "LatencySeconds", "Value": str(CLOUD_SECONDS)}]
        region = {"RegionName": "mock-region", "ProviderName": "MOCK", "KeyValueInfoList": slow}
        client.call("POST", "/region", region)
        began = time.monotonic()
        made = client.send("POST", "/keypair", {**on, "ReqInfo": {"Name": "key-01"}})
        reads = [client.send("GET", path, on) for path in ("/vm", "/vmstatus", "/vmimage", "/vmspec/mock-vmspec-01")]
        assert time.monotonic() - began < CLOUD_SECONDS / 2
        assert made.status_code == 202
        assert made.json()["IId"] == {"NameId": "key-01", "SystemId": ""}
        assert "PRIVATE KEY" in made.json()["PrivateKey"]
        assert [answer.status_code for answer in reads] == [504] * 4
        assert client.call("GET", made.headers["Location"].removeprefix("/spider"))["State"] == "RUNNING"
        known = client.call("GET", "/keypair/key-01", on)
        assert known["IId"]["SystemId"] == ""
        assert "PRIVATE KEY" not in known["PrivateKey"]
