"""`make demo` as whoever has no Docker sees it."""

from __future__ import annotations

import os
import subprocess
import sys

from .clouds import CLOUDS
from .spider import ROOT


def test_the_demo_passes_on_every_cloud_and_says_that_docker_is_left_out() -> None:
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
    assert "There is no /nowhere/docker.sock of a Docker Engine, so Docker is left out." in told.splitlines()
    rows = [line.split() for line in table.splitlines()]
    assert rows[0] == ["step", *sorted(CLOUDS)]
    assert {tuple(row[-len(CLOUDS) :]) for row in rows[1:]} == {("ok",) * len(CLOUDS)}
    assert outcome == f"All steps passed on {', '.join(sorted(CLOUDS))}.\n"
