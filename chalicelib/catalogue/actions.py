"""The vocabulary of the catalogue: Kind and Action. What exists is declared in `kinds.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from . import wire


class Role(StrEnum):
    """What a caller must be allowed to do. Each role may do what the ones after it may."""

    ADMIN = "admin"
    OPERATOR = "operator"
    VIEWER = "viewer"


class Managed(StrEnum):
    """Who makes a resource: the cloud, or the user; or it is no resource but a setting of Spider's."""

    DEFAULT = "default"
    MANAGEABLE = "manageable"
    SETTING = "setting"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of resource.

    name: the driver contract's name (a handler's attribute), also the key in a driver's capability
    path: the word in routes; envelope: the key of its lists; title: the word in messages; history: in call records
    owner: the kind whose resource it belongs to; named_in_owner: names are unique per owner, not per connection
    parts: field of the answer's shape that lists resources of another kind, and that kind: they come and go with it
    free: it may be deleted though others use it
    remembered: its shape is kept, since a cloud may not tell all of it again
    """

    name: str
    path: str
    title: str
    managed: Managed
    answer: type[wire.Answer]
    request: type[wire.Request] | None = None
    envelope: str = ""
    history: str = ""
    owner: str | None = None
    named_in_owner: bool = False
    parts: tuple[str, str] | None = None
    free: bool = False
    remembered: bool = False
    reads: Role = Role.VIEWER
    changes: Role = Role.OPERATOR


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing a caller can do. Every face (REST, docs, later gRPC and CLI) reads these and nothing else.

    does: the engine's function, as a dotted name below the engine
    request: what its body must hold, beside the path's names; None = no body is needed
    envelope: the answer is a list under this key
    operation: it changes a cloud as an operation (Idempotency-Key, Prefer: respond-async, 202)
    """

    name: str
    method: str
    path: str
    does: str
    summary: str
    answer: type[wire.Answer]
    request: type[wire.Request] | None = None
    kind: Kind | None = None
    envelope: str = ""
    role: Role = Role.VIEWER
    operation: bool = False
    verb: str = ""

    @property
    def rpc(self) -> str:
        """Name of the remote procedure: `create_vpc` is `CreateVpc`."""
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def words(self) -> tuple[str, ...]:
        """Words on the command line: `create_vpc` is `vpc create`."""
        verb, _, noun = self.name.partition("_")
        return (noun.replace("_", ""), verb) if noun else (verb,)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names in the path, in order."""
        return tuple(re.findall(r"{(\w+)}", self.path))


def expand(kind: Kind, verbs: tuple[str, ...] = ("create", "list", "get", "delete")) -> list[Action]:
    """The actions that every kind has."""
    made = {
        "create": Action(
            name=f"create_{kind.name}",
            method="POST",
            path=f"/{kind.path}",
            does=_does(kind, "changes", "create"),
            summary=f"Create a {kind.title}" if kind.managed != Managed.SETTING else f"Register a {kind.title}",
            request=kind.request,
            answer=kind.answer,
            kind=kind,
            role=kind.changes,
            operation=kind.managed != Managed.SETTING,
            verb="create",
        ),
        "list": Action(
            name=f"list_{kind.name}",
            method="GET",
            path=f"/{kind.path}",
            does=_does(kind, "reads", "list"),
            summary=f"List every {kind.title}",
            request=_needs_connection(kind),
            answer=kind.answer,
            kind=kind,
            envelope=kind.envelope or kind.path,
            role=kind.reads,
            verb="list",
        ),
        "get": Action(
            name=f"get_{kind.name}",
            method="GET",
            path=f"/{kind.path}/{{name}}",
            does=_does(kind, "reads", "get"),
            summary=f"Get a {kind.title}",
            request=_needs_connection(kind),
            answer=kind.answer,
            kind=kind,
            role=kind.reads,
            verb="get",
        ),
        "delete": Action(
            name=f"delete_{kind.name}",
            method="DELETE",
            path=f"/{kind.path}/{{name}}",
            does=_does(kind, "changes", "delete"),
            summary=f"Delete a {kind.title}",
            request=None if kind.managed == Managed.SETTING else wire.Delete,
            answer=wire.Result,
            kind=kind,
            role=kind.changes,
            operation=kind.managed != Managed.SETTING,
            verb="delete",
        ),
    }
    return [made[verb] for verb in verbs]


def _does(kind: Kind, part: str, verb: str) -> str:
    return f"{'registry' if kind.managed == Managed.SETTING else part}.{verb}"


def _needs_connection(kind: Kind) -> type[wire.Request] | None:
    return None if kind.managed == Managed.SETTING else wire.OnConnection
