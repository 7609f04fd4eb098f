"""Shapes of what is asked of Spider itself, beside its resources and settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from spider_drivers.contract import Capability, Iid, VmStatus

from .records import Position


@dataclass(frozen=True, slots=True)
class Ability:
    """What a driver can do. `tagged`: CB-Spider's words for the types whose tags can be changed."""

    capability: Capability
    tagged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConnectionStatuses:
    """Of a connection's VMs; or (`message` not "") why its cloud has not told them."""

    connection: str
    provider: str
    statuses: tuple[tuple[Iid, VmStatus], ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """Of a host, by name or address."""

    host: str
    number: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.number}" if ":" in self.host else f"{self.host}:{self.number}"


@dataclass(frozen=True, slots=True)
class Command:
    """A command for `sshrun`. `timeout` in seconds."""

    host: str
    port: int
    user: str
    private_key: str = field(repr=False)
    command: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preconfigured:
    """How a cloud is reached before there is a connection config. `region`: the name of a registered region, or ""."""

    driver: str
    credential: str
    region: str = ""


@dataclass(frozen=True, slots=True)
class CloudCall:
    """A call of a cloud's own, by name. `told` is its answer."""

    name: str
    given: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)


class Found(StrEnum):
    """What is wrong with something that carries a token of Spider's, or with an identity."""

    LEFT = "Left"  # by an operation that has failed
    DELETED = "Deleted"  # its name is, or is forgotten
    UNKNOWN = "Unknown"  # to every operation
    DOUBLE = "Double"
    NAMELESS = "Nameless"  # though what its token is of has a name
    NAMED = "Named"  # nothing; it was to be removed
    BUSY = "Busy"  # nothing, either
    STUCK = "Stuck"


class Settled(StrEnum):
    """What is done about it."""

    REMOVED = "Removed"
    REMOVING = "Removing"
    REPORTED = "Reported"
    FREED = "Freed"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something at a cloud, or an identity, that is not as it should be. `kind`: its own, or (`part` not "") that of
    the resource whose part it is. `why`: what is wrong, in more words. `done`: by the `operation` if there is one."""

    kind: str
    iid: Iid
    token: str
    found: Found
    done: Settled
    why: str
    part: str = ""
    operation: str = ""


@dataclass(frozen=True, slots=True)
class OperationsAsked:
    """Which operations: those opened from `since` on and before `until` that fit every other field that is not empty,
    newest first. `resource_type`: as in routes. `limit`: at most so many, those older than the position `after`."""

    connection: str = ""
    resource_type: str = ""
    state: str = ""
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100
    after: Position | None = None
