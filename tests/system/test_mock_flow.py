"""`mock-flow.sh`, as users run it, against a server with a login and the mock."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .spider import spider

SCRIPT = Path(__file__).with_name("mock-flow.sh")
LOGIN = ("flow", "flow-password")
PARTS = ("register", "network", "access", "machine", "again", "deleted")


def flow(url: str, auth: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "SPIDER_URL": f"{url}/spider", "SPIDER_AUTH": auth}
    return subprocess.run(
        ["/bin/sh", str(SCRIPT)], env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("mode", ["", "ON"])
def test_every_step_holds(tmp_path: Path, mode: str) -> None:
    """Also where the cloud's names are not the user's."""
    with spider(tmp_path, username=LOGIN[0], password=LOGIN[1], id_transform_mode=mode or "OFF") as client:
        done = flow(client.url, ":".join(LOGIN))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert [line[2:] for line in said if line.startswith("# ")] == list(PARTS)
    assert sum(line.startswith("ok ") for line in said) > 100
    assert said[-1] == "The flow holds."


def test_a_step_that_does_not_hold_ends_the_flow(tmp_path: Path) -> None:
    with spider(tmp_path, username=LOGIN[0], password=LOGIN[1]) as client:
        done = flow(client.url, "flow:wrong")
    assert done.returncode == 1
    assert done.stderr.startswith("FAILED POST /driver: 401")
