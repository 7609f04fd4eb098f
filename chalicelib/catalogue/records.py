"""Shapes of what the engine answers whatever it is asked about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
class Accepted:
    """The answer to a change that is not finished: the resource as far as known."""

    operation: str
    known: Any
