"""The template of the stage that is in the repository, made once."""

from __future__ import annotations

import pytest

from deployment import archives, template
from deployment.chalice_part import Json, Packaged, package


@pytest.fixture(scope="session")
def packaged() -> Packaged:
    return package(archives.ROOT, "dev")


@pytest.fixture(scope="session")
def built(packaged: Packaged) -> Json:
    return template.build(packaged, "spider/layer.zip", "spider/function.zip")
