"""The tests in docker/ run where test_docker.py starts them, beside an Engine, not with those that start engines."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    inner = Path(__file__).with_name("docker")
    if collection_path != inner:
        return None
    named = (Path(argument.partition("::")[0]).resolve() for argument in config.args)
    return not any(path.is_relative_to(inner) for path in named) or None
