"""SIGTERM: who waits is told what is known, and the next process goes on."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cloud_twin.faults import EC2, Rule
from tests.servers import proxy

from .clouds import aws_at
from .spider import start


def test_held_calls_are_answered_and_taken_up_again(tmp_path: Path, twin: str) -> None:
    with proxy(twin, EC2) as proxied:
        process = start(tmp_path, lease_seconds="2", sweep_seconds="1")
        aws_at(proxied.url).register(process.client)
        rule = proxied.faults.rules.add(Rule(api="CreateVpc", hold="after"))
        with ThreadPoolExecutor(1) as pool:
            held = pool.submit(process.client.send, "POST", "/vpc", body("vpc-01"))
            assert proxied.faults.rules.reached(rule, 30)
            began = time.monotonic()
            os.kill(process.pid, signal.SIGTERM)
            answer = held.result()
        assert answer.status_code == 202
        assert answer.headers["Location"].startswith("/spider/operation/")
        assert process.wait(20) == 0
        assert time.monotonic() - began < 20
        assert "Traceback" not in process.log()
        process.kill()
        proxied.faults.rules.clear()
        successor = start(tmp_path, lease_seconds="2", sweep_seconds="1")
        try:
            operation = answer.headers["Location"].removeprefix("/spider")
            successor.client.until(operation, None, "State", "SUCCEEDED")
        finally:
            successor.kill()


def body(name: str) -> dict[str, Any]:
    return {
        "ConnectionName": "aws-config",
        "ReqInfo": {"Name": name, "IPv4_CIDR": "10.0.0.0/16", "SubnetInfoList": []},
    }
