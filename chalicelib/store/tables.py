"""The five tables, and how composite keys are spelt."""

from __future__ import annotations

from typing import Final

from .interface import Index, Table

CONNECTIONS: Final = Table("connections", "kind", "name")

IDENTITIES: Final = Table("identities", "connection", "key")

OPERATIONS: Final = Table(
    "operations",
    "id",
    indexes={
        "unfinished": Index("unfinished", "due", keys_only=True),
        "by_connection": Index("connection", "at", keys_only=True),
        "all": Index("shard", "at", keys_only=True),
    },
)

CALLS: Final = Table(
    "calls",
    "shard",
    "at",
    indexes={
        "by_connection": Index("connection", "at"),
        "by_operation": Index("operation", "at"),
        "errors": Index("error_shard", "at"),
    },
)

CALL_STATS: Final = Table("call_stats", "hour", "key")

ALL: Final = (CONNECTIONS, IDENTITIES, OPERATIONS, CALLS, CALL_STATS)


def join_key(*parts: str) -> str:
    """One key out of parts, different for different parts: `#` between them, `%23` and `%25` inside."""
    return "#".join(part.replace("%", "%25").replace("#", "%23") for part in parts)


def split_key(key: str) -> tuple[str, ...]:
    """The parts that `join_key` was given."""
    return tuple(part.replace("%23", "#").replace("%25", "%") for part in key.split("#"))


def key_prefix(*parts: str) -> str:
    """What every key with these leading parts, and at least one more, starts with."""
    return join_key(*parts, "")
