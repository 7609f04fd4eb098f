"""Users who change a cloud while servers die, and remember what they were told has been done."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import httpx

from tests.system.three_clouds import Asking

from .fleet import Fleet
from .users import ACCEPTED, CONFLICT, MISSING, OK, Lost, User

ASYNC, GIVES_UP = 0.4, 0.2  # of requests: asked for without waiting; not repeated when they were cut off
LOOK_SECONDS: Final = 0.1
ENDED_SECONDS: Final = 600.0  # on a busy machine few tries live long enough


@dataclass
class Thing:
    """A resource of a customer's. `there`: None where nobody knows; `needs`: paths of what must be there before it."""

    path: str
    name: str
    body: dict[str, Any]
    needs: tuple[str, ...] = ()
    there: bool | None = False
    cloud_id: str = ""
    power: str = "resume"

    @property
    def at(self) -> str:
        return f"/{self.path}/{self.name}"


@dataclass(frozen=True)
class Told:
    """An answer of 200 or 202 to a change."""

    method: str
    path: str
    body: Any
    key: str
    answer: httpx.Response = field(repr=False)


class Customer(User):
    """Makes, controls and deletes what is its own."""

    def __init__(self, name: str, seed: int, fleet: Fleet, asking: Asking) -> None:
        super().__init__(name, seed, fleet, asking)
        self.told: list[Told] = []
        self.things = {thing.path: thing for thing in _things(asking, name)}

    def step(self) -> None:
        self._chance.choice(self._possible())()

    def _possible(self) -> Sequence[Callable[[], None]]:
        steps: list[Callable[[], None]] = []
        for thing in self.things.values():
            if thing.there is None:
                steps.append(partial(self._settle, thing))
            elif thing.there and not self._is_needed(thing):
                steps.append(partial(self._delete, thing))
            elif not thing.there and all(self.things[path].there for path in thing.needs):
                steps.append(partial(self._create, thing))
            if thing.path == "vm" and thing.there:
                steps += 2 * [partial(self._control, thing)]
        return steps

    def _is_needed(self, thing: Thing) -> bool:
        return any(thing.path in other.needs and other.there is not False for other in self.things.values())

    def _create(self, thing: Thing) -> None:
        if self._is_done(thing, "POST", f"/{thing.path}", thing.body, then=True):
            thing.cloud_id, thing.power = self.found(thing.at), "resume"
            if not thing.cloud_id:
                raise Lost(f"{thing.at} was made and is not there")

    def _delete(self, thing: Thing) -> None:
        if self._is_done(thing, "DELETE", thing.at, self.asking.on, then=False):
            self._must_be_gone(thing)

    def _control(self, thing: Thing) -> None:
        word = "suspend" if thing.power == "resume" else "resume"
        if self._is_done(thing, "PUT", f"/controlvm/{thing.name}?action={word}", self.asking.on, then=True):
            thing.power = word

    def _settle(self, thing: Thing) -> None:
        """Whatever became of it, it goes."""
        answer = self.ask("DELETE", thing.at, self.asking.on)
        while answer.status_code == CONFLICT:
            time.sleep(LOOK_SECONDS)
            answer = self.ask("DELETE", thing.at, self.asking.on)
        if answer.status_code not in (OK, MISSING):
            raise Lost(f"DELETE {thing.at}: {answer.status_code} {answer.text}")
        thing.there = False
        self._must_be_gone(thing)

    def _must_be_gone(self, thing: Thing) -> None:
        if found := self.found(thing.at):
            raise Lost(f"{thing.at} was deleted and is there: {found}")

    def _is_done(self, thing: Thing, method: str, path: str, body: Any, *, then: bool) -> bool:
        """False where nobody knows, as the server was killed before it had answered and it was not asked again."""
        headers = {"Idempotency_Key": uuid.UUID(int=self._chance.getrandbits(128)).hex}
        if self._chance.random() < ASYNC:
            headers["Prefer"] = "respond-async"
        answer: httpx.Response | None
        if self._chance.random() < GIVES_UP:
            answer = self._fleet.ask_once(self._chance, method, path, body, **headers)
        else:
            answer = self.ask(method, path, body, **headers)
        if answer is None:
            thing.there = None
            return False
        if answer.status_code not in (OK, ACCEPTED):
            raise Lost(f"{method} {path}: {answer.status_code} {answer.text}")
        self.told.append(Told(method, path, body, headers["Idempotency_Key"], answer))
        if answer.status_code == ACCEPTED:
            self._must_succeed(answer.headers["Location"].removeprefix("/spider"))
        thing.there = then
        return True

    def _must_succeed(self, operation: str) -> None:
        end = time.monotonic() + ENDED_SECONDS
        while True:
            answer = self.ask("GET", operation)
            if answer.status_code != OK:
                raise Lost(f"{operation} was accepted: {answer.status_code} {answer.text}")
            state = answer.json()["State"]
            if state == "SUCCEEDED":
                return
            if state != "RUNNING" or time.monotonic() > end:
                raise Lost(f"{operation}: {answer.text}")
            time.sleep(LOOK_SECONDS)


def _things(asking: Asking, prefix: str) -> list[Thing]:
    vpc, group, key, vm = (f"{prefix}-{word}" for word in ("vpc", "sg", "key", "vm"))
    return [
        Thing("vpc", vpc, asking.vpc(vpc)),
        Thing("securitygroup", group, asking.group(group, vpc), ("vpc",)),
        Thing("keypair", key, asking.key_pair(key)),
        Thing("vm", vm, asking.vm(vm, vpc, group, key), ("vpc", "securitygroup", "keypair")),
    ]
