"""The store keeps its promises on AWS's own implementation of DynamoDB."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real import inside
from tests.real.dynamodb_local import missing

AT_LEAST = 300


@pytest.mark.timeout(1800)
def test_the_store_on_dynamodb_local(tmp_path: Path) -> None:
    lacking = missing()
    assert not lacking, f"missing: {', '.join(lacking)}. {inside.PREPARE}"
    report = tmp_path / "report.xml"
    inside.all_passed(inside.run("tests.real.dynamodb_local", report), report, AT_LEAST)
