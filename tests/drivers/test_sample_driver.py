"""A driver of a stranger's: installed beside Spider, it is found and passes the suite, with no change to anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[2] / "examples" / "hello_driver"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample, so that building it leaves nothing in the source tree."""
    copy = tmp_path_factory.mktemp("sample") / "hello_driver"
    shutil.copytree(SAMPLE, copy, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    return copy


@pytest.fixture(scope="module")
def installed(sample: Path) -> Path:
    """Where the sample is installed, by pip and without the internet."""
    target = sample.parent / "installed"
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet"]
    _run([sys.executable, "-m", "pip", "install", *options, "--target", str(target), str(sample)])
    return target


def _run(command: list[str], path: Path | None = None, cwd: Path | None = None) -> str:
    environment = {**os.environ, "PYTHONPATH": str(path)} if path else dict(os.environ)
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=cwd, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_without_it_there_is_no_such_provider() -> None:
    code = "from spider_drivers.contract import registry; print(*registry.providers())"
    assert "HELLO" not in _run([sys.executable, "-c", code]).split()


def test_installed_it_is_listed_with_the_others(installed: Path) -> None:
    code = "from spider_drivers.contract import registry; print(*registry.providers())"
    assert {"HELLO", "MOCK"} <= set(_run([sys.executable, "-c", code], installed).split())


def test_it_is_loaded_by_name_and_only_when_connected(installed: Path) -> None:
    code = (
        "import sys; from spider_drivers.contract import registry; "
        "print(registry.driver('hello').version(), 'spider_hello.cloud' in sys.modules)"
    )
    assert _run([sys.executable, "-c", code], installed).split() == ["0.1.0", "False"]


def test_it_passes_the_conformance_suite(installed: Path, sample: Path) -> None:
    options = ["-v", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(sample)]
    told = _run([sys.executable, "-m", "pytest", *options, "tests"], installed, cwd=sample)
    assert "passed" in told
    assert "skipped" not in told
    assert "TestVmRecovery" in told
    assert "TestSubnetRecovery" in told
    assert "Tags" not in told
    assert "TestRegionZone" not in told, "the sample's cloud has neither tags nor regions"
    assert "TestSecurityGroup" not in told, "the sample keeps no security groups, so it claims no case of theirs"
