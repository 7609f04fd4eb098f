"""`make demo` with an Engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.system.clouds import CLOUDS
from tests.system.docker_cloud import docker_cloud
from tests.system.spider import ROOT
from tests.system.test_demo import assert_all_passed

from .engine import contents, told

START_SECONDS = 60.0


@pytest.fixture
def engine() -> Any:
    return told()[0].client()


def start_demo() -> subprocess.Popen[str]:
    engine, _ = told()
    variables = {
        "DOCKER_HOST": engine.host.replace("https:", "tcp:"),
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": str(engine.certificates),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.system.demo"],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_it_shows_docker_beside_the_others_and_leaves_nothing(engine: Any) -> None:
    before = contents(engine)
    demo = start_demo()
    said, _ = demo.communicate()
    assert demo.returncode == 0, said
    assert_all_passed(said.split("\n\n")[1], sorted(CLOUDS))
    assert contents(engine) == before


def test_ended_in_the_middle_it_leaves_nothing(engine: Any) -> None:
    before = contents(engine)
    with start_demo() as demo:
        end = time.monotonic() + START_SECONDS
        while len(contents(engine) - before) < 3:  # image, network, container
            assert demo.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        demo.send_signal(signal.SIGTERM)
    assert demo.returncode == 128 + signal.SIGTERM
    assert contents(engine) == before


def test_what_a_failed_run_has_made_is_removed_and_nothing_else(engine: Any) -> None:
    foreign = engine.create_container(told()[1])["Id"]
    try:
        before = contents(engine)
        with pytest.raises(KeyboardInterrupt):
            fail_midway(engine)
        assert contents(engine) == before
    finally:
        engine.remove_container(foreign, force=True)


def fail_midway(engine: Any) -> None:
    with docker_cloud(told()[0]) as cloud:
        network = engine.create_network(f"{cloud.prefix}vpc-01.{cloud.prefix}subnet-01")["Id"]
        inside = engine.create_host_config(network_mode=network)
        container = engine.create_container(cloud.image, name=f"{cloud.prefix}vm-01", host_config=inside)["Id"]
        engine.start(container)
        assert {network, container} < contents(engine)
        raise KeyboardInterrupt
