"""The SQL of the SQLite store."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .interface import Key, Table
from .queries import Query

LIVE = "(expires IS NULL OR expires > ?)"


def create(table: Table) -> Iterator[str]:
    """The statements that make the table and its indexes where they are missing."""
    yield (
        f'CREATE TABLE IF NOT EXISTS "{table.name}" (hash TEXT NOT NULL, range TEXT NOT NULL, '
        "body TEXT NOT NULL, expires INTEGER, PRIMARY KEY (hash, range))"
    )
    yield (f'CREATE INDEX IF NOT EXISTS "{table.name} expires" ON "{table.name}" (expires) WHERE expires IS NOT NULL')
    for name, index in table.indexes.items():
        hash_, range_ = _attribute(index.hash_key), _attribute(index.range_key)
        yield (
            f'CREATE INDEX IF NOT EXISTS "{table.name} {name}" ON "{table.name}" '
            f"({hash_}, {range_}, hash, range) WHERE {hash_} IS NOT NULL AND {range_} IS NOT NULL"
        )


def columns(key: Key) -> tuple[str, str]:
    """The key as the columns hash and range; a table without a range key has '' there."""
    return key[0], key[1] if len(key) > 1 else ""


def get(table: Table) -> str:
    return f'SELECT body FROM "{table.name}" WHERE hash = ? AND range = ? AND {LIVE}'


def put(table: Table) -> str:
    return f'INSERT OR REPLACE INTO "{table.name}" (hash, range, body, expires) VALUES (?, ?, ?, ?)'


def delete(table: Table) -> str:
    return f'DELETE FROM "{table.name}" WHERE hash = ? AND range = ?'


def purge(table: Table) -> str:
    return f'DELETE FROM "{table.name}" WHERE rowid IN (SELECT rowid FROM "{table.name}" WHERE expires <= ? LIMIT ?)'


def select(query: Query, start: Mapping[str, str] | None, now: int) -> tuple[str, Sequence[Any]]:
    """The statement of a query and its values. It reads one row beyond the limit, to see if there is one."""
    hash_, range_, order = "hash", "range", ["range"]
    terms: list[str] = []
    if query.index is not None:
        index = query.table.indexes[query.index]
        hash_, range_ = _attribute(index.hash_key), _attribute(index.range_key)
        order = [range_, "hash", "range"]
        terms = [f"{hash_} IS NOT NULL", f"{range_} IS NOT NULL"]
    terms += [f"{hash_} = ?", LIVE]
    values: list[Any] = [query.hash_value, now]
    if start is not None:
        terms.append(f"({', '.join(order)}) {'<' if query.reverse else '>'} ({', '.join('?' * len(order))})")
        values += _position(query, start)
    for operator, value in _bounds(query, start):
        terms.append(f"{range_} {operator} ?")
        values.append(value)
    direction = "DESC" if query.reverse else "ASC"
    sql = f'SELECT body FROM "{query.table.name}" WHERE {" AND ".join(terms)} ORDER BY '
    sql += ", ".join(f"{column} {direction}" for column in order)
    if query.limit is not None:
        sql += f" LIMIT {query.limit + 1}"
    return sql, values


def use_write_ahead_log(connection: sqlite3.Connection, patience: float) -> None:
    """Switch the file to WAL. SQLite does not always wait here as its busy timeout says, so try again.

    `patience` in seconds. Raises sqlite3.OperationalError.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _attribute(name: str) -> str:
    return f"json_extract(body, '$.\"{name}\"')"


def _bounds(query: Query, start: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """At most one lower and one upper bound, so that SQLite's index search begins where the page does."""
    low = high = None
    if query.bounds is not None:
        low, high = (">=", query.bounds[0]), ("<=", query.bounds[1])
    elif query.prefix:
        after = _after_prefix(query.prefix)
        low, high = (">=", query.prefix), ("<", after) if after is not None else None
    if start is not None and query.reverse:
        high = ("<=", start[query.range_key or ""])
    elif start is not None:
        low = (">=", start[query.range_key or ""])
    return [bound for bound in (low, high) if bound is not None]


def _after_prefix(prefix: str) -> str | None:
    """The least string above all that start with the prefix; None when there is none."""
    for end in range(len(prefix), 0, -1):
        code = ord(prefix[end - 1])
        if code < 0x10FFFF:
            return prefix[: end - 1] + chr(0xE000 if code == 0xD7FF else code + 1)  # no surrogates in UTF-8
    return None


def _position(query: Query, start: Mapping[str, str]) -> list[str]:
    key = columns(tuple(start[name] for name in query.table.keys))
    return [key[1]] if query.index is None else [start[query.range_key or ""], *key]
