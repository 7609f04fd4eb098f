"""The Docker driver passes the suite that every driver must pass, on a real Engine over mutual TLS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.docker import DockerDriver

from .driver import conformance_cloud


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = conformance_cloud()
    yield cloud
    cloud.disconnect()


globals().update(cases_for(DockerDriver().capability()))
