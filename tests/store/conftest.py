"""Every test that takes `store` or `opened` runs over each engine, the simulation's store in memory too.

With SPIDER_TEST_DYNAMODB_ENDPOINT set, the DynamoDB behind that URL is used instead of ministack, and nothing else.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import botocore.session
import pytest

from chalicelib.store import ALL, Store, open_store
from tests.servers import DUMMY_CREDENTIALS, ministack
from tests.simulation.memory_store import MemoryStore, Rows
from tests.store.support import EPOCH, Clock

ENDPOINT = os.environ.get("SPIDER_TEST_DYNAMODB_ENDPOINT")
ENGINES = ["dynamodb"] if ENDPOINT else ["sqlite", "dynamodb", "memory"]
REGION = DUMMY_CREDENTIALS["AWS_DEFAULT_REGION"]


@pytest.fixture(scope="session")
def dynamodb_endpoint() -> Iterator[str]:
    """The URL of a DynamoDB, and credentials for it in the environment."""
    with contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in DUMMY_CREDENTIALS.items():
            patch.setenv(name, value)
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1")
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            patch.delenv(name, raising=False)
        yield ENDPOINT or stack.enter_context(ministack())


@pytest.fixture(scope="session")
def shared_clock() -> Clock:
    return Clock()


@pytest.fixture
def clock(shared_clock: Clock) -> Clock:
    """What the stores take for the time."""
    shared_clock.time = EPOCH
    return shared_clock


@pytest.fixture(scope="session")
def dynamodb_store(dynamodb_endpoint: str, shared_clock: Clock) -> Iterator[Store]:
    """One store for all tests: a client and five tables take longer than most of them."""
    store = open_store(
        "dynamodb", path=Path(), prefix="shared", region=REGION, endpoint=dynamodb_endpoint, now=shared_clock
    )
    store.create_tables()
    yield store
    store.close()


@pytest.fixture(scope="session")
def empty_dynamodb(dynamodb_store: Store, dynamodb_endpoint: str) -> Callable[[], None]:
    """Removes every item from the shared tables."""
    client = botocore.session.get_session().create_client("dynamodb", REGION, endpoint_url=dynamodb_endpoint)

    pages = client.get_paginator("scan")

    def empty() -> None:
        for table in ALL:
            name = f"shared-{table.name}"
            for page in pages.paginate(TableName=name):
                for item in page["Items"]:
                    client.delete_item(TableName=name, Key={key: item[key] for key in table.keys})

    return empty


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """An empty store with its tables."""
    if request.param == "dynamodb":
        request.getfixturevalue("empty_dynamodb")()
        yield request.getfixturevalue("dynamodb_store")
        return
    path = tmp_path / "store" / "spider.db"
    store: Store = MemoryStore(clock)
    if request.param == "sqlite":
        store = open_store("sqlite", path=path, prefix="", region="", endpoint=None, now=clock)
    store.create_tables()
    yield store
    store.close()


@pytest.fixture(params=ENGINES)
def opened(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Callable[[], Store]]:
    """Opens stores that look at the same data, for which there are no tables yet."""
    endpoint = request.getfixturevalue("dynamodb_endpoint") if request.param == "dynamodb" else None
    path, prefix = tmp_path / "store" / "spider.db", f"own{uuid.uuid4().hex[:8]}"
    shared: dict[str, Rows] = {}
    with contextlib.ExitStack() as stack:

        def make() -> Store:
            store: Store = MemoryStore(clock, shared)
            if request.param != "memory":
                store = open_store(request.param, path=path, prefix=prefix, region=REGION, endpoint=endpoint, now=clock)
            stack.callback(store.close)
            return store

        yield make
