"""P1 and P3: no double create, and one owner of a name."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cloud_twin.faults import EC2, Rule
from tests.servers import proxy

from .clouds import Cloud, aws_at, mock
from .forked import spider, start

CALLERS = 100


def vpc_on(cloud: Cloud, name: str = "vpc-01") -> dict[str, Any]:
    info = {"Name": name, "IPv4_CIDR": "10.0.0.0/16", "SubnetInfoList": []}
    return {"ConnectionName": cloud.connection, "ReqInfo": info}


def test_of_a_hundred_parallel_creates_of_one_name_one_wins(
    tmp_path: Path, store_settings: dict[str, str], aws_cloud: Cloud, ec2: Any
) -> None:
    before = len(ec2.describe_vpcs()["Vpcs"])
    body = vpc_on(aws_cloud)
    with spider(tmp_path, **store_settings) as client:
        aws_cloud.register(client)
        with ThreadPoolExecutor(CALLERS) as pool:
            answers = list(pool.map(lambda _: client.send("POST", "/vpc", body), range(CALLERS)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CALLERS - 1}
    assert all("already exists" in one.json()["message"] for one in answers if one.status_code == 409)
    assert len(ec2.describe_vpcs()["Vpcs"]) == before + 1


def test_fifty_creates_with_one_idempotency_key_make_one_vpc(
    tmp_path: Path, store_settings: dict[str, str], aws_cloud: Cloud, ec2: Any
) -> None:
    before = len(ec2.describe_vpcs()["Vpcs"])
    body = vpc_on(aws_cloud)
    with spider(tmp_path, **store_settings) as client:
        aws_cloud.register(client)
        with ThreadPoolExecutor(25) as pool:
            sent = pool.map(lambda _: client.send("POST", "/vpc", body, Idempotency_Key="one"), range(25))
            answers = [(answer.status_code, answer.text) for answer in sent]
        for _ in range(25):
            answer = client.send("POST", "/vpc", body, Idempotency_Key="one")
            answers.append((answer.status_code, answer.text))
        other = client.send("POST", "/vpc", vpc_on(aws_cloud, "vpc-02"), Idempotency_Key="one")
    assert {status for status, _ in answers} == {200}
    assert len(set(answers)) == 1
    assert other.status_code == 422
    assert len(ec2.describe_vpcs()["Vpcs"]) == before + 1


def test_a_create_whose_server_is_killed_is_asked_for_again_and_made_once(
    tmp_path: Path, store_settings: dict[str, str], twin: str, ec2: Any
) -> None:
    """Killed (SIGKILL) when EC2 has made the VPC and Spider does not know of it."""
    before = len(ec2.describe_vpcs()["Vpcs"])
    settings = {**store_settings, "lease_seconds": "2", "sweep_seconds": "1"}
    with proxy(twin, EC2) as proxied:
        cloud = aws_at(proxied.url)
        process = start(tmp_path, **settings)
        cloud.register(process.client)
        rule = proxied.faults.rules.add(Rule(api="CreateVpc", hold="after"))
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(process.client.send, "POST", "/vpc", vpc_on(cloud), Idempotency_Key="one")
            assert proxied.faults.rules.reached(rule, 30)
            process.kill()
            assert held.exception() is not None
        proxied.faults.rules.clear()
        process = start(tmp_path, **settings)
        try:
            answers = [process.client.send("POST", "/vpc", vpc_on(cloud), Idempotency_Key="one") for _ in range(3)]
            other = process.client.send("POST", "/vpc", vpc_on(cloud, "vpc-02"), Idempotency_Key="one")
        finally:
            process.kill()
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert other.status_code == 422
    assert len(ec2.describe_vpcs()["Vpcs"]) == before + 1


def test_a_key_pair_asked_for_twenty_times_at_once_with_one_idempotency_key_is_one(tmp_path: Path) -> None:
    with mock() as cloud, spider(tmp_path) as client:
        cloud.register(client)
        body = {"ConnectionName": cloud.connection, "ReqInfo": {"Name": "key-01"}}

        def ask(_: int) -> tuple[int, str]:
            answer = client.send("POST", "/keypair", body, Idempotency_Key="one")
            return answer.status_code, answer.text

        with ThreadPoolExecutor(20) as pool:
            answers = set(pool.map(ask, range(20)))
    ((status, text),) = answers
    assert status == 200
    assert "PRIVATE KEY" in text
