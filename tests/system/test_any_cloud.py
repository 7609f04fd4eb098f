"""`examples/any-cloud.sh`, as users run it: one unchanged script, three variables, every cloud."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .clouds import CLOUDS
from .forked import spider
from .spider import ROOT

SCRIPT = ROOT / "examples" / "any-cloud.sh"
STEPS = 15


def run(url: str, connection: str, image: str, spec: str) -> subprocess.CompletedProcess[str]:
    where = {"CONN_CONFIG": connection, "IMAGE_NAME": image, "SPEC_NAME": spec}
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "SPIDER_URL": f"{url}/spider", **where}
    return subprocess.run(
        ["/bin/sh", str(SCRIPT)], env=environment, capture_output=True, text=True, timeout=200, check=False
    )


@pytest.mark.parametrize("provider", CLOUDS)
def test_the_script_runs_on_every_cloud(provider: str, tmp_path: Path) -> None:
    with CLOUDS[provider]() as cloud, spider(tmp_path) as client:
        cloud.register(client)
        done = run(client.url, cloud.connection, cloud.image, cloud.spec)
        left = [client.call("GET", f"/{kind}", {"ConnectionName": cloud.connection})[kind] for kind in ("vpc", "vm")]
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert said[-1] == f"All went well on {cloud.connection}."
    assert sum(line.startswith("ok ") for line in said) == STEPS
    assert left == [[], []]


def test_it_stops_at_the_first_step_that_fails(tmp_path: Path) -> None:
    with spider(tmp_path) as client:
        done = run(client.url, "no-such-config", "image", "spec")
    assert done.returncode == 1
    assert "FAILED POST /vpc: " in done.stderr
    assert "no-such-config" in done.stderr
