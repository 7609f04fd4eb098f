"""Run by test_openstack.py beside the conformance suite, as one of the users that are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drivers.openstack_place import place
from tests.real.openstack import crash


@pytest.mark.timeout(1200)
def test_a_vm_whose_maker_was_killed_is_there_once(tmp_path: Path) -> None:
    with place() as found:
        print(*crash.crash(found, tmp_path), sep="\n")
