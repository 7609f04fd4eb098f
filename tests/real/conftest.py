"""The tests in docker/ run where test_docker.py starts them, beside an Engine, not with those that start engines. Those
on OpenStack run where one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.openstack import suite


def pytest_report_header() -> str:
    return "" if suite.named() else f"OpenStack is left out: none is named in {suite.CLOUD} and {suite.FILE}"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path.name == "test_openstack.py" and not suite.named():
        return True
    inner = Path(__file__).with_name("docker")
    if collection_path != inner:
        return None
    named = (Path(argument.partition("::")[0]).resolve() for argument in config.args)
    return not any(path.is_relative_to(inner) for path in named) or None
