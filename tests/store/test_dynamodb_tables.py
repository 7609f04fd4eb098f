"""The tables as DynamoDB shows them."""

from __future__ import annotations

import botocore.session
import pytest

from chalicelib.store import ALL, Store, Table


@pytest.mark.usefixtures("dynamodb_store")
@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_tables_are_paid_on_demand_and_expire(table: Table, dynamodb_endpoint: str) -> None:
    client = botocore.session.get_session().create_client("dynamodb", "us-east-1", endpoint_url=dynamodb_endpoint)
    name = f"shared-{table.name}"
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    described = client.describe_table(TableName=name)["Table"]
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    indexes = described.get("GlobalSecondaryIndexes", [])
    assert {index["IndexName"] for index in indexes} == set(table.indexes)
    held = {index["IndexName"]: index["Projection"]["ProjectionType"] for index in indexes}
    assert held == {word: "KEYS_ONLY" if index.keys_only else "ALL" for word, index in table.indexes.items()}


def test_creating_them_again_changes_nothing(dynamodb_store: Store) -> None:
    dynamodb_store.create_tables()
