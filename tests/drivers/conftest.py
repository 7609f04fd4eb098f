"""An emulated EC2 for each module, and the AWS driver's connection to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.contract import Vpc

from tests.drivers.aws_support import Aws, connect, make_vpc
from tests.servers import aws_twin


@pytest.fixture(scope="module")
def twin() -> Iterator[str]:
    """Its states in between last no time."""
    with aws_twin(0) as url:
        yield url


@pytest.fixture
def aws(twin: str) -> Iterator[Aws]:
    found = connect(twin, page_size=5)
    yield found
    found.connection.close()


@pytest.fixture
def vpc(aws: Aws) -> Vpc:
    return make_vpc(aws)
