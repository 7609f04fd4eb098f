"""`make demo` as whoever has no Docker sees it."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from .clouds import CLOUDS
from .spider import ROOT


def test_the_demo_passes_on_every_cloud_and_says_that_docker_is_emulated() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.system.demo"],
        cwd=ROOT,
        env={**os.environ, "DOCKER_HOST": "unix:///nowhere/docker.sock"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stderr == ""
    told, table, outcome = ran.stdout.split("\n\n")
    assert_all_passed(table, sorted(CLOUDS))
    assert "There is no /nowhere/docker.sock of a Docker Engine, so Docker is emulated, too." in told.splitlines()
    assert outcome == f"All steps passed on {', '.join(sorted(CLOUDS))}.\n"


def assert_all_passed(table: str, clouds: list[str]) -> None:
    heads, *steps, times = table.splitlines()
    assert heads.split() == ["step", *clouds]
    assert len(steps) > 20
    assert {tuple(re.findall(r"(ok|FAILED|-)(?: |$)", step)) for step in steps} == {("ok",) * len(clouds)}
    assert len(re.findall(r"\d+\.\d s", times)) == len(clouds)
