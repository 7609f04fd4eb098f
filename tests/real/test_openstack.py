"""The OpenStack driver on a real OpenStack.

Runs where one is named (OS_CLOUD and OS_CLIENT_CONFIG_FILE, as for OpenStack's own clients) or can be started
(SPIDER_OPENSTACK_UP). `make compare` compares what it answers with what the twin does.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real import inside
from tests.real.openstack import suite

AT_LEAST = 150


@pytest.mark.timeout(2400)
def test_the_suite_passes_on_a_real_openstack(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    with suite.real() as where:
        ran = suite.run("real", tmp_path / "recording", where, f"--junitxml={report}")
    inside.all_passed(ran, report, AT_LEAST)
