"""The store in DynamoDB.

A conditional change always goes as TransactWriteItems, even alone: thanks to its ClientRequestToken a call
whose answer was lost can be sent again without being refused by its own first success. Transactions that meet
on an item are tried again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from . import dynamodb_tables
from .dynamodb_calls import Backoff, Calls
from .dynamodb_requests import key_attributes, live, plain_write, query_arguments, transact_item
from .dynamodb_values import decode_item, encode_item
from .interface import Change, Item, Key, Page, StoreUnavailable, Table
from .queries import Query
from .tables import ALL
from .values import check_key, floor_seconds, key_of, plain_item, prepare

GET_BATCH: Final = 100
PUT_BATCH: Final = 25
LARGEST_PAGE: Final = 1000

_Thing = TypeVar("_Thing")


class DynamoStore:
    """Store over the tables `{prefix}-{name}`. `now` gives epoch seconds and decides what is expired.

    Credentials come from botocore's standard chain: on Lambda the function's role.
    """

    def __init__(
        self,
        prefix: str,
        now: Callable[[], float],
        *,
        region: str,
        endpoint: str | None = None,
        tables: Sequence[Table] = ALL,
    ) -> None:
        self._prefix = prefix
        self._now = now
        self._tables = tables
        self._calls = Calls(region, endpoint)

    def get(self, table: Table, key: Key) -> Item | None:
        check_key(table, key)
        wanted = {"TableName": self._name(table), "Key": key_attributes(table, key), "ConsistentRead": True}
        found = self._calls.call("GetItem", wanted).get("Item")
        return self._live(decode_item(found)) if found else None

    def get_many(self, table: Table, keys: Sequence[Key]) -> list[Item | None]:
        for key in keys:
            check_key(table, key)
        found: dict[Key, Item] = {}
        for batch in _batches(dict.fromkeys(map(tuple, keys)), GET_BATCH):
            for item in self._get_batch(table, batch):
                found[key_of(table, item)] = item
        return [self._live(found.get(tuple(key))) for key in keys]

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
        if query.empty:
            return Page([])
        arguments = {"TableName": self._name(table), **query_arguments(query, self._seconds())}
        if start is not None:
            arguments["ExclusiveStartKey"] = encode_item(start)
        return query.page(list(islice(self._pages(query, arguments, limit), limit and limit + 1)))

    def write(self, *changes: Change) -> None:
        prepared = prepare(changes)
        if not prepared:
            return
        if len(prepared) == 1:
            plain = plain_write(prepared[0])
            if plain is not None:
                operation, arguments = plain
                self._calls.call(operation, {"TableName": self._name(prepared[0].table), **arguments})
                return
        now = self._seconds()
        items = [transact_item(change, self._name(change.table), now) for change in prepared]
        token = str(uuid.uuid4())
        self._calls.call("TransactWriteItems", {"TransactItems": items, "ClientRequestToken": token})

    def put_all(self, table: Table, items: Iterable[Mapping[str, Any]]) -> None:
        kept = {key_of(table, item): item for item in (plain_item(table, item) for item in items)}
        for batch in _batches(kept.values(), PUT_BATCH):
            requests = [{"PutRequest": {"Item": encode_item(item)}} for item in batch]
            for _ in self._batch("BatchWriteItem", {self._name(table): requests}, "UnprocessedItems"):
                pass

    def create_tables(self) -> None:
        dynamodb_tables.create(self._calls, {self._name(table): table for table in self._tables})

    def close(self) -> None:
        self._calls.close()

    def _name(self, table: Table) -> str:
        return f"{self._prefix}-{table.name}"

    def _seconds(self) -> int:
        return floor_seconds(self._now())

    def _live(self, item: Item | None) -> Item | None:
        return item if item is not None and live(item, self._seconds()) else None

    def _get_batch(self, table: Table, keys: Sequence[Key]) -> Iterator[Item]:
        name = self._name(table)
        wanted = {name: {"Keys": [key_attributes(table, key) for key in keys], "ConsistentRead": True}}
        for answer in self._batch("BatchGetItem", wanted, "UnprocessedKeys"):
            yield from map(decode_item, answer.get("Responses", {}).get(name, []))

    def _batch(self, operation: str, wanted: Mapping[str, Any], rest: str) -> Iterator[dict[str, Any]]:
        """The answers until nothing is left unprocessed. Patience starts anew whenever something was done."""
        backoff, left = Backoff(), _count(wanted)
        while wanted:
            answer = self._calls.call(operation, {"RequestItems": wanted})
            yield answer
            wanted = answer.get(rest) or {}
            if _count(wanted) < left:
                backoff, left = Backoff(), _count(wanted)
            if wanted and not backoff.wait():
                raise StoreUnavailable(f"{operation}: {left} items stay unprocessed")

    def _pages(self, query: Query, arguments: dict[str, Any], limit: int | None) -> Iterator[Item]:
        """The live items of a query. Limit counts expired ones too, so each page asks for twice as many."""
        size = limit and limit + 1
        while True:
            answer = self._calls.call("Query", {**arguments, "Limit": size} if size else arguments)
            found = list(map(decode_item, answer.get("Items", [])))
            yield from self._read(query, found) if query.keys_only else found
            if not answer.get("LastEvaluatedKey"):
                return
            arguments = {**arguments, "ExclusiveStartKey": answer["LastEvaluatedKey"]}
            size = size and min(size * 2, max(size, LARGEST_PAGE))

    def _read(self, query: Query, named: Sequence[Item]) -> Iterator[Item]:
        """From the table. What has moved in the index since, or has left it, is not here any more."""
        rows = self.get_many(query.table, [key_of(query.table, one) for one in named])
        keys = (query.hash_key, query.range_key)
        for row, one in zip(rows, named, strict=True):
            if row is not None and all(row.get(key) == one[key] for key in keys if key):
                yield row


def _batches(things: Iterable[_Thing], size: int) -> Iterator[list[_Thing]]:
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def _count(wanted: Mapping[str, Any]) -> int:
    return sum(len(part["Keys"]) if isinstance(part, dict) else len(part) for part in wanted.values())
