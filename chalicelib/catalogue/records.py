"""Shapes of what the engine answers whatever it is asked about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spider_drivers.contract import Iid


@dataclass(frozen=True, slots=True)
class Deleted:
    """A delete that is done, or (`done` False) under way."""

    done: bool = True


@dataclass(frozen=True, slots=True)
class Stub:
    """An identity whose resource the cloud does not show."""

    iid: Iid


Position = tuple[str, str]  # an element's name and cloud id: where a page ends


@dataclass(frozen=True, slots=True)
class Listing:
    """Which elements of a list: all, or (`limit`) so many after the position `after`. `owner`: those that belong to
    it. `name`: `*` in it stands for any characters. `refresh`: as the cloud has them now."""

    limit: int | None = None
    after: Position | None = None
    owner: str = ""
    name: str = ""
    refresh: bool = False


class Listed(list[Any]):
    """A list, or a page of one. `ends`: where the page does, if the list goes on. `age`: seconds since the cloud was
    asked; None where such lists are not kept."""

    def __init__(self, elements: Iterable[Any] = (), *, ends: Position | None = None, age: int | None = None) -> None:
        super().__init__(elements)
        self.ends = ends
        self.age = age


@dataclass(frozen=True, slots=True)
class Aged:
    """What a cloud answered, and `age` as in Listed."""

    value: Any
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as shown to its caller. `result` is the wire form of the answer, `problem` the error as it
    is kept. `progress` is in words; `parts` are the names of what is noted as made; `elapsed` in seconds, till its end
    or till now. `next_try`: when another worker takes it, or this one goes on; None at its end, as is `deadline`."""

    id: str
    state: str
    verb: str
    kind: str
    connection: str
    iid: Iid
    attempts: int
    waits_for: str
    created: datetime
    updated: datetime
    finished: datetime | None
    result: Any = None
    problem: dict[str, Any] | None = None
    progress: str = ""
    parts: tuple[str, ...] = ()
    next_try: datetime | None = None
    deadline: datetime | None = None
    elapsed: float = 0.0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a change that is not finished: the resource as far as known."""

    operation: str
    known: Any
