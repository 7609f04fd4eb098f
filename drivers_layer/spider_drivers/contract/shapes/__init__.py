"""What drivers take and give: plain data, integers with units, no CB-Spider spelling. For each kind a module, so that
nobody loads those of the others: a dataclass takes as long to load as a small read of a store.

A field that names another resource carries its kind as metadata (`of_kind`), so that the engine can resolve
names to cloud ids in requests (`Ref`) and cloud ids to names in answers (`Iid`) without knowing the shape.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


def of_kind(kind: str, *, owner: str | None = None, **more: Any) -> Any:
    """Marks a dataclass field as naming a resource of `kind`; `owner` is the field that names its owner."""
    return field(metadata={"kind": kind, "owner": owner}, **more)


@dataclass(frozen=True, slots=True)
class Iid:
    """A resource in an answer: the user's name and the cloud's id."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A resource as an argument. `id` is None until known; `token` is that of the operation that created it."""

    name: str
    id: str | None = None
    token: str = ""


NOWHERE = Iid("", "")


class VmStatus(StrEnum):
    CREATING = "Creating"
    RUNNING = "Running"
    SUSPENDING = "Suspending"
    SUSPENDED = "Suspended"
    RESUMING = "Resuming"
    REBOOTING = "Rebooting"
    TERMINATING = "Terminating"
    TERMINATED = "Terminated"
    NOT_EXIST = "NotExist"
    FAILED = "Failed"


def iid(ref: Ref) -> Iid:
    return Iid(ref.name, ref.id or "")
