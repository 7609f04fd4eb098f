"""The least that somebody writes with the parts that Spider's API has: a route, a model, a row of a table; and a
client of EC2."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from chalice import Chalice
from pydantic import BaseModel
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model


class Row(Model):
    class Meta:
        table_name = "spider-connections"
        region = os.environ["AWS_REGION"]
        host = os.environ["SPIDER_DYNAMODB_ENDPOINT"]

    kind = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute(range_key=True)
    provider = UnicodeAttribute(null=True)


class Connection(BaseModel):
    name: str
    provider: str | None


app = Chalice(app_name="bare")


@app.route("/row")
def row() -> dict[str, Any]:
    found = Row.get("connection", os.environ["CONNECTION"])
    return Connection(name=found.name, provider=found.provider).model_dump()


@app.route("/vpcs")
def vpcs() -> dict[str, Any]:
    """Two calls, as many as Spider's list of VPCs makes."""
    client = _ec2()
    return {"vpcs": len(client.describe_vpcs()["Vpcs"]), "subnets": len(client.describe_subnets()["Subnets"])}


@cache
def _ec2() -> Any:
    import boto3

    return boto3.client("ec2", endpoint_url=os.environ["EC2_ENDPOINT"], verify=os.environ["EC2_CA"])
