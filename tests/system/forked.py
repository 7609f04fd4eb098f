"""The whole program, as `spider.py` starts it, but forked from one process of this test run that has loaded the service
and the SDKs of all clouds: to load them takes a server longer than most tests."""

from __future__ import annotations

import atexit
import contextlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.faults.warm import Start, warm
from tests.forge import ending

from .clouds import CLOUDS
from .spider import Client, Process


@cache
def _forge() -> Start:
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(warm(*CLOUDS))


def start(home: Path, **settings: str) -> Process:
    """As spider.start."""
    return _forge()(home, **settings)


@contextlib.contextmanager
def spider(home: Path, **settings: str) -> Iterator[Client]:
    """As spider.spider."""
    process = start(home, **settings)
    with ending(process):
        yield process.client
