"""python -m tests.simulation SEED                      one history, told
python -m tests.simulation --count 10000 [--first 0]  many, then the engine broken on purpose in every way that is known

The outcome is the exit status."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter

from .history import run
from .sabotage import SABOTAGES, seeds_until_found

MOST_SHOWN = 20
MOST_UNTIL_FOUND = 1000


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", nargs="?", type=int, help="tell the history of this seed")
    parser.add_argument("--count", type=int, default=1000, help="how many histories to run")
    parser.add_argument("--first", type=int, default=0, help="the first of their seeds")
    given = parser.parse_args(words)
    logging.disable(logging.CRITICAL)
    if given.seed is not None:
        return replay(given.seed)
    failed = many(range(given.first, given.first + given.count))
    return broken() or failed


def replay(seed: int) -> int:
    history = run(seed)
    print(*history.told, *(f"DIFFERENCE {one}" for one in history.differences), sep="\n")
    return 1 if history.differences else 0


def many(seeds: range) -> int:
    """All of them, whatever they show."""
    began, failed, total = time.perf_counter(), 0, Counter[str]()
    for seed in seeds:
        history = run(seed)
        total.update(operations=history.operations, deaths=history.deaths, troubles=history.troubles)
        if history.differences:
            failed += 1
            if failed <= MOST_SHOWN:
                print(f"seed {seed}:", *history.differences[:3], sep="\n    ", flush=True)
    seconds = time.perf_counter() - began
    print(
        f"{len(seeds)} histories, {total['operations']} operations, {total['deaths']} deaths, {total['troubles']} other"
        f" troubles: {failed} with differences; {seconds:.0f} s, {60 * len(seeds) / seconds:.0f} a minute"
    )
    return 1 if failed else 0


def broken() -> int:
    """An engine that is broken on purpose is seen through, or the simulation proves nothing."""
    unseen = 0
    for name, sabotage in SABOTAGES.items():
        count = seeds_until_found(sabotage, range(MOST_UNTIL_FOUND))
        unseen += count is None
        print(f"broken on purpose: {name}: " + ("NOT SEEN" if count is None else f"seen after {count}"), flush=True)
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
