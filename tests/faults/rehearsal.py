"""A life that nothing befalls: what it costs in calls, and what it leaves, is what any other is held against."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from cloud_twin.faults import Rule
from cloud_twin.faults.log import Logged
from tests.system.spider import CallFailed, Client

from .lives import Change, Life, create, delete
from .place import Connection, Place

MOMENTS: Final = ("before", "after")
OVER_SECONDS: Final = 150.0


@dataclass(frozen=True)
class Point:
    """Before or after the call of an API with this number, in one change. `sure`: whether it comes each time. Looks
    depend on how busy the machine is, and so do calls that the cloud refuses until it is ready."""

    moment: str
    api: str
    number: int
    read: bool
    sure: bool

    def rule(self, after: int) -> Rule:
        """`after`: the rule that refuses what is done until then, or 0."""
        return Rule(api=self.api, first=self.number, times=1, after=after, hold=self.moment)

    def __str__(self) -> str:
        return f"{self.moment} {self.api} {self.number}"


@dataclass(frozen=True)
class Rehearsed:
    """`made`, `gone`: how many things are then at the cloud that were not, or no more. `refusal`: of the call that is
    refused."""

    change: Change
    points: Sequence[Point]
    made: int
    gone: int
    shown: Any
    writes: int
    refusal: Rule | None


def rehearse(client: Client, place: Place, on: Connection, life: Life) -> list[Rehearsed]:
    prepare(client, on, life)
    done: dict[str, list[Logged]] = {}
    rehearsed = []
    for change in life.changes:
        refusal = _refusal(place, done[change.title.partition(",")[0]]) if change.refused else None
        before = place.contents()
        on.faults.log.clear()
        if refusal:
            on.faults.rules.add(refusal)
        end(client, begin(client, on, change), change)
        on.faults.rules.clear()
        calls = done[change.title] = on.faults.log.calls()
        after = place.contents()
        shown = change.shown(client, on)
        points = list(_points(calls, refusal))
        writes = sum(not call.read and call.status < 400 for call in calls)
        rehearsed.append(Rehearsed(change, points, len(after - before), len(before - after), shown, writes, refusal))
    clear(client, on, life)
    return rehearsed


def prepare(client: Client, on: Connection, life: Life) -> None:
    on.register(client)
    for path in life.needs:
        client.call(*create(path).request(on))


def clear(client: Client, on: Connection, life: Life) -> None:
    for path in reversed(life.needs):
        client.call(*delete(path).request(on))


def begin(client: Client, on: Connection, change: Change) -> str:
    """The path of the operation. Asked for again where so many write at once that one has no turn in time."""
    until = time.monotonic() + OVER_SECONDS
    while (answer := client.send(*change.request(on), Prefer="respond-async")).status_code == 503:
        assert time.monotonic() < until, f"{change.title}: {answer.text}"
        time.sleep(1.0)
    assert answer.status_code == 202, f"{change.title}: {answer.text}"
    return answer.headers["Location"].removeprefix("/spider")


def end(client: Client, operation: str, change: Change) -> None:
    """Waits for it. Raises CallFailed unless it ends as it should."""
    until = time.monotonic() + OVER_SECONDS
    while (told := client.call("GET", operation))["State"] not in ("SUCCEEDED", "FAILED"):
        if time.monotonic() > until:
            raise CallFailed(f"{change.title}: {told}")
        time.sleep(0.2)
    if told["State"] != ("FAILED" if change.refused else "SUCCEEDED"):
        raise CallFailed(f"{change.title}: {told}")


def _numbered(calls: Sequence[Logged]) -> Iterator[tuple[Logged, int]]:
    """Each with how many of its API there were until then. So a look more or less at one thing moves nothing else."""
    seen = Counter[str]()
    for call in calls:
        seen[call.api] += 1
        yield call, seen[call.api]


def _points(calls: Sequence[Logged], refusal: Rule | None) -> Iterator[Point]:
    """Of a change of which a part is refused, those of what follows."""
    if refusal:
        numbered = [(call.api, number) for call, number in _numbered(calls)]
        calls = calls[numbered.index((refusal.api, refusal.first)) + 1 :]
    unsure = {call.api for call in calls if call.read or not 200 <= call.status < 400}
    for call, number in _numbered(calls):
        yield from (Point(moment, call.api, number, call.read, call.api not in unsure) for moment in MOMENTS)


def _refusal(place: Place, calls: Sequence[Logged]) -> Rule:
    """Of the last call that makes something; where that is the first one, too, of the next call."""
    numbered = list(_numbered(calls))
    writes = [index for index, (call, _) in enumerate(numbered) if not call.read]
    index = writes[-1] if len(writes) > 1 else writes[0] + 1
    call, number = numbered[index]
    status, code, message = place.refusal
    return replace(Rule(api=call.api, first=number, times=1), status=status, code=code, message=message)
