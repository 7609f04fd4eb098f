"""Making the tables in DynamoDB where no template did: paid on demand, expiry by `expires`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from .dynamodb_calls import Calls
from .interface import EXPIRES, Index, StoreUnavailable, Table

PATIENCE_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.2


def create(calls: Calls, tables: Mapping[str, Table]) -> None:
    """Make the tables (by their full names) that are missing, and wait until all can be used."""
    for name, table in tables.items():
        try:
            calls.call("CreateTable", definition(name, table))
        except StoreUnavailable as error:
            if "ResourceInUseException" not in str(error):  # it exists, or another process is making it
                raise
    deadline = time.monotonic() + PATIENCE_SECONDS
    for name in tables:
        _wait_until_active(calls, name, deadline)
        _expire(calls, name)


def definition(name: str, table: Table) -> dict[str, Any]:
    """The arguments of CreateTable."""
    attributes = set(table.keys)
    for index in table.indexes.values():
        attributes |= {index.hash_key, index.range_key}
    told = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _schema(table),
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in sorted(attributes)],
    }
    if table.indexes:
        told["GlobalSecondaryIndexes"] = [
            {"IndexName": index_name, "KeySchema": _schema(index), "Projection": {"ProjectionType": _held(index)}}
            for index_name, index in table.indexes.items()
        ]
    return told


def _held(index: Index) -> str:
    return "KEYS_ONLY" if index.keys_only else "ALL"


def _schema(keys: Table | Index) -> list[dict[str, str]]:
    schema = [{"AttributeName": keys.hash_key, "KeyType": "HASH"}]
    if keys.range_key is not None:
        schema.append({"AttributeName": keys.range_key, "KeyType": "RANGE"})
    return schema


def _wait_until_active(calls: Calls, name: str, deadline: float) -> None:
    while calls.call("DescribeTable", {"TableName": name})["Table"]["TableStatus"] != "ACTIVE":
        if time.monotonic() > deadline:
            raise StoreUnavailable(f"table {name} is not active after {PATIENCE_SECONDS} s")
        time.sleep(POLL_SECONDS)


def _expire(calls: Calls, name: str) -> None:
    arguments = {"TableName": name, "TimeToLiveSpecification": {"AttributeName": EXPIRES, "Enabled": True}}
    try:
        calls.call("UpdateTimeToLive", arguments)
    except ValueError as error:  # the second text: another process enables it at this moment
        if "already enabled" not in str(error) and "multiple times" not in str(error):
            raise
