"""The OpenStack driver on a real OpenStack, and what the twin's answers in the same session.

Runs where one is named (OS_CLOUD and OS_CLIENT_CONFIG_FILE, as for OpenStack's own clients) or can be started
(SPIDER_OPENSTACK_UP).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real import inside
from tests.real.openstack import compare, suite

AT_LEAST = 110

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def cloud() -> Iterator[dict[str, str]]:
    with suite.real() as where:
        yield where


def test_the_suite_passes_and_the_twin_answers_alike(
    cloud: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recordings = {}
    for target in ("real", "twin"):
        recordings[target], report = tmp_path / f"{target}.jsonl", tmp_path / f"{target}.xml"
        ran = suite.run(target, recordings[target], cloud, f"--junitxml={report}")
        inside.all_passed(ran, report, AT_LEAST)
    alike = compare.compare(recordings["real"], recordings["twin"]) == 0
    assert alike, capsys.readouterr().out[-8000:]
