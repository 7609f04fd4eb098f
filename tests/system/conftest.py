"""Emulators that live as long as the test session, and a server per test module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import httpx
import pytest

from tests.servers import ministack, moto_server

from .clouds import Cloud, aws_at, mock
from .spider import Client, spider


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture(scope="session")
def ministack_url() -> Iterator[str]:
    with ministack() as url:
        yield url


@pytest.fixture
def moto(moto_url: str) -> str:
    """An empty moto."""
    httpx.post(f"{moto_url}/moto-api/reset", trust_env=False).raise_for_status()
    return moto_url


@pytest.fixture
def ec2(moto: str) -> object:
    """The cloud's own truth, asked without Spider."""
    return boto3.client(
        "ec2",
        region_name="us-east-2",
        endpoint_url=moto,
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
def aws_cloud(moto: str) -> Cloud:
    return aws_at(moto)


@pytest.fixture(params=["sqlite", "dynamodb"])
def store_settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Settings of either store."""
    if request.param == "sqlite":
        return {}
    url: str = request.getfixturevalue("ministack_url")
    prefix = f"t{abs(hash(tmp_path)) % 10**8}"
    return {"store": "dynamodb", "dynamodb_endpoint": url, "table_prefix": prefix, "aws_region": "us-east-1"}
