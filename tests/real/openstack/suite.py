"""The conformance suite of the OpenStack driver, run against a real OpenStack or the twin's, and recorded."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.real import inside

from . import projects

SUITE = "tests/drivers/test_openstack_conformance.py"
# By which OpenStack's own clients are told of a cloud: an entry of a clouds.yaml. Of several, with commas between them,
# each is for a process of its own.
FILE, CLOUD = "OS_CLIENT_CONFIG_FILE", "OS_CLOUD"
# A script that starts one and prints FILE=…; down.sh beside it ends it.
UP = "SPIDER_OPENSTACK_UP"


def named() -> bool:
    """Whether there is a real OpenStack to run against."""
    return CLOUD in os.environ and (FILE in os.environ or UP in os.environ)


@contextlib.contextmanager
def real() -> Iterator[dict[str, str]]:
    """The variables that name it, which is started if need be."""
    if FILE in os.environ:
        yield {FILE: os.environ[FILE]}
        return
    script = Path(os.environ[UP]).resolve()
    environment = {**os.environ, "OSREAL_SERVICES": ""}  # no volumes, no load balancers
    try:
        started = inside.shown(["bash", str(script)], environment)
        found = re.search(rf"{FILE}=(\S+)", started.stdout)
        assert started.returncode == 0, started.stdout[-4000:]
        assert found, started.stdout[-4000:]
        yield {
            FILE: found[1],
            CLOUD: ",".join([os.environ[CLOUD], *projects.others(Path(found[1]), os.environ[CLOUD])]),
        }
    finally:
        inside.shown(["bash", str(script.with_name("down.sh"))], environment)


def run(
    target: str, recording: Path | None, where: Mapping[str, str], *words: object
) -> subprocess.CompletedProcess[str]:
    """`target`: real or twin. `words`: for pytest."""
    environment = {**os.environ, **where, "SPIDER_TARGET": target}
    if recording:
        environment["SPIDER_RECORD"] = str(recording)
    command = [sys.executable, "-m", "pytest", SUITE, "--timeout=1800", "-k", "as_it_is", *map(str, words)]
    return inside.shown(command, environment)
