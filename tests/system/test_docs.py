"""Every command in the README and the guide is run, in order, against a server."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from .spider import ROOT, spider

COMMANDS = re.compile(r"^```sh run\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/guide.md"])
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
