"""A private key is shown by one answer only, and is not lost when that answer is."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from cloud_twin.faults import EC2, Rule
from tests.servers import aws_twin, proxy
from tests.system.clouds import aws_at

from .crash_points import SETTINGS
from .warm import warm


def test_a_key_pair_killed_before_its_answer_and_repeated_is_the_same(tmp_path: Path) -> None:
    body = {"ConnectionName": "aws-config", "ReqInfo": {"Name": "key-01"}}

    def post() -> None:
        with suppress(httpx.HTTPError):
            process.client.send("POST", "/keypair", body, Idempotency_Key="again")

    with warm("AWS") as start, aws_twin() as url, proxy(url, EC2) as proxied:
        process = start(tmp_path, **SETTINGS)
        aws_at(proxied.url).register(process.client)
        rule = proxied.faults.rules.add(Rule(api="ImportKeyPair", hold="after"))
        posting = threading.Thread(target=post)
        posting.start()
        assert proxied.faults.rules.reached(rule, 30)
        process.kill()
        posting.join()
        proxied.faults.rules.remove(rule)
        process = start(tmp_path, **SETTINGS)
        try:
            answers: list[Any] = [
                process.client.call("POST", "/keypair", body, Idempotency_Key="again") for _ in range(2)
            ]
            listed = process.client.call("GET", "/keypair?ConnectionName=aws-config")["keypair"]
        finally:
            process.kill()
        assert proxied.faults.log.apis().count("ImportKeyPair") == 1
    assert "PRIVATE KEY" in answers[0]["PrivateKey"]
    assert answers[0] == answers[1]
    assert [one["IId"]["NameId"] for one in listed] == ["key-01"]
