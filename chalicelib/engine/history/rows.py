"""A record of a call, and the row that keeps it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from spider_drivers.contract import CallRecord, CallScope

from .. import times

SHARDS = 8  # per day, so that no one key takes all writes
DAYS = "days"  # the hash key, in the table of statistics, of one row for each day with calls


def row_of(record: CallRecord, expires: int) -> dict[str, Any]:
    """`expires`: epoch seconds. Each call gives a row of its own, of the same record too."""
    scope, call_id = record.scope, uuid.uuid4().hex
    started = times.kept(record.started)
    row: dict[str, Any] = {
        "shard": f"{started[:10]}#{int(call_id[:8], 16) % SHARDS}",
        "at": f"{started}#{call_id}",
        "api": record.api,
        "elapsed": record.elapsed,
        "connection": scope.connection or None,
        "cloud": scope.cloud,
        "region": scope.region,
        "zone": scope.zone,
        "resource_type": scope.resource_type,
        "resource_name": scope.resource_name,
        "operation": scope.operation or None,
        "request": scope.request,
        "attempt": scope.attempt,
        "code": record.error_code,
        "error": record.error,
        "expires": expires,
    }
    if record.error_code or record.error:
        row["error_shard"] = row["shard"]
    return row


def record_of(row: Mapping[str, Any]) -> CallRecord:
    """What `row_of` was given."""
    scope = CallScope(
        connection=row.get("connection", ""),
        cloud=row["cloud"],
        region=row["region"],
        zone=row["zone"],
        resource_type=row["resource_type"],
        resource_name=row["resource_name"],
        operation=row.get("operation", ""),
        request=row["request"],
        attempt=row["attempt"],
    )
    started = times.read(row["at"].partition("#")[0])
    return CallRecord(scope, row["api"], started, row["elapsed"], row["code"], row["error"])


def day_row(day: str, expires: int) -> dict[str, Any]:
    """`day`: 2026-11-25, in UTC. `expires` as above."""
    return {"hour": DAYS, "key": day, "expires": expires}
