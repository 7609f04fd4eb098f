"""A program run in network and process namespaces of its own: nothing of it outlives the run, however that ends."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
COMMANDS: Final = ("ip", "setpriv", "unshare")
PREPARE: Final = "As root on Debian run: bash tests/real/prepare.sh"


def run(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """`python -m module arguments` in the namespaces, with loopback up; what it prints is in `stdout`.

    It sees its own mounts, and is root there whoever runs it; only the machine's root may do more than that.
    """
    # setpriv: were this process killed, everything in there would be too.
    namespaces = [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
    ]
    if os.geteuid() != 0:
        namespaces.append("--map-root-user")
    inside = 'ip link set lo up && exec "$0" -m "$@"'
    return shown([*namespaces, "sh", "-c", inside, sys.executable, module, *map(str, arguments)])


def shown(command: list[str], environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command run at the root of the checkout; all that it prints is in `stdout`."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def all_passed(ran: subprocess.CompletedProcess[str], report: Path, at_least: int) -> None:
    """Fails unless pytest passed, and its JUnit report counts enough tests and none that was left out."""
    assert ran.returncode == 0, ran.stdout[-8000:]
    print(*(line for line in ran.stdout.splitlines() if line.endswith(" in the history")), sep="\n")
    suites = ElementTree.parse(report).getroot().findall("testsuite")
    names = ("tests", "skipped", "failures", "errors")
    counts = {name: sum(int(suite.get(name, "0")) for suite in suites) for name in names}
    assert counts["tests"] >= at_least
    assert counts["skipped"] == counts["failures"] == counts["errors"] == 0
