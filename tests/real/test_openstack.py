"""The OpenStack driver on a real OpenStack.

Runs where one is named (OS_CLOUD and OS_CLIENT_CONFIG_FILE, as for OpenStack's own clients) or can be started
(SPIDER_OPENSTACK_UP). Each network takes it seconds; what makes one for each step at which to die is left to
`SPIDER_VARIANTS=all`, and to `make conformance` and `make compare`, which compares what it answers with what the twin
does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.real import inside
from tests.real.openstack import suite

ALL = os.environ.get("SPIDER_VARIANTS") == "all"
CASES = "(as_it_is or test_crash)" if ALL else "(as_it_is or test_crash) and not (any_step or undone)"
CRASH = "tests/real/openstack/test_crash.py"
AT_LEAST = 151 if ALL else 126


@pytest.fixture(scope="module")
def where() -> Iterator[Mapping[str, str]]:
    """The variables that name it."""
    with suite.real() as found:
        yield found


@pytest.mark.timeout(2400)
def test_the_suite_passes_on_a_real_openstack(where: Mapping[str, str], tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    beside = where.get(suite.CLOUD, "").count(",") + 1
    spread = ("-n", beside, "--dist", "worksteal") if beside > 1 else ()
    ran = suite.run("real", None, where, CRASH, f"--junitxml={report}", "-k", CASES, *spread)
    inside.all_passed(ran, report, AT_LEAST)
