"""The store keeps its promises on AWS's own implementation of DynamoDB."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.real.dynamodb_local import missing

ROOT = Path(__file__).resolve().parents[2]
AT_LEAST = 300


@pytest.mark.timeout(900)
def test_the_store_on_dynamodb_local(tmp_path: Path) -> None:
    lacking = missing()
    assert not lacking, f"missing: {', '.join(lacking)}. As root on Debian run: bash tests/real/prepare.sh"
    report = tmp_path / "report.xml"
    # With a process namespace too, nothing outlives the test, however it ends.
    namespace = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        namespace.append("--map-root-user")
    inside = 'ip link set lo up && exec "$0" -m tests.real.dynamodb_local "$1"'
    ran = subprocess.run(
        [*namespace, "sh", "-c", inside, sys.executable, str(report)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-8000:]
    suites = ElementTree.parse(report).getroot().findall("testsuite")
    counts = {name: sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "skipped", "failures")}
    assert counts["tests"] > AT_LEAST
    assert counts["skipped"] == counts["failures"] == 0
