"""The conformance suite of the OpenStack driver, run against a real OpenStack or the twin's, and recorded."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.real import inside

from . import projects, started

SUITE = "tests/drivers/test_openstack_conformance.py"
# By which OpenStack's own clients are told of a cloud: an entry of a clouds.yaml. Of several, with commas between them,
# each is for a process of its own.
FILE, CLOUD = started.FILE, "OS_CLOUD"


def named() -> bool:
    """Whether there is a real OpenStack to run against."""
    return CLOUD in os.environ and (FILE in os.environ or started.UP in os.environ)


@contextlib.contextmanager
def real() -> Iterator[dict[str, str]]:
    """The variables that name it, which is started if need be."""
    if FILE in os.environ:
        yield {FILE: os.environ[FILE]}
        return
    try:
        file, cloud = started.start(), os.environ[CLOUD]
        yield {FILE: str(file), CLOUD: ",".join([cloud, *projects.others(file, cloud)])}
    finally:
        started.stop()


def run(
    target: str, recording: Path | None, where: Mapping[str, str], *words: object
) -> subprocess.CompletedProcess[str]:
    """`target`: real or twin. `words`: for pytest."""
    environment = {**os.environ, **where, "SPIDER_TARGET": target}
    if recording:
        environment["SPIDER_RECORD"] = str(recording)
    command = [sys.executable, "-m", "pytest", SUITE, "--timeout=1800", "-k", "as_it_is", *map(str, words)]
    return inside.shown(command, environment)
