"""P12: the history is whole. What the cloud has seen and what Spider has kept are the same calls, one to one."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chalicelib.engine.history import SHARDS
from chalicelib.store import CALLS, Item, open_store
from cloud_twin.faults import EC2
from tests.servers import proxy

from .clouds import aws_at
from .forked import spider
from .life_cycle import LifeCycle


def kept_calls(home: Path) -> list[Item]:
    store = open_store("sqlite", path=home / "spider.db", prefix="", region="", endpoint=None, now=time.time)
    now = datetime.now(UTC)
    days = {f"{now:%Y-%m-%d}", f"{now - timedelta(days=1):%Y-%m-%d}"}
    rows = [row for day in days for shard in range(SHARDS) for row in store.query(CALLS, f"{day}#{shard}").items]
    store.close()
    return rows


def test_every_call_is_kept_once(tmp_path: Path, twin: str) -> None:
    with proxy(twin, EC2) as proxied:
        with spider(tmp_path) as client:
            for _, step in LifeCycle(client, aws_at(proxied.url)).steps():
                step()
            chart = client.call("GET", "/hiscall/stats?GroupBy=region,hour")
        rows = kept_calls(tmp_path)
    assert Counter(row["api"] for row in rows) == Counter(proxied.faults.log.apis())
    assert {row["connection"] for row in rows} == {"aws-config"}
    assert {row["cloud"] for row in rows} == {"AWS"}
    run = next(row for row in rows if row["api"] == "RunInstances")
    assert (run["resource_type"], run["resource_name"], run["attempt"]) == ("VM", "vm-01", 1)
    assert run["operation"]
    assert 0 < run["elapsed"] < 60
    assert sum(row["Count"] for row in chart["stats"]) == len(rows)
    assert {row["Region"] for row in chart["stats"]} == {run["region"]}
    assert all(0 < row["P50"] <= row["P90"] <= row["P99"] <= row["Max"] for row in chart["stats"])
