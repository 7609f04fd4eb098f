"""The tests in docker/ and openstack/ run where test_docker.py and test_openstack.py start them, beside an Engine, not
with those that start engines. Those on OpenStack run where one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.openstack import suite


def pytest_report_header() -> str:
    return "" if suite.named() else f"OpenStack is left out: none is named in {suite.CLOUD} and {suite.FILE}"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path.name == "test_openstack.py" and not suite.named():
        return True
    if collection_path.parent != Path(__file__).parent or collection_path.name not in ("docker", "openstack"):
        return None
    named = (Path(argument.partition("::")[0]).resolve() for argument in config.args)
    return not any(path.is_relative_to(collection_path) for path in named) or None
