"""What is known of many calls without looking at each: how many, how many failed, how long they took."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Self

from spider_drivers.contract import CallRecord

from ...store import Key, join_key, split_key
from .. import times
from . import sketch

UNMERGED = tuple(f"unmerged#{shard}" for shard in range(4))  # hash keys of the sums that are in no statistics yet
# Longest parts of a key in bytes, as they are joined: cloud, region, API, connection. DynamoDB takes 1024 in all.
LONGEST = (60, 120, 300, 480)


class Group(NamedTuple):
    """Which calls are summed up together. `period`: an hour (2026-11-25T13) or a day (2026-11-25), in UTC."""

    period: str
    cloud: str
    region: str
    api: str
    connection: str

    @classmethod
    def of(cls, record: CallRecord) -> Self:
        """Of the hour in which the call began."""
        scope = record.scope
        return cls.named(times.hour(record.started), scope.cloud, scope.region, record.api, scope.connection)

    @classmethod
    def named(cls, period: str, *names: str) -> Self:
        """The names as they are kept: what is too long for a key is cut."""
        return cls(period, *map(_cut, names, LONGEST))

    @classmethod
    def at(cls, period: str, key: str) -> Self:
        return cls(period, *split_key(key))

    @property
    def key(self) -> Key:
        """Of its row in the table of statistics."""
        return self.period, join_key(*self[1:])

    @property
    def day(self) -> Group:
        return self._replace(period=times.day_of(self.period))


def _cut(part: str, most: int) -> str:
    if len(join_key(part).encode()) <= most:
        return part
    return part.encode()[: most // 3].decode(errors="ignore")


@dataclass
class Sums:
    """`total` and `longest` in microseconds, both exact."""

    count: int = 0
    errors: int = 0
    total: int = 0
    longest: int = 0
    histogram: sketch.Histogram = field(default_factory=sketch.Histogram)

    def add_call(self, record: CallRecord) -> None:
        took = max(0, round(record.elapsed * 1_000_000))
        self.count += 1
        self.errors += bool(record.error_code or record.error)
        self.total += took
        self.longest = max(self.longest, took)
        self.histogram[sketch.bucket(took)] += 1

    def add(self, other: Sums) -> None:
        self.count += other.count
        self.errors += other.errors
        self.total += other.total
        self.longest = max(self.longest, other.longest)
        self.histogram.update(other.histogram)

    def quantile(self, share: float) -> float:
        """Seconds; see `sketch`."""
        return min(sketch.quantile(self.histogram, share), self.longest) / 1_000_000

    def kept(self) -> dict[str, Any]:
        """As a store keeps it; the histogram as text, which is kept and read in less time than a map."""
        buckets = " ".join(f"{number}:{count}" for number, count in sorted(self.histogram.items()))
        return {
            "count": self.count,
            "errors": self.errors,
            "total": self.total,
            "longest": self.longest,
            "buckets": buckets,
        }

    @classmethod
    def told(cls, kept: Mapping[str, Any]) -> Self:
        histogram = sketch.Histogram()
        for bucket in kept["buckets"].split():
            number, _, count = bucket.partition(":")
            histogram[int(number)] = int(count)
        return cls(kept["count"], kept["errors"], kept["total"], kept["longest"], histogram)


def summed(records: Iterable[CallRecord]) -> dict[Group, Sums]:
    """The sums of each hour."""
    found: dict[Group, Sums] = {}
    for record in records:
        found.setdefault(Group.of(record), Sums()).add_call(record)
    return found


def unmerged_row(records: Iterable[CallRecord], now: datetime, expires: int) -> dict[str, Any]:
    """The sums of a batch, which `merging` adds to the statistics, and how many are left of them. `expires`: epoch
    seconds. Keys are in the order of time."""
    batch = uuid.uuid4().hex
    sums = [
        dict(zip(("period", "key"), group.key, strict=True), **one.kept()) for group, one in summed(records).items()
    ]
    shard = UNMERGED[int(batch[:8], 16) % len(UNMERGED)]
    key = f"{times.kept(now)}#{batch}"
    return {"hour": shard, "key": key, "sums": sums, "left": len(sums), "expires": expires}


def unmerged_sums(row: Mapping[str, Any]) -> dict[Group, Sums]:
    return {Group.at(one["period"], one["key"]): Sums.told(one) for one in row["sums"]}
