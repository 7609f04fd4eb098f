"""The store's tables, as the store itself defines them."""

from __future__ import annotations

from typing import Any

from chalicelib.store import ALL, Table
from chalicelib.store.dynamodb_tables import definition
from chalicelib.store.interface import EXPIRES


def resources() -> dict[str, Any]:
    """By logical id. A table that a change of the template replaces is kept; of one that is deleted DynamoDB keeps a
    backup for 35 days, as it has point-in-time recovery ("Point-in-time backups")."""
    return {logical(table): _resource(table) for table in ALL}


def logical(table: Table) -> str:
    """call_stats → CallStatsTable"""
    return "".join(word.title() for word in table.name.split("_")) + "Table"


def _resource(table: Table) -> dict[str, Any]:
    told = definition(table.name, table)
    return {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            **told,
            "TableName": {"Fn::Sub": f"${{AWS::StackName}}-{table.name}"},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "TimeToLiveSpecification": {"AttributeName": EXPIRES, "Enabled": True},
        },
    }
