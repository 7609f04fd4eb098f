"""Shapes of operations, and of what some of them come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from spider_drivers.contract import Iid, KeyPair


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Of one kind: what is deleted, and why the rest is not, by name."""

    word: str
    deleted: tuple[Iid, ...]
    left: dict[str, str]


@dataclass(frozen=True, slots=True)
class IssuedKeyPair:
    """A key pair in the answers of the operation that created it, and nowhere else."""

    key_pair: KeyPair
    private_key: str = field(repr=False)


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
