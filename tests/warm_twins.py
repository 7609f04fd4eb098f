"""Cloud-Twins that start in milliseconds, forked from one process of this test run that has loaded all clouds.

As a program it is that process: `python -m tests.warm_twins`.
"""

from __future__ import annotations

import atexit
import contextlib
from collections.abc import Iterator, Sequence
from functools import cache

from tests.forge import Forge, ending, forge, obey


@cache
def _forge() -> Forge:
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(forge("tests.warm_twins"))


@contextlib.contextmanager
def serving(words: Sequence[str], url: str) -> Iterator[None]:
    """Cloud-Twin with these words of its command line, which answers at `url`, until the block ends."""
    with ending(_forge()(words, {}, url)):
        yield


def main() -> None:
    from cloud_twin import __main__ as program
    from cloud_twin.aws import region
    from cloud_twin.clock import TwinClock
    from cloud_twin.twin import MAKERS

    for make in MAKERS.values():
        make(TwinClock())  # which loads what the cloud needs
    region.make_images("us-east-2")  # where tests/system has its things
    obey(program.main)


if __name__ == "__main__":
    main()
