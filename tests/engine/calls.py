"""Records of calls, as a driver's hook would make them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from spider_drivers.contract import CallRecord, CallScope

from chalicelib.engine.history.rows import DAYS, SHARDS
from chalicelib.store import CALL_STATS, CALLS, Item, Store

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def call(
    api: str = "DescribeImages",
    *,
    at: datetime = NOON,
    elapsed: float = 0.25,
    code: str = "",
    region: str = "eu-west-1",
    connection: str = "aws-config",
    cloud: str = "AWS",
) -> CallRecord:
    scope = CallScope(connection=connection, cloud=cloud, region=region, resource_type="VMIMAGE", request="r1")
    return CallRecord(scope, api, at, elapsed, code, code and "refused")


def kept(store: Store) -> Iterator[Item]:
    """Every row of the history of calls."""
    for day in store.query(CALL_STATS, DAYS).items:
        for shard in range(SHARDS):
            yield from store.query(CALLS, f"{day['key']}#{shard}").items
