"""Compares two recordings of the conformance suite, request by request: one of a real cloud, one of the twin.

    python -m tests.real.openstack.compare              records both first, the real cloud named as suite.py says
    python -m tests.real.openstack.compare REAL TWIN    compares what was recorded into these files

Prints every difference that is none of ids, times and addresses, each once, with how often and in which case it was
seen first. Exit status 1 if there is one.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from . import suite
from .exchange import Exchange, sessions
from .masks import kinds, masked

ABSENT = "<absent>"
# Where deaths fall elsewhere as soon as one cloud takes longer than the other: it is asked more often, and each call is
# a step at which to die.
BY_TIME = ("TestVmRecovery::",)


def main(words: list[str]) -> int:
    if words:
        return compare(*map(Path, words))
    if not suite.named():
        sys.exit(f"no OpenStack is named in {suite.CLOUD} and {suite.FILE}")
    with tempfile.TemporaryDirectory(prefix="spider-compare-") as folder, suite.real() as where:
        recordings = [Path(folder, target) for target in ("real", "twin")]
        for recording in recordings:
            ran = suite.run(recording.name, recording, where)
            print(f"{recording.name}: {ran.stdout.splitlines()[-1]}", flush=True)
        return compare(*recordings)


def compare(real_file: Path, twin_file: Path) -> int:
    """The exit status."""
    real, twin = sessions(real_file), sessions(twin_file)
    seen: Counter[str] = Counter()
    first: dict[str, str] = {}
    for case in sorted(one for one in real | twin if not one.startswith(BY_TIME)):
        for difference in differences(real.get(case, []), twin.get(case, [])):
            seen[difference] += 1
            first.setdefault(difference, case)
    for difference, times in sorted(seen.items()):
        print(f"{difference}\n    {times} times, first in {first[difference]}")
    compared = sum(len(one) for case, one in real.items() if not case.startswith(BY_TIME))
    print(f"{len(real)} cases, {compared} exchanges with the real cloud compared: {len(seen)} differences")
    return 1 if seen or not compared else 0


def differences(real: list[Exchange], twin: list[Exchange]) -> Iterator[str]:
    """Of one case."""
    left, right = shown(real), shown(twin)
    matcher = SequenceMatcher(None, [one.asked for one in left], [one.asked for one in right], autojunk=False)
    for _, i, j, k, end in matcher.get_opcodes():
        if j - i == end - k and [one.asked for one in left[i:j]] == [one.asked for one in right[k:end]]:
            for theirs, ours in zip(left[i:j], right[k:end], strict=True):
                yield from exchange_differences(theirs, ours)
            continue
        yield from (f"{spelt(one)}: {one.status}: with the real cloud only" for one in left[i:j])
        yield from (f"{spelt(one)}: {one.status}: with the twin only" for one in right[k:end])


def shown(exchanges: list[Exchange]) -> list[Exchange]:
    """Without what may differ."""
    known = kinds(exchanges)

    def plain(one: Exchange) -> Exchange:
        query = tuple((name, masked(value, known)) for name, value in one.query)
        parts: dict[str, Any] = {
            name: masked(getattr(one, name), known) for name in ("path", "sent", "headers", "answer")
        }
        return replace(one, query=query, **parts)

    return [_gone_at_once(plain(one)) for one in exchanges]


def _gone_at_once(one: Exchange) -> Exchange:
    """Nova shows a server that it has just deleted for a moment more, as DELETED."""
    server = one.answer.get("server") if isinstance(one.answer, dict) else None
    gone = one.status == 404 or (isinstance(server, dict) and server.get("status") == "DELETED")
    if one.method == "GET" and one.path.endswith("/servers/<server>") and gone:
        return replace(one, status=404, headers={}, answer="<gone>")
    return one


def exchange_differences(real: Exchange, twin: Exchange) -> Iterator[str]:
    for part in ("status", "sent", "headers", "answer"):
        for where, theirs, ours in unlike(getattr(real, part), getattr(twin, part), part):
            yield f"{spelt(real)}: {where}: {theirs!r} of the real cloud, {ours!r} of the twin"


def unlike(real: Any, twin: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    if real == twin:
        return
    if isinstance(real, dict) and isinstance(twin, dict):
        for name in sorted(real | twin):
            yield from unlike(real.get(name, ABSENT), twin.get(name, ABSENT), f"{where}.{name}")
    elif isinstance(real, list) and isinstance(twin, list) and len(real) == len(twin):
        for theirs, ours in zip(real, twin, strict=True):
            yield from unlike(theirs, ours, f"{where}[]")
    else:
        yield where, real, twin


def spelt(exchange: Exchange) -> str:
    query = "&".join(f"{name}={value}" for name, value in exchange.query)
    return f"{exchange.method} {exchange.path}{'?' if query else ''}{query}"


if __name__ == "__main__":
    if len(sys.argv) not in (1, 3):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
