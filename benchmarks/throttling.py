"""How often a cloud refuses calls as too fast, with and without a limit that all workers keep together.

    python -m benchmarks.throttling [AWS AZURE OPENSTACK]

Fifty workers of two servers on one SQLite make security groups and remove them, all at once, at an emulated cloud that
lets so many calls per second pass, of any kind together.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

from benchmarks.table import show
from tests.system.crowd import RETRY_AFTER, at_several_servers, throng

SERVERS, WORKERS, GROUPS, CALLS_PER_SECOND = 2, 25, 100, 15.0
HEADS = ("cloud", "limit", "succeeded", "calls", "refused", "refused per call", "early", "seconds", "CPU seconds")


def measured(provider: str, tries: int) -> list[object]:
    """A row of the table. `tries`: SPIDER_THROTTLED_TRIES."""
    before = spent()
    with tempfile.TemporaryDirectory(prefix="spider-") as home:
        settings = {"workers": str(WORKERS), "throttled_tries": str(tries)}
        with at_several_servers(provider, Path(home), SERVERS, **settings) as (place, clients):
            crowd = throng(place, clients, GROUPS, CALLS_PER_SECOND, RETRY_AFTER[provider])
    done = f"{crowd.states['SUCCEEDED']} of {crowd.states.total()}" + (", more left" if crowd.left else "")
    share = f"{crowd.refused / crowd.granted:.2f}"
    limit = tries or "none"
    counts = [crowd.granted, crowd.refused, share, crowd.early]
    return [provider, limit, done, *counts, f"{crowd.seconds:.0f}", f"{spent() - before:.0f}"]


def spent() -> float:
    """CPU seconds of all processes that have ended, and of this one."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(providers: list[str]) -> None:
    rows: list[list[object]] = []
    for provider in providers or RETRY_AFTER:
        for tries in (0, 4):
            rows.append(measured(provider, tries))
            print(*rows[-1], file=sys.stderr, flush=True)
    show(HEADS, rows)


if __name__ == "__main__":
    main(sys.argv[1:])
