"""Every command in the README and the guide is run, in order, against a server."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import free_port

from .spider import ROOT, spider

COMMANDS = re.compile(r"^```sh run\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/guide.md", "docs/history.md"])
def test_the_commands_do_what_they_say(page: str, tmp_path: Path) -> None:
    blocks = COMMANDS.findall((ROOT / page).read_text())
    assert blocks
    with spider(tmp_path / "home") as client:
        script = "\n".join(["set -eu", *blocks])
        script = script.replace("http://localhost:1024", client.url).replace("/tmp/", f"{tmp_path}/")
        outcome = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=120, check=False)
        told = outcome.stdout
        assert outcome.returncode == 0, outcome.stderr
        left = [client.call("GET", f"/{kind}?ConnectionName=mock-config")[kind] for kind in ("vpc", "keypair", "vm")]
    assert left == [[], [], []]
    problems = re.findall(r'"status": ?(\d+)', told)
    assert problems == (["400", "404"] if page == "docs/guide.md" else []), told


def test_the_commands_about_cloud_twin_do_what_they_say(tmp_path: Path) -> None:
    page = (ROOT / "docs/cloud-twin.md").read_text().replace("/tmp/", f"{tmp_path}/")
    port, tls_port = free_port(), free_port()
    blocks = COMMANDS.findall(page.replace("5000", str(port)).replace("5001", str(tls_port)))
    started, *rest = (block.replace(".venv/bin/python", shlex.quote(sys.executable)) for block in blocks)
    wait = f"until curl -s -o /dev/null http://127.0.0.1:{port}/_twin/clock; do sleep 0.1; done"
    script = "\n".join(["set -eu", "trap 'kill %1; wait' EXIT", started, wait, *rest])
    outcome = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert outcome.returncode == 0, outcome.stderr
    assert '"lose": "after"' in outcome.stdout
