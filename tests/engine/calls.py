"""Records of calls, as a driver's hook would make them, and what a store has of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from spider_drivers.contract import CallRecord, CallScope

from chalicelib.engine.history.rows import DAYS, SHARDS
from chalicelib.engine.history.sums import UNMERGED, Group, Sums, summed, unmerged_sums
from chalicelib.store import CALL_STATS, CALLS, Item, Store

Totals = dict[Group, Sums]
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


def unmerged(store: Store) -> list[Totals]:
    return [unmerged_sums(row) for shard in UNMERGED for row in store.query(CALL_STATS, shard).items]


def merged(store: Store, periods: Iterable[str]) -> Totals:
    rows = [row for period in sorted(set(periods)) for row in store.query(CALL_STATS, period).items]
    return {Group.at(row["hour"], row["key"]): Sums.told(row) for row in rows}


def added(parts: Iterable[Totals]) -> Totals:
    found: Totals = {}
    for part in parts:
        for group, sums in part.items():
            found.setdefault(group, Sums()).add(sums)
    return found


def by_day(hours: Totals) -> Totals:
    return added({group.day: sums} for group, sums in hours.items())


def check(store: Store, calls: Iterable[CallRecord]) -> None:
    """What is merged and what is not, together, are the calls; days and hours tell the same."""
    hours = summed(calls)
    done = merged(store, (group.period for group in hours))
    assert added([done, *unmerged(store)]) == hours
    assert merged(store, (group.day.period for group in hours)) == by_day(done)
