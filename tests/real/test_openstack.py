"""The OpenStack driver on a real OpenStack.

Runs where one is named (OS_CLOUD and OS_CLIENT_CONFIG_FILE, as for OpenStack's own clients) or can be started
(SPIDER_OPENSTACK_UP). Each network takes it seconds; what makes one for each step at which to die is left to
`SPIDER_VARIANTS=all`, and to `make conformance` and `make compare`, which compares what it answers with what the twin
does.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.real import inside
from tests.real.openstack import suite

ALL = os.environ.get("SPIDER_VARIANTS") == "all"
CASES = "as_it_is" if ALL else "as_it_is and not (any_step or undone)"
AT_LEAST = 150 if ALL else 125


@pytest.mark.timeout(2400)
def test_the_suite_passes_on_a_real_openstack(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    with suite.real() as where:
        ran = suite.run("real", tmp_path / "recording", where, f"--junitxml={report}", "-k", CASES)
    inside.all_passed(ran, report, AT_LEAST)
