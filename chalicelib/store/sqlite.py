"""The store in one SQLite file: no process beside it, several processes may share it.

Each table is (hash, range, body, expires), the body being JSON; an index is an SQL index over expressions in
the body, so that a new one needs no change of rows. Conditions are judged in Python inside BEGIN IMMEDIATE.

Write-ahead log with synchronous=FULL: what was acknowledged survives SIGKILL and loss of power.
Never open() and close the database file by other means in a process that has a store on it: POSIX drops the
locks of the whole process then (https://www.sqlite.org/howtocorrupt.html, 2.2).
"""

from __future__ import annotations

import contextlib
import os
import queue
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from . import sqlite_schema as schema
from .interface import (
    EXPIRES,
    Change,
    Check,
    Conflict,
    Delete,
    Item,
    Key,
    Page,
    Put,
    StoreUnavailable,
    Table,
    Update,
)
from .queries import Query
from .sqlite_body import dump, load
from .tables import ALL
from .turns import Turn, Turns
from .values import change_key, check_key, floor_seconds, key_of, plain_item, prepare, updated_item

BUSY_SECONDS: Final = 10.0
CONNECTIONS: Final = 8
PURGE_EVERY_SECONDS: Final = 60.0
PURGE_ROWS: Final = 500

Act = Callable[[sqlite3.Connection], None]


class SQLiteStore:
    """Store over one file. `now` gives epoch seconds and decides what is expired."""

    def __init__(self, path: Path, now: Callable[[], float], *, tables: Sequence[Table] = ALL) -> None:
        self._path = path
        self._now = now
        self._tables = tables
        self._turns = Turns(self._write)
        self._last_purge = now()
        self._closed = False
        self._idle: queue.LifoQueue[sqlite3.Connection | None] = queue.LifoQueue()
        for _ in range(CONNECTIONS):
            self._idle.put(None)

    def get(self, table: Table, key: Key) -> Item | None:
        check_key(table, key)
        with self._connection() as connection:
            return self._live(connection, table, key)

    def get_many(self, table: Table, keys: Sequence[Key]) -> list[Item | None]:
        for key in keys:
            check_key(table, key)
        with self._connection() as connection:
            return [self._live(connection, table, key) for key in keys]

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
        sql, values = schema.select(query, query.start(cursor), floor_seconds(self._now()))
        if query.empty:
            return Page([])
        with self._connection() as connection:
            return query.page([load(body) for (body,) in connection.execute(sql, values)])

    def write(self, *changes: Change) -> None:
        prepared = prepare(changes)
        if not prepared:
            return

        def act(connection: sqlite3.Connection) -> None:
            found = [self._found(connection, change) for change in prepared]
            failed = [n for n, change in enumerate(prepared) if not _holds(change, found[n])]
            if failed:
                raise Conflict(failed)
            for change, item in zip(prepared, found, strict=True):
                _apply(connection, change, item)

        self._make(act)

    def put_all(self, table: Table, items: Iterable[Mapping[str, Any]]) -> None:
        kept = [plain_item(table, item) for item in items]
        if not kept:
            return

        def act(connection: sqlite3.Connection) -> None:
            for item in kept:
                _put(connection, table, item)

        self._make(act)

    def create_tables(self) -> None:
        def act(connection: sqlite3.Connection) -> None:
            for table in self._tables:
                for statement in schema.create(table):
                    connection.execute(statement)

        self._make(act)

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(queue.Empty):
            while True:
                connection = self._idle.get_nowait()
                if connection is not None:
                    connection.close()

    def _live(self, connection: sqlite3.Connection, table: Table, key: Key) -> Item | None:
        values = (*schema.columns(key), floor_seconds(self._now()))
        row = connection.execute(schema.get(table), values).fetchone()
        return None if row is None else load(row[0])

    def _found(self, connection: sqlite3.Connection, change: Change) -> Item | None:
        """What the change is about, where that decides anything."""
        if isinstance(change, Put) and not change.if_absent:
            return None
        return self._live(connection, change.table, change_key(change))

    def _purge(self, connection: sqlite3.Connection) -> None:
        """Now and then remove some expired rows, so that the file does not grow for ever."""
        now = self._now()
        if now - self._last_purge < PURGE_EVERY_SECONDS:
            return
        values = (floor_seconds(now), PURGE_ROWS)
        removed = [connection.execute(schema.purge(table), values).rowcount for table in self._tables]
        if max(removed) < PURGE_ROWS:
            self._last_purge = now

    def _make(self, act: Act) -> None:
        try:
            self._turns.make(act, BUSY_SECONDS)
        except TimeoutError:
            raise StoreUnavailable(f"{self._path}: no turn to write within {BUSY_SECONDS} s") from None
        except (StoreUnavailable, InterruptedError) as error:  # may be that of several
            raise StoreUnavailable(str(error)) from error

    def _write(self, turns: Sequence[Turn[Act]]) -> None:
        """One transaction. What one of them finds wrong is its own; trouble with the file is everyone's."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                for turn in turns:
                    turn.error = _tried(connection, turn.act)
                self._purge(connection)
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """One of a few connections, opened when first needed: threads come and go, connections stay."""
        if self._closed:
            raise StoreUnavailable(f"{self._path}: the store is closed")
        try:
            connection = self._idle.get(timeout=BUSY_SECONDS)
        except queue.Empty:
            raise StoreUnavailable(f"{self._path}: no free connection within {BUSY_SECONDS} s") from None
        try:
            if connection is None:
                connection = _open(self._path)
            yield connection
        except (sqlite3.DatabaseError, OSError) as error:
            if connection is not None:
                connection.close()
                connection = None
            raise StoreUnavailable(f"{self._path}: {error}") from error
        finally:
            if self._closed and connection is not None:
                connection.close()
                connection = None
            self._idle.put(connection)


def _tried(connection: sqlite3.Connection, act: Act) -> Exception | None:
    """What it raises, having written nothing then."""
    connection.execute("SAVEPOINT one")
    try:
        act(connection)
    except (sqlite3.Error, OSError):
        raise
    except Exception as error:
        connection.execute("ROLLBACK TO one")
        return error
    finally:
        connection.execute("RELEASE one")
    return None


def _holds(change: Change, found: Item | None) -> bool:
    if isinstance(change, Put):
        return found is None or not change.if_absent
    if isinstance(change, Check) and change.absent:
        return found is None
    if found is None:
        return isinstance(change, Delete) and not change.when
    return all(dump(found.get(name)) == dump(value) for name, value in change.when.items())


def _apply(connection: sqlite3.Connection, change: Change, found: Item | None) -> None:
    if isinstance(change, Put):
        _put(connection, change.table, dict(change.item))
    elif isinstance(change, Update) and found is not None:
        _put(connection, change.table, updated_item(found, change.set))
    elif isinstance(change, Delete):
        connection.execute(schema.delete(change.table), schema.columns(change.key))


def _put(connection: sqlite3.Connection, table: Table, item: Item) -> None:
    values = (*schema.columns(key_of(table, item)), dump(item), item.get(EXPIRES))
    connection.execute(schema.put(table), values)


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA synchronous=FULL")
        schema.use_write_ahead_log(connection, BUSY_SECONDS)
    except BaseException:
        connection.close()
        raise
    return connection
