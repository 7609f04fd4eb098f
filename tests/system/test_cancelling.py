"""A create is cancelled while its worker is inside a call of EC2: nothing is left, not even if the server is killed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from cloud_twin.faults import EC2, Rule
from tests.servers import proxy

from .clouds import aws_at
from .forked import start

LEASE_SECONDS = 2.0
SETTINGS = {"lease_seconds": str(LEASE_SECONDS), "sweep_seconds": "1"}
SUBNET = {"Name": "a", "IPv4_CIDR": "10.0.1.0/24"}
VPC = {"Name": "vpc-01", "IPv4_CIDR": "10.0.0.0/16", "SubnetInfoList": [SUBNET]}


@pytest.mark.parametrize("killed", [False, True])
def test_a_create_is_cancelled_in_the_middle_of_a_call(tmp_path: Path, twin: str, ec2: Any, killed: bool) -> None:
    before = sorted(one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"])
    with proxy(twin, EC2) as proxied:
        cloud = aws_at(proxied.url)
        process = start(tmp_path, **SETTINGS)
        try:
            cloud.register(process.client)
            rule = proxied.faults.rules.add(Rule(api="CreateVpc", hold="after"))
            body = {"ConnectionName": cloud.connection, "ReqInfo": VPC}
            begun = process.client.send("POST", "/vpc", body, Prefer="respond-async")
            operation = begun.headers["Location"].removeprefix("/spider")
            assert proxied.faults.rules.reached(rule, 30)
            cancelled = process.client.send("DELETE", operation, Prefer="respond-async")
            assert (cancelled.status_code, cancelled.json()["State"]) == (202, "RUNNING")
            if killed:
                process.kill()
                process = start(tmp_path, **SETTINGS)
            else:
                time.sleep(LEASE_SECONDS)  # a worker learns of it when it renews its lease
            assert len(ec2.describe_vpcs()["Vpcs"]) == len(before) + 1
            proxied.faults.rules.clear()
            process.client.until(operation, None, "State", "FAILED")
            assert process.client.send("GET", operation).json()["Progress"] == "cancelled"
            assert process.client.send("DELETE", operation).status_code == 200
            assert process.client.send("GET", f"/vpc/vpc-01?ConnectionName={cloud.connection}").status_code == 404
        finally:
            process.kill()
    assert sorted(one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"]) == before
