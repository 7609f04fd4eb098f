"""The sample driver passes the suite that every driver must pass."""

from __future__ import annotations

import uuid

import pytest
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.contract import ConnectionInfo
from spider_hello import HelloDriver
from spider_hello.cloud import PAGE_SIZE
from spider_hello.connection import account


@pytest.fixture
def cloud() -> Cloud:
    token = f"hello-{uuid.uuid4()}"
    hello = account(token)
    return Cloud(
        HelloDriver(),
        ConnectionInfo("hello-connection", "HELLO", {"Token": token}, {}),
        image="hello-linux-1",
        spec="hello-size-1",
        page_size=PAGE_SIZE,
        contents=lambda: set(hello.things),
        calls_seen=lambda: hello.calls,
        images=frozenset({"hello-linux-2", "hello-linux-3"}),
        specs=frozenset({"hello-size-2", "hello-size-3"}),
    )


globals().update(cases_for(HelloDriver().capability()))
