"""A store in a dict: what the simulation has time for. The stores' own test suite runs over it, too."""

from __future__ import annotations

import marshal
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from chalicelib.store import ALL, Change, Check, Conflict, Delete, Item, Key, Page, Put, StoreUnavailable, Table, Update
from chalicelib.store.interface import EXPIRES
from chalicelib.store.queries import Query
from chalicelib.store.sqlite_body import dump
from chalicelib.store.values import change_key, check_key, floor_seconds, key_of, plain_item, prepare, updated_item

Rows = dict[Key, Item]


class MemoryStore:
    """`now` gives epoch seconds and decides what is expired. `tables`: rows by key, for whoever judges a history."""

    def __init__(self, now: Callable[[], float], tables: dict[str, Rows] | None = None) -> None:
        self.tables = {} if tables is None else tables
        self._now = now
        self._lock = threading.Lock()
        self._closed = False

    def get(self, table: Table, key: Key) -> Item | None:
        check_key(table, key)
        with self._lock:
            row = self._live(table, key)
            return None if row is None else _copy(row)

    def get_many(self, table: Table, keys: Sequence[Key]) -> list[Item | None]:
        for key in keys:
            check_key(table, key)
        with self._lock:
            rows = [self._live(table, key) for key in keys]
            return [None if row is None else _copy(row) for row in rows]

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
        query = Query(table, hash_value, index, prefix, between, reverse, limit)
        start = query.start(cursor)
        with self._lock:
            found = [row for row in self._rows(table).values() if self._is_live(row) and _matches(query, row)]
            found.sort(key=lambda row: _position(query, row), reverse=reverse)
            if start is not None:
                last = _position(query, start)
                found = [row for row in found if _follows(_position(query, row), last, reverse)]
            shown = found if limit is None else found[: limit + 1]
            return query.page([_copy(row) for row in shown])

    def write(self, *changes: Change) -> None:
        prepared = prepare(changes)
        with self._lock:
            found = [self._live(change.table, change_key(change)) for change in prepared]
            failed = [number for number, change in enumerate(prepared) if not _holds(change, found[number])]
            if failed:
                raise Conflict(failed)
            after = [_applied(change, row) for change, row in zip(prepared, found, strict=True)]
            for change, row in zip(prepared, after, strict=True):
                self._set(change, row)

    def put_all(self, table: Table, items: Iterable[Mapping[str, Any]]) -> None:
        kept = [plain_item(table, item) for item in items]
        with self._lock:
            self._rows(table).update((key_of(table, item), item) for item in kept)

    def create_tables(self) -> None:
        with self._lock:
            for table in ALL:
                self.tables.setdefault(table.name, {})

    def close(self) -> None:
        self._closed = True

    def _rows(self, table: Table) -> Rows:
        if self._closed or table.name not in self.tables:
            raise StoreUnavailable(f"the table {table.name} is not there")
        return self.tables[table.name]

    def _live(self, table: Table, key: Key) -> Item | None:
        row = self._rows(table).get(key)
        return row if row is not None and self._is_live(row) else None

    def _is_live(self, row: Item) -> bool:
        return EXPIRES not in row or row[EXPIRES] > floor_seconds(self._now())

    def _set(self, change: Change, row: Item | None) -> None:
        if isinstance(change, Delete):
            self._rows(change.table).pop(change.key, None)
        elif row is not None and not isinstance(change, Check):
            self._rows(change.table)[change_key(change)] = row


def _copy(row: Item) -> Item:
    """The quickest one of plain values."""
    copied: Item = marshal.loads(marshal.dumps(row))
    return copied


def _matches(query: Query, row: Item) -> bool:
    if row.get(query.hash_key) != query.hash_value:
        return False
    if query.range_key is None:
        return True
    value: str | None = row.get(query.range_key)
    if value is None:
        return False
    if query.bounds is not None:
        return query.bounds[0].encode() <= value.encode() <= query.bounds[1].encode()
    return value.startswith(query.prefix or "")


def _position(query: Query, row: Mapping[str, Any]) -> tuple[bytes, ...]:
    """UTF-8 order, as on every engine."""
    names = [*([query.range_key] if query.range_key else []), *query.table.keys]
    return tuple(str(row[name]).encode() for name in dict.fromkeys(names) if name != query.hash_key)


def _follows(position: tuple[bytes, ...], last: tuple[bytes, ...], reverse: bool) -> bool:
    return position < last if reverse else position > last


def _holds(change: Change, found: Item | None) -> bool:
    if isinstance(change, Put):
        return found is None or not change.if_absent
    if isinstance(change, Check) and change.absent:
        return found is None
    if found is None:
        return isinstance(change, Delete) and not change.when
    return all(dump(found.get(name)) == dump(value) for name, value in change.when.items())


def _applied(change: Change, found: Item | None) -> Item | None:
    """The row as the change leaves it; None where it writes none."""
    if isinstance(change, Put):
        return dict(change.item)
    if isinstance(change, Update) and found is not None:
        return updated_item(found, change.set)
    return None
