"""The Docker driver, and the whole program with it, on a real Engine: the machine's, or else one of the test's own."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.real import docker_engine, docker_image, inside
from tests.system.engine import Engine, NoEngine, find

AT_LEAST = 160


@pytest.mark.timeout(1800)
def test_docker(tmp_path: Path) -> None:
    engine = the_machines()
    lacking = docker_engine.missing(engine)
    assert not lacking, f"missing: {', '.join(lacking)}. {inside.PREPARE}"
    report = tmp_path / "report.xml"
    if engine:
        ran = docker_engine.run_found(engine, report, tmp_path / "certificates")
    else:
        assert os.geteuid() == 0, "no Docker Engine answers here, and only root can start one"
        ran = docker_engine.run_own(report)
    inside.all_passed(ran, report, AT_LEAST)


def test_the_image_for_ssh_is_the_same_each_time() -> None:
    assert docker_image.archive() == docker_image.archive()


def the_machines() -> Engine | None:
    """Raises NoEngine when one is named in DOCKER_HOST that cannot be used, or one answers from elsewhere."""
    try:
        engine = find()
    except NoEngine:
        if os.environ.get("DOCKER_HOST"):
            raise
        return None
    if urlsplit(engine.host).hostname not in (None, "127.0.0.1", "localhost"):
        raise NoEngine(f"The Docker Engine at {engine.host} is not on this machine: the tests look at its loopback")
    return engine
