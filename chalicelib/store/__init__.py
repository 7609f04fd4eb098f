"""Where Spider keeps what it knows: one small interface, SQLite on one machine, DynamoDB on AWS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .interface import (
    ABSENT,
    MAX_CHANGES,
    BadCursor,
    Change,
    Check,
    Conflict,
    Delete,
    Index,
    Item,
    Key,
    Page,
    Put,
    Store,
    StoreUnavailable,
    Table,
    Update,
)
from .tables import (
    ALL,
    CALL_STATS,
    CALLS,
    CONNECTIONS,
    IDENTITIES,
    OPERATIONS,
    join_key,
    key_prefix,
    split_key,
)


def open_store(
    kind: str, *, path: Path, prefix: str, region: str, endpoint: str | None, now: Callable[[], float]
) -> Store:
    """The store of kind "sqlite" (in the file `path`) or "dynamodb" (tables `{prefix}-…` in `region`).

    `endpoint`: another DynamoDB than AWS's own. `now`: epoch seconds. Raises ValueError for another kind.
    """
    if kind == "sqlite":
        from .sqlite import SQLiteStore

        return SQLiteStore(path, now)
    if kind == "dynamodb":
        from .dynamodb import DynamoStore

        return DynamoStore(prefix, now, region=region, endpoint=endpoint)
    raise ValueError(f"no store of kind {kind!r}: sqlite or dynamodb")


__all__ = [
    "ABSENT",
    "ALL",
    "CALLS",
    "CALL_STATS",
    "CONNECTIONS",
    "IDENTITIES",
    "MAX_CHANGES",
    "OPERATIONS",
    "BadCursor",
    "Change",
    "Check",
    "Conflict",
    "Delete",
    "Index",
    "Item",
    "Key",
    "Page",
    "Put",
    "Store",
    "StoreUnavailable",
    "Table",
    "Update",
    "join_key",
    "key_prefix",
    "open_store",
    "split_key",
]
