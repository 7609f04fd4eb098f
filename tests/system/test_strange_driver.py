"""A driver of a stranger's, whose cloud has neither security groups nor key pairs: the same life cycle over HTTP."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .clouds import Cloud
from .demo import run
from .spider import ROOT, behind, environment, serve

HELLO = Cloud(
    provider="HELLO",
    credential={"Token": "hello-token"},
    region={"Region": "here"},
    image="hello-linux-1",
    spec="hello-size-1",
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample driver, installed where only this test's server looks."""
    folder = tmp_path_factory.mktemp("strange")
    copy, target = folder / "hello_driver", folder / "installed"
    shutil.copytree(ROOT / "examples" / "hello_driver", copy)
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    subprocess.run([*pip, "--target", str(target), str(copy)], check=True)
    return target


def test_it_is_listed_and_passes_the_life_cycle(installed: Path, tmp_path: Path) -> None:
    path = environment(tmp_path, {})["PYTHONPATH"]
    with behind(serve, tmp_path, {}, PYTHONPATH=f"{installed}:{path}") as client:
        assert "HELLO" in client.call("GET", "/cloudos")["cloudos"]
        assert run(client, HELLO).why == ""
