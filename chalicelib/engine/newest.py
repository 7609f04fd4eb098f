"""Rows read newest first, a bounded number for one answer, however many there are.

So a page may hold fewer than were asked for, or none, and go on all the same: where few of many rows fit. A row's `at`
is its moment, `#`, and its id.
"""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Protocol

from ..catalogue.records import Position
from ..store import Item, Store, Table

MOST_ROWS = 2500  # read for one answer; a page of 1000 calls takes about 1300
MOST_QUERIES = 100
LARGEST_CHUNK = 250

_LAST = "9"  # after every moment


class Question(Protocol):
    """What every question has. `after`: where the page before ended."""

    @property
    def limit(self) -> int: ...

    @property
    def after(self) -> Position | None: ...


class _Spent(Exception):
    """So much has been read that the answer is due."""


class Search(ABC):
    """One answer to a question about the rows of `table` from the moment `low` on and before `high` ("" is any).
    `_passed`: all rows above it have been looked at."""

    def __init__(self, store: Store, table: Table, question: Question, *, low: str, high: str) -> None:
        self._store = store
        self._table = table
        self._limit = question.limit
        self._low, self._high = low, high or _LAST
        self._passed = row_key(question.after) if question.after else _LAST
        self._rows_left, self._queries_left = MOST_ROWS, MOST_QUERIES

    @abstractmethod
    def rows(self) -> Iterator[Item]:
        """Every row that may fit, newest first, read while it is asked for."""

    @abstractmethod
    def fits(self, row: Item) -> bool: ...

    def page(self) -> tuple[list[Item], Position | None]:
        """The rows, and where the page ends if there may be more."""
        found: list[Item] = []
        try:
            for row in self.rows():
                if len(found) == self._limit:
                    return found, _position(self._passed)
                if self.fits(row):
                    found.append(row)
                self._passed = row["at"]
        except _Spent:
            return found, _position(self._passed)
        return found, None

    def merged(self, hash_values: Iterable[str], index: str | None, chunk: int) -> Iterator[Item]:
        streams = [self.stream(one, index, chunk) for one in hash_values]
        return heapq.merge(*streams, key=itemgetter("at"), reverse=True)

    def stream(self, hash_value: str, index: str | None, chunk: int) -> Iterator[Item]:
        start = self._passed
        for row in self.read(self._table, hash_value, index, (self._low, min(self._high, start)), chunk):
            if row["at"] != start:
                yield row

    def read(
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


def row_key(position: Position) -> str:
    return "#".join(position)


def _position(key: str) -> Position:
    moment, _, row_id = key.partition("#")
    return moment, row_id
