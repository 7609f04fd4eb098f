"""What a request to DynamoDB is counted as for the month's bill (benchmarks/units.py), against what DynamoDB Local
says.

Run by dynamodb_local.py: ministack does not count as AWS does.
"""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
import pytest

from benchmarks import units
from chalicelib.store import OPERATIONS
from chalicelib.store.dynamodb_tables import definition
from chalicelib.store.dynamodb_values import encode_item
from tests.servers import DUMMY_CREDENTIALS

NAME = "units"
ASKED = {"ReturnConsumedCapacity": "TOTAL"}
SIZES = [10, 1024, 3000, 5000]


@pytest.fixture(scope="module")
def client() -> Any:
    """With the table of operations, as it has most indexes."""
    key, secret, region = DUMMY_CREDENTIALS.values()
    session = boto3.Session(key, secret, region_name=region)
    made = session.client("dynamodb", endpoint_url=os.environ["SPIDER_TEST_DYNAMODB_ENDPOINT"])
    made.create_table(**definition(NAME, OPERATIONS))
    return made


def row(name: str, size: int, **more: object) -> dict[str, Any]:
    """In all three indexes, unless it is told not to be. A None takes an attribute away."""
    indexed = {"unfinished": "u1", "due": "2026", "connection": "c", "at": "2026", "shard": "o1"}
    told = {"id": name, **indexed, "parts": {"vpc": "vpc-1", "n": [1, None, True, -2.5]}, "text": "x" * size, **more}
    return encode_item({key: value for key, value in told.items() if value is not None})


def said(answer: dict[str, Any]) -> float:
    told = answer["ConsumedCapacity"]
    return float(sum(one["CapacityUnits"] for one in (told if isinstance(told, list) else [told])))


def counted(old: Any, new: Any, times: int = 1) -> float:
    return times * (units.of_write(old, new) + units.of_indexes(OPERATIONS, old, new))


CHANGES: list[dict[str, object]] = [
    {"state": "DONE"},
    {"due": "2027"},
    {"unfinished": None, "due": None},
    {"text": "y" * 2000, "at": "2027"},
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("change", CHANGES)
def test_a_write_is_counted_with_its_indexes(client: Any, size: int, change: dict[str, object]) -> None:
    old, new = row(f"w{size}{json.dumps(change)}", size), row(f"w{size}{json.dumps(change)}", size, **change)
    key = {"id": old["id"]}
    client.delete_item(TableName=NAME, Key=key)
    assert said(client.put_item(TableName=NAME, Item=old, **ASKED)) == counted(None, old)
    assert said(client.put_item(TableName=NAME, Item=new, **ASKED)) == counted(old, new)
    assert said(client.delete_item(TableName=NAME, Key=key, **ASKED)) == counted(new, None)
    assert said(client.delete_item(TableName=NAME, Key=key, **ASKED)) == counted(None, None)


@pytest.mark.parametrize("size", SIZES)
def test_a_transaction_doubles_it(client: Any, size: int) -> None:
    old, other = row(f"t{size}", size), row(f"u{size}", size, unfinished=None)
    changes = [{"Put": {"TableName": NAME, "Item": item}} for item in (old, other)]
    wrote = client.transact_write_items(TransactItems=changes, **ASKED)
    assert said(wrote) == counted(None, old, 2) + counted(None, other, 2)


@pytest.mark.parametrize("size", SIZES)
def test_a_read_is_counted_by_its_length(client: Any, size: int) -> None:
    items = [row(f"r{size}{number}", size, connection=f"reads-{size}") for number in range(3)]
    for item in items:
        client.put_item(TableName=NAME, Item=item)
    get = {"TableName": NAME, "Key": {"id": items[0]["id"]}, "ConsistentRead": True}
    keys = [{"id": item["id"]} for item in items]
    batch = {"RequestItems": {NAME: {"Keys": keys, "ConsistentRead": True}}}
    query = {
        "TableName": NAME,
        "IndexName": "by_connection",
        "KeyConditionExpression": "#c = :c",
        "ExpressionAttributeNames": {"#c": "connection"},
        "ExpressionAttributeValues": {":c": {"S": f"reads-{size}"}},
    }
    for operation, method, told in (
        ("GetItem", client.get_item, get),
        ("BatchGetItem", client.batch_get_item, batch),
        ("Query", client.query, query),
    ):
        answer = method(**told, **ASKED)
        assert said(answer) == units.of_read(operation, told, answer), operation
