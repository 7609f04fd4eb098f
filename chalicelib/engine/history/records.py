"""Questions to the history, answered newest first.

An answer reads a bounded number of rows, however many there are. So its page may hold fewer calls than were asked for,
or none, and go on all the same: where few of many calls fit.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime
from operator import itemgetter

from spider_drivers.contract import CallRecord, Clock, Invalid

from ...catalogue.called import CallsAsked
from ...catalogue.kinds import KINDS
from ...catalogue.records import Listed, Position
from ...catalogue.system import ANY_CALL
from ...store import CALL_STATS, CALLS, Item, Store, Table
from .. import times
from ..call import Call
from ..settings import Settings
from .gathering import History
from .rows import DAYS, SHARDS, record_of

MOST_ROWS = 2500  # read for one answer; a page of 1000 calls takes about 1300
MOST_QUERIES = 100
LARGEST_CHUNK = 250
DAYS_AT_ONCE = 31

_LAST = "9"  # after every moment
_TYPES = {
    word.upper(): kind.history
    for kind in (*KINDS.values(), ANY_CALL)
    if kind.history
    for word in (kind.path, kind.history)
}


class Records:
    def __init__(self, store: Store, history: History, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._history = history
        self._clock = clock
        self._ttl = settings.history_ttl

    def list(self, call: Call) -> Listed:
        """Of CallRecords. Raises Invalid."""
        self._history.flush()
        asked: CallsAsked = call.body
        oldest = times.after(self._clock.now(), -self._ttl)
        since = max(asked.since or oldest, oldest)  # before that there are days, and no calls
        return _Search(self._store, asked, since).page()


class _Spent(Exception):
    """So much has been read that the answer is due."""


class _Search:
    """`_passed`: all rows above it have been looked at."""

    def __init__(self, store: Store, asked: CallsAsked, since: datetime) -> None:
        self._store = store
        self._asked = asked
        self._type = _type(asked.resource_type)
        self._low = times.kept(since)
        self._high = times.kept(asked.until) if asked.until else _LAST
        self._passed = _row_key(asked.after) if asked.after else _LAST
        self._rows_left, self._queries_left = MOST_ROWS, MOST_QUERIES

    def page(self) -> Listed:
        found: list[CallRecord] = []
        try:
            for row in self._rows():
                if len(found) == self._asked.limit:
                    return Listed(found, ends=_position(self._passed))
                if self._fits(row):
                    found.append(record_of(row))
                self._passed = row["at"]
        except _Spent:
            return Listed(found, ends=_position(self._passed))
        return Listed(found)

    def _rows(self) -> Iterator[Item]:
        """By the index that leads to the fewest rows; else day by day."""
        asked = self._asked
        if asked.operation:
            yield from self._stream(asked.operation, "by_operation", asked.limit + 1)
        elif asked.connection:
            yield from self._stream(asked.connection, "by_connection", asked.limit + 1)
        else:
            index, share = ("errors" if asked.errors_only else None), asked.limit // SHARDS + 4
            for day in self._days():
                shards = [self._stream(f"{day}#{shard}", index, share) for shard in range(SHARDS)]
                yield from heapq.merge(*shards, key=itemgetter("at"), reverse=True)
                self._passed = _row_key((day, ""))

    def _days(self) -> Iterator[str]:
        """Those with calls."""
        last = min(self._high, self._passed)[:10]
        for row in self._read(CALL_STATS, DAYS, None, (self._low[:10], last), DAYS_AT_ONCE):
            if _row_key((row["key"], "")) != self._passed:
                yield row["key"]

    def _stream(self, hash_value: str, index: str | None, chunk: int) -> Iterator[Item]:
        start = self._passed
        for row in self._read(CALLS, hash_value, index, (self._low, min(self._high, start)), chunk):
            if row["at"] != start:
                yield row

    def _read(
        self, table: Table, hash_value: str, index: str | None, between: tuple[str, str], chunk: int
    ) -> Iterator[Item]:
        """Newest first, in chunks that grow. Raises _Spent."""
        cursor = None
        while True:
            if min(self._rows_left, self._queries_left) <= 0:
                raise _Spent
            size = min(chunk, self._rows_left)
            page = self._store.query(
                table, hash_value, index=index, between=between, reverse=True, limit=size, cursor=cursor
            )
            self._rows_left -= len(page.items)
            self._queries_left -= 1
            yield from page.items
            cursor = page.cursor
            if cursor is None:
                return
            chunk = min(2 * chunk, LARGEST_CHUNK)

    def _fits(self, row: Item) -> bool:
        asked = self._asked
        wanted = (
            (asked.connection, row.get("connection")),
            (asked.operation, row.get("operation")),
            (asked.cloud, row["cloud"]),
            (asked.region, row["region"]),
            (self._type, row["resource_type"]),
            (asked.api, row["api"]),
        )
        same = all(not word or word == held for word, held in wanted)
        failed = "error_shard" in row
        return same and row["elapsed"] >= asked.min_elapsed and (failed or not asked.errors_only)


def _type(word: str) -> str:
    """As records have it; callers may also name it as routes do. Raises Invalid."""
    if word and word.upper() not in _TYPES:
        known = ", ".join(sorted(set(_TYPES.values())))
        raise Invalid(f"ResourceType: '{word}' is not one of: {known}", field="ResourceType")
    return _TYPES.get(word.upper(), "")


def _row_key(position: Position) -> str:
    return "#".join(position)


def _position(row_key: str) -> Position:
    moment, _, call_id = row_key.partition("#")
    return moment, call_id
