"""P3: one owner of a name."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .clouds import Cloud
from .spider import spider

CALLERS = 100


def test_of_a_hundred_parallel_creates_of_one_name_one_wins(
    tmp_path: Path, store_settings: dict[str, str], aws_cloud: Cloud, ec2: Any
) -> None:
    before = len(ec2.describe_vpcs()["Vpcs"])
    body = {
        "ConnectionName": aws_cloud.connection,
        "ReqInfo": {"Name": "vpc-01", "IPv4_CIDR": "10.0.0.0/16", "SubnetInfoList": []},
    }
    with spider(tmp_path, **store_settings) as client:
        aws_cloud.register(client)
        with ThreadPoolExecutor(CALLERS) as pool:
            answers = list(pool.map(lambda _: client.send("POST", "/vpc", body), range(CALLERS)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CALLERS - 1}
    assert all("already exists" in one.json()["message"] for one in answers if one.status_code == 409)
    assert len(ec2.describe_vpcs()["Vpcs"]) == before + 1
