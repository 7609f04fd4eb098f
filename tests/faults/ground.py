"""Where histories take place: clouds, a Spider that is killed, a stranger at the same clouds, and what must hold in the
end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from cloud_twin.faults import Rule
from cloud_twin.faults.active import Rules
from tests.servers import Proxy
from tests.system.spider import Client

from .lives import KINDS, Change, delete
from .place import Connection, Place

SETTINGS: Final = {
    "lease_seconds": "2",
    "sweep_seconds": "1",
    "retry_seconds": "0.2",
    "retry_limit_seconds": "1",
    "workers": "16",
}
# What a change may be answered that is opened, or refused before anything is written down.
OPENED, REFUSED = 202, frozenset({404, 409, 422})
OVER: Final = frozenset({"SUCCEEDED", "FAILED"})
QUIET_SECONDS: Final = 150.0
REACHED_SECONDS: Final = 20.0


@dataclass(frozen=True)
class Asked:
    """A change that Spider has taken on. `made`: whether it creates or deletes the resource, or None."""

    on: str
    path: str
    operation: str
    made: bool | None


def cloud_of(name: str) -> str:
    return name.partition("-")[0]


@dataclass(frozen=True)
class Step:
    """A change asked for on a connection. `points`: rules that hold one of its calls."""

    name: str
    path: str
    change: Change
    points: Sequence[Rule] = ()


class Ground:
    """One history. `places`: by the word of their cloud; `proxies`: by the name of a connection, `aws-1`."""

    def __init__(self, places: Mapping[str, Place], proxies: Mapping[str, Proxy]) -> None:
        self._stack = ExitStack()
        self._places = places
        self._proxies = proxies
        self._home, strange = (Path(self._stack.enter_context(TemporaryDirectory())) for _ in range(2))
        for proxied in proxies.values():
            proxied.faults.reset()
        self._empty = {word: place.contents() for word, place in places.items()}
        self.on = {
            name: Connection(places[cloud_of(name)], int(name.partition("-")[2]), proxied)
            for name, proxied in proxies.items()
        }
        self._start = next(iter(places.values())).start
        self._process = self._start(self._home, **SETTINGS)
        self._stranger = self._start(strange, **SETTINGS)
        self._stack.callback(self._stranger.kill)
        for on in self.on.values():
            on.register(self._process.client)
            on.register(self._stranger.client)
        self._asked: list[Asked] = []
        self._destroyed: set[tuple[str, str]] = set()

    @property
    def client(self) -> Client:
        return self._process.client

    def close(self) -> None:
        """Also lets go who stands still, else the proxies would not end."""
        for proxied in self._proxies.values():
            proxied.faults.reset()
        self._process.kill()
        self._stack.close()

    def ask(self, name: str, path: str, change: Change) -> str:
        """The path of its operation, "" if it is refused."""
        answer = self.client.send(*change.request(self.on[name]), Prefer="respond-async")
        assert answer.status_code == OPENED or answer.status_code in REFUSED, f"{change.title}: {answer.text}"
        if answer.status_code in REFUSED:
            return ""
        operation = answer.headers["Location"].removeprefix("/spider")
        made = {"create": True, "delete": False}.get(change.title.partition(" ")[0])
        self._asked.append(Asked(name, path, operation, made))
        return operation

    def befall(self, name: str, *rules: Rule) -> None:
        for rule in rules:
            self._rules(name).add(rule)

    def die_in(self, steps: Sequence[Step]) -> None:
        """When each stands still at its point, or is over. All was quiet before, so that it is the same each time."""
        self.rest()
        held = {step.name: [self._rules(step.name).add(point) for point in step.points] for step in steps}
        asked = {step.name: self.ask(step.name, step.path, step.change) for step in steps}
        until = time.monotonic() + REACHED_SECONDS
        for name, operation in asked.items():
            while operation and not self._stands_still(name, held[name]) and time.monotonic() < until:
                if self.client.call("GET", operation)["State"] in OVER:
                    break
        self._process.kill()
        for name, rules in held.items():
            for one in rules:
                self._rules(name).remove(one)
        self._process = self._start(self._home, **SETTINGS)

    def _stands_still(self, name: str, held: Sequence[int]) -> bool:
        return any(self._rules(name).reached(one, 0.05) for one in held)

    def _rules(self, name: str) -> Rules:
        return self._proxies[name].faults.rules

    def destroy(self, name: str, path: str) -> None:
        """By a stranger, who has the cloud's id of it."""
        on = self.on[name]
        found = self.client.send("GET", f"/{path}/{on.name(path)}", on.on)
        cloud_id = found.json()["IId"]["SystemId"] if found.status_code == 200 else ""
        if cloud_id:
            self._destroyed.add((name, path))
            self._stranger.client.send("DELETE", f"/csp{path}/{cloud_id}", on.on)

    def rest(self) -> list[Any]:
        """Until nothing goes on any more. The operations that are not over even then."""
        until = time.monotonic() + QUIET_SECONDS
        while (going_on := [one for one in self._listed() if one["State"] not in OVER]) and time.monotonic() < until:
            time.sleep(0.3)
        return going_on

    def differences(self) -> list[str]:
        """When all troubles are over: from what was promised. Nothing else is there, and all of it can be deleted."""
        for proxied in self._proxies.values():
            proxied.faults.rules.clear()
        found = [f"never over: {one}" for one in self.rest()]
        states = {one["OperationId"]: one for one in self._listed()}
        found += [text for name in self.on for path in KINDS for text in self._of(name, path, states)]
        found += self._cleared_away()
        for word, place in self._places.items():
            left, lost = place.contents() - self._empty[word], self._empty[word] - place.contents()
            found += [f"{word}: left over {sorted(left)}, lost {sorted(lost)}"] * bool(left | lost)
        return found

    def _of(self, name: str, path: str, operations: Mapping[str, Any]) -> Iterator[str]:
        on = self.on[name]
        there = False
        for one in self._asked:
            if (one.on, one.path) == (name, path) and one.made is not None:
                done = operations[one.operation.rpartition("/")[2]]["State"] == "SUCCEEDED"
                there = one.made if done else there
        listed = [found["IId"]["NameId"] for found in self.client.call("GET", f"/{path}", on.on)[path]]
        if listed != [on.name(path)] * there:
            yield f"{name}: of {path}, {listed} are listed; it is {'' if there else 'not '}to be there"
        seen = self.client.send("GET", f"/{path}/{on.name(path)}", on.on).status_code
        if there and seen != 200 and (name, path) not in self._destroyed:
            yield f"{name}: the {path} is a ghost: {seen}"

    def _cleared_away(self) -> Iterator[str]:
        for name in self.on:
            for path in reversed(KINDS):
                operation = self.ask(name, path, delete(path))
                self.rest()
                told = self.client.call("GET", operation) if operation else {"State": "SUCCEEDED"}
                if told["State"] != "SUCCEEDED":
                    yield f"{name}: the {path} cannot be deleted: {told}"

    def _listed(self) -> Sequence[Any]:
        listed: list[Any] = self.client.call("GET", "/operation?limit=500")["operation"]
        return listed
