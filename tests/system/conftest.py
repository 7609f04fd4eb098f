"""Emulators that live as long as the test session, and a server per test module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.servers import aws_twin, ministack, tell

from .clouds import Cloud, aws_at, mock
from .forked import spider
from .spider import Client


@pytest.fixture(scope="session")
def twin_url() -> Iterator[str]:
    with aws_twin() as url:
        yield url


@pytest.fixture(scope="session")
def ministack_url() -> Iterator[str]:
    with ministack() as url:
        yield url


@pytest.fixture
def twin(twin_url: str) -> str:
    """An empty EC2."""
    tell(twin_url, "POST", "/reset")
    tell(twin_url, "PUT", "/settings", {"transition_seconds": 0.5})
    return twin_url


@pytest.fixture
def ec2(twin: str) -> object:
    """The cloud's own truth, asked without Spider."""
    return boto3.client(
        "ec2",
        region_name="us-east-2",
        endpoint_url=twin,
        aws_access_key_id="judge",
        aws_secret_access_key="judge",
        verify=False,
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server on SQLite, with the mock registered."""
    with spider(tmp_path_factory.mktemp("home")) as found, mock() as cloud:
        cloud.register(found)
        yield found


@pytest.fixture
def aws_cloud(twin: str) -> Cloud:
    return aws_at(twin)


@pytest.fixture(params=["sqlite", "dynamodb"])
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Settings of either store."""
    if request.param == "sqlite":
        return {}
    url: str = request.getfixturevalue("ministack_url")
    prefix = f"t{abs(hash(tmp_path)) % 10**8}"
    return {"store": "dynamodb", "dynamodb_endpoint": url, "table_prefix": prefix, "aws_region": "us-east-1"}
