"""Many changes at once, on several servers of one store, at a cloud that lets so many calls per second pass."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from cloud_twin.faults import DIALECTS
from tests.faults.warm import warm
from tests.servers import twin

from .spider import CallFailed, Client
from .three_clouds import Asking, Emulated

# What the emulated ones tell; EC2 tells none, so that pauses are guessed.
RETRY_AFTER: Final = {"AWS": None, "AZURE": 1.0, "OPENSTACK": 1.0}
OVER_SECONDS: Final = 600.0
LOOK_SECONDS: Final = 1.0
ROUNDED_SECONDS: Final = 0.005  # moments of a record, which are of two clocks


@dataclass(frozen=True)
class Crowd:
    """What became of it. `states`: of operations, creates and as many deletes; `refused`: calls that came too fast, as
    the cloud has seen it, `recorded`: as Spider has; `early`: calls that came before the pause was over that the cloud
    had asked the same change for; `left`: what the cloud has more or less than before; `seconds`: in all."""

    states: Counter[str]
    granted: int
    refused: int
    recorded: int
    early: int
    left: set[str]
    seconds: float


@contextlib.contextmanager
def at_several_servers(
    provider: str, home: Path, servers: int, **settings: str
) -> Iterator[tuple[Emulated, list[Client]]]:
    """An emulated cloud, and clients of so many servers on one store."""
    with contextlib.ExitStack() as stack:
        found = stack.enter_context(twin(provider.lower(), transition_seconds=0.1))
        start = stack.enter_context(warm(provider))
        started = [start(home, **settings) for _ in range(servers)]
        for server in started:
            stack.callback(server.kill)
        yield Emulated(found, provider), [server.client for server in started]


def throng(place: Emulated, clients: Sequence[Client], count: int, rate: float, retry_after: float | None) -> Crowd:
    """So many security groups are made at once and then removed. `retry_after`: as the cloud tells, if it does."""
    asking = Asking(place.cloud())
    asking.cloud.register(clients[0])
    clients[0].call("POST", "/vpc", asking.vpc("crowded"))
    before, began = place.contents(), time.monotonic()
    place.forget_calls()
    with place.rule(throttle=True, rate=rate, retry_after=retry_after) as rule:
        bodies = [asking.group(f"group-{number}", "crowded") for number in range(count)]
        made = _begun(clients, [("POST", "/securitygroup", body) for body in bodies])
        states = [_ended(clients[0], operation) for operation in made]
        paths = [f"/securitygroup/{body['ReqInfo']['Name']}" for body in bodies]
        removed = _begun(clients, [("DELETE", path, asking.on) for path in paths])
        states += [_ended(clients[0], operation) for operation in removed]
        seconds = time.monotonic() - began
        struck = [rule in call["faults"] for call in _calls_at(place)]
    code, records = DIALECTS[place.word].throttling[1], list(_records(clients[0]))
    return Crowd(
        states=Counter(states),
        granted=struck.count(False),
        refused=struck.count(True),
        recorded=sum(record["Code"] == code for record in records),
        early=_early(records, code, retry_after or 0.0),
        left=place.contents() ^ before,
        seconds=seconds,
    )


def _begun(clients: Sequence[Client], requests: Sequence[tuple[str, str, Any]]) -> list[str]:
    """The operations' addresses."""

    def begin(client: Client, request: tuple[str, str, Any]) -> str:
        """Again where Spider asks for it: a store of two servers may be busy."""
        key = uuid.uuid4().hex
        while (answer := client.send(*request, Prefer="respond-async", Idempotency_Key=key)).status_code == 503:
            time.sleep(float(answer.headers["Retry-After"]))
        if answer.status_code != 202:
            raise CallFailed(f"{request[:2]}: {answer.status_code} {answer.text}")
        return answer.headers["Location"].removeprefix("/spider")

    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(begin, itertools.cycle(clients), requests))


def _ended(client: Client, operation: str) -> str:
    """Its state in the end; as it is when that takes too long."""
    until = time.monotonic() + OVER_SECONDS
    while True:
        state = str(client.call("GET", operation)["State"])
        if state in ("SUCCEEDED", "FAILED") or time.monotonic() > until:
            return state
        time.sleep(LOOK_SECONDS)


def _calls_at(place: Emulated) -> list[dict[str, Any]]:
    lines = httpx.get(f"{place.twin.plain}/_twin/calls", trust_env=False, timeout=30).text.splitlines()
    return [call for call in map(json.loads, lines) if call["cloud"] == place.word]


def _records(client: Client) -> Iterator[dict[str, Any]]:
    """Spider's own of all calls."""
    path = "/hiscall/export?limit=1000"
    while path:
        answer = client.send("GET", path)
        yield from map(json.loads, answer.text.splitlines())
        path = answer.links.get("next", {}).get("url", "").removeprefix("/spider")


def _early(records: Sequence[dict[str, Any]], code: str, pause: float) -> int:
    """How often the call after a refused one began before the pause was over, whoever made it."""
    changes: defaultdict[str, list[tuple[float, float, bool]]] = defaultdict(list)
    for record in records:
        began = datetime.fromisoformat(record["Start"]).timestamp()
        changes[record["OperationId"]].append((began, began + float(record["ElapsedTime"]), record["Code"] == code))
    pairs = [pair for calls in changes.values() for pair in itertools.pairwise(sorted(calls))]
    return sum(refused and after[0] < end + pause - ROUNDED_SECONDS for (_, end, refused), after in pairs)
