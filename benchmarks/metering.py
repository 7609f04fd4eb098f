"""What a function asks of AWS, counted in the units that AWS bills."""

from __future__ import annotations

import contextlib
import io
import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import boto3

from benchmarks import units
from chalicelib.store import ALL, CALLS, Table
from cloud_twin.faults import Forwarding
from cloud_twin.serve import serving

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

# By the service's name in X-Amz-Target.
REQUESTS: Final = {"TrentService": "KMS requests", "AmazonSQS": "SQS requests", "secretsmanager": "secret calls"}
READS: Final = ("GetItem", "BatchGetItem", "Query")
DOUBLED: Final = {"TransactWriteItems": 2}

Used = dict[str, float]


class Meter:
    """Stands before AWS for one function, and lets one request pass at a time. `used`: units by their names in
    prices.csv; `requests`; `seconds`: how long the emulated AWS took for them, and the counting."""

    def __init__(self, forwarding: Forwarding, upstream: str, prefix: str) -> None:
        self._forwarding = forwarding
        self._dynamodb = boto3.client("dynamodb", endpoint_url=upstream)
        self._tables = {f"{prefix}-{table.name}": table for table in ALL}
        self._lock = threading.Lock()
        self.used: Used = {}
        self.requests = 0
        self.seconds = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._lock:
            began = time.monotonic()
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            service, _, operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).partition(".")
            told = json.loads(body)
            old = {} if service in REQUESTS else self._items(operation, told)
            answer = b"".join(self._forwarding(environ, start_response))
            if service in REQUESTS:
                self._add(REQUESTS[service], 1)
            elif operation in READS:
                self._add("read units", units.of_read(operation, told, json.loads(answer)))
            else:
                self._count(operation, old, self._items(operation, told))
            self.requests += 1
            self.seconds += time.monotonic() - began
        return [answer]

    def _add(self, name: str, number: float) -> None:
        self.used[name] = self.used.get(name, 0) + number

    def _count(self, operation: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        for place, (table, old) in before.items():
            new = after[place][1]
            written = units.of_write(old, new) + units.of_indexes(table, old, new)
            self._add("write units", written * DOUBLED.get(operation, 1))
            if table == CALLS and new and not old:
                self._add("bytes of history", units.stored(table, new))
                self._add("calls of clouds", 1)

    def _items(self, operation: str, told: Mapping[str, Any]) -> dict[str, tuple[Table, Any]]:
        """What a write is about, as it is kept now, by its place. In few calls: the function waits."""
        places: dict[str, tuple[Table, Any]] = {}
        wanted: dict[str, list[Any]] = {}
        for name, item in _written(operation, told):
            key = {word: item[word] for word in self._tables[name].keys}
            places[_place(name, key)] = (self._tables[name], None)
            wanted.setdefault(name, []).append(key)
        for name, keys in wanted.items():
            request = {name: {"Keys": keys, "ConsistentRead": True}}
            for item in self._dynamodb.batch_get_item(RequestItems=request)["Responses"][name]:
                key = {word: item[word] for word in self._tables[name].keys}
                places[_place(name, key)] = (self._tables[name], item)
        return places


def _place(table: str, key: Mapping[str, Any]) -> str:
    return f"{table} {json.dumps(key)}"


def _written(operation: str, told: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Table and item or key of each."""
    if operation == "TransactWriteItems":
        for change in told["TransactItems"]:
            (one,) = change.values()
            yield one["TableName"], one.get("Item") or one["Key"]
    elif operation == "BatchWriteItem":
        for name, changes in told["RequestItems"].items():
            yield from ((name, change["PutRequest"]["Item"]) for change in changes)
    elif operation not in READS:
        yield told["TableName"], told.get("Item") or told["Key"]


@contextlib.contextmanager
def metered(upstream: str, prefix: str) -> Iterator[tuple[str, Meter]]:
    """Its URL and itself."""
    with contextlib.closing(Forwarding(upstream)) as forwarding:
        meter = Meter(forwarding, upstream, prefix)
        with serving(meter) as url:
            yield url, meter
