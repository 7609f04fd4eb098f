"""Shapes of what is asked of the history of calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .records import Position


@dataclass(frozen=True, slots=True)
class CallsAsked:
    """Which calls: those that began from `since` on and before `until` and fit every other field that is not empty,
    newest first. `cloud`, `region`, `api`: whole words. `min_elapsed`: in seconds. `limit`: at most so many,
    those older than the position `after`."""

    connection: str = ""
    cloud: str = ""
    region: str = ""
    resource_type: str = ""
    api: str = ""
    operation: str = ""
    since: datetime | None = None
    until: datetime | None = None
    min_elapsed: float = 0.0
    errors_only: bool = False
    limit: int = 100
    after: Position | None = None


@dataclass(frozen=True, slots=True)
class StatsAsked:
    """Of which calls, as in CallsAsked (with several `apis`: of any of them), and what is told apart, in the order of
    GROUPINGS or another. Times are widened to whole hours; of the last 24 hours where they are not given."""

    connection: str = ""
    cloud: str = ""
    region: str = ""
    apis: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    group_by: tuple[str, ...] = ()


GROUPINGS = ("cloud", "region", "api", "connection", "hour")


@dataclass(frozen=True, slots=True)
class GroupStats:
    """How the calls of one group went. `group`: each grouping that was asked for, and what it is here. Times are in
    seconds; p50, p90, p99 within Stats.relative_error of a time that was measured."""

    group: dict[str, str]
    count: int
    errors: int
    p50: float
    p90: float
    p99: float
    longest: float
    mean: float

    @property
    def error_rate(self) -> float:
        return self.errors / self.count

    @property
    def score(self) -> float | None:
        """Seconds until a call succeeds, if one that fails is tried again; None where none has succeeded."""
        return self.p50 / (1 - self.error_rate) if self.errors < self.count else None


@dataclass(frozen=True, slots=True)
class Stats:
    """`since` and `until` are whole hours, or days. Groups are in the order of what tells them apart, or as ranked."""

    asked: StatsAsked
    since: datetime
    until: datetime
    relative_error: float
    groups: tuple[GroupStats, ...]
