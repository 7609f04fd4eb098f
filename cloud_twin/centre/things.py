"""What a data centre holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Of a thing: entered when a change begins, left when it ends."""

    MAKING = "making"
    READY = "ready"
    CHANGING = "changing"
    LEAVING = "leaving"
    FAILED = "failed"


class Power(StrEnum):
    """Of a machine."""

    STARTING = "starting"
    ON = "on"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    OFF = "off"


@dataclass
class Thing:
    """`kind`: the façade's word. `key`: unique in the centre. `number`: unique and growing, for ids that are numbers.

    body        what the façade shows and keeps of it
    uses        keys of what it depends on, which cannot leave before it
    goes_with   the key of what takes it along when it leaves
    addresses   what it has taken: the name of the pool, and the address
    """

    kind: str
    key: str
    number: int
    made: datetime
    body: dict[str, Any]
    uses: set[str] = field(default_factory=set)
    goes_with: str | None = None
    addresses: list[tuple[str, str]] = field(default_factory=list)
    state: State = State.MAKING


@dataclass
class Machine(Thing):
    """`powered`: since when it is in its state of power."""

    power: Power = Power.STARTING
    powered: datetime | None = None
