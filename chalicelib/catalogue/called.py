"""Shapes of what is asked of the history of calls, and how a call is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from spider_drivers.contract import CallRecord

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


def region_zone(record: CallRecord) -> str:
    """CB-Spider's `region/zone`; the region alone where no zone is known."""
    scope = record.scope
    return f"{scope.region}/{scope.zone}" if scope.zone else scope.region


def elapsed_time(record: CallRecord) -> str:
    """CB-Spider's seconds with four decimals."""
    return f"{record.elapsed:.4f}"


def error_message(record: CallRecord) -> str:
    """CB-Spider's `ErrorMSG`: the cloud's code and text, "" for a call that it granted."""
    said = [record.error_code] if record.error_code not in record.error else []
    return ": ".join([*said, *filter(None, [record.error])])
