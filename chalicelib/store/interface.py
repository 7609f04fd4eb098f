"""What every store promises. `sqlite.py` and `dynamodb.py` keep it; one test suite runs over both.

An item is a dict of JSON-like values, bytes among them. Types survive the round trip: 1, 1.0 and True stay
apart, in conditions too; the order of names in a dict does not. A top-level None means "no such
attribute" and is never stored; a nested None is kept. An item whose `expires` (int, epoch seconds) has come is
absent for every read and every condition.

    Exception
    ├── Conflict            a condition did not hold; nothing was written
    ├── StoreUnavailable    the engine did not answer
    └── ValueError          the caller's mistake: wrong key, value, size or number of changes
        └── BadCursor       broken, or made by another query
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

Item = dict[str, Any]
Key = tuple[str, ...]

EXPIRES: Final = "expires"
MAX_CHANGES: Final = 100


class _Absent(enum.Enum):
    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent.ABSENT


@dataclass(frozen=True)
class Index:
    """A second way into a table. Sparse: an item without both key attributes is not in it.

    Items are ordered by the range key; the order of items with equal range keys is the engine's. On DynamoDB
    an index lags behind its table, usually by milliseconds: read again what it names before acting on it.

    `keys_only`: it holds no more there, and items are read from the table, as they are now. For items that are large
    and often changed: a change that leaves an index's keys as they are costs it nothing.
    """

    hash_key: str
    range_key: str
    keys_only: bool = False


@dataclass(frozen=True)
class Table:
    """A table. All key attributes, the indexes' too, are non-empty strings."""

    name: str
    hash_key: str
    range_key: str | None = None
    indexes: Mapping[str, Index] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the key attributes, in the order of a Key's values."""
        return (self.hash_key,) if self.range_key is None else (self.hash_key, self.range_key)


@dataclass(frozen=True)
class Put:
    """Write the whole item. `if_absent`: only when no live item has its key."""

    table: Table
    item: Mapping[str, Any]
    if_absent: bool = False


@dataclass(frozen=True)
class Update:
    """Set attributes of a live item; None removes one. Key attributes cannot change.

    `when`: attribute name to the value it must have; ABSENT (or None) for "not there".
    """

    table: Table
    key: Key
    set: Mapping[str, Any]
    when: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Delete:
    """Remove the item. A missing one is fine without `when`, and a conflict with it."""

    table: Table
    key: Key
    when: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """Write nothing, but demand a live item for which `when` holds; or with `absent`, that there is none."""

    table: Table
    key: Key
    when: Mapping[str, Any] = field(default_factory=dict)
    absent: bool = False


Change = Put | Update | Delete | Check


class Conflict(Exception):
    """A condition did not hold; nothing was written. `failed`: the positions of the changes refused."""

    def __init__(self, failed: Iterable[int]) -> None:
        self.failed: tuple[int, ...] = tuple(failed)
        super().__init__(f"condition of change {', '.join(map(str, self.failed))} does not hold")


class StoreUnavailable(Exception):
    """The engine could not answer in time (unreachable, throttled, locked, disk full). Says why."""


class BadCursor(ValueError):
    """The cursor is broken, or was made by a query with other arguments."""


@dataclass(frozen=True)
class Page:
    """Items in range key order, and where to go on (None: nothing follows)."""

    items: list[Item]
    cursor: str | None = None


class Store(Protocol):
    """Where things are kept. Safe to use from many threads; every method may raise StoreUnavailable."""

    def get(self, table: Table, key: Key) -> Item | None:
        """The live item with this key. Strongly consistent."""

    def get_many(self, table: Table, keys: Sequence[Key]) -> list[Item | None]:
        """The live items with these keys, in their order. Strongly consistent, one call per 100 keys."""

    def query(
        self,
        table: Table,
        hash_value: str,
        *,
        index: str | None = None,
        prefix: str | None = None,
        between: tuple[str, str] | None = None,
        reverse: bool = False,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page:
        """The live items of one hash key, by range key (UTF-8 order). Strongly consistent but for an `index`.

        `prefix`: range keys that start so. `between`: range keys from the first to the second, both included.
        Without `limit` all items. With it at most that many, and a cursor exactly when there are more.
        Raises BadCursor; ValueError when prefix and between are both given, or limit is below 1.
        """

    def write(self, *changes: Change) -> None:
        """All changes or none (at most 100, each of another item). Raises Conflict, ValueError.

        A StoreUnavailable leaves open whether the changes were made.
        """

    def put_all(self, table: Table, items: Iterable[Mapping[str, Any]]) -> None:
        """Write many items, without conditions and not as one transaction. Of equal keys the last wins."""

    def create_tables(self) -> None:
        """Make what is missing. Safe to repeat, and from two processes at once."""

    def close(self) -> None:
        """Let go of files and sockets. The store is not used afterwards."""
