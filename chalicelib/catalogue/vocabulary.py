"""The vocabulary of the catalogue. What exists stands in `kinds.py`, what can be done in `actions.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .wire.base import Answer, Request


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
    word: CB-Spider's word for the type (RSType) in requests and answers that are about any kind
    registration: the request that adopts one which exists at the cloud; deletion: what a delete answers
    owner: the kind whose resource it belongs to; named_in_owner: names are unique per owner, not per connection
    parts: field of the answer's shape that lists resources of another kind, and that kind: they come and go with it
    free: it may be deleted though others use it
    remembered: its shape is kept, since a cloud may not tell all of it again
    turn: when `destroy` deletes it, 1 is first; 0 is never
    """

    name: str
    path: str
    title: str
    managed: Managed
    answer: str
    request: str = ""
    registration: str = ""
    deletion: str = "answers.Result"
    envelope: str = ""
    word: str = ""
    history: str = ""
    owner: str | None = None
    named_in_owner: bool = False
    parts: tuple[str, str] | None = None
    free: bool = False
    remembered: bool = False
    turn: int = 0
    reads: Role = Role.VIEWER
    changes: Role = Role.OPERATOR


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing a caller can do. Every face (REST, docs, later gRPC and CLI) reads these and nothing else.

    does: the engine's function, as a dotted name below the engine
    request: what its body must hold, beside the path's names; "" = no body is needed
    request, answer: names of models below `wire`, which is loaded model by model as they are asked for
    envelope: the answer is a list under this key
    operation: it changes a cloud as an operation (Idempotency-Key, Prefer: respond-async, 202)
    """

    name: str
    method: str
    path: str
    does: str
    summary: str
    answer: str
    request: str = ""
    kind: Kind | None = None
    envelope: str = ""
    role: Role = Role.VIEWER
    operation: bool = False
    verb: str = ""

    @property
    def request_model(self) -> type[Request] | None:
        return _model(self.request) if self.request else None

    @property
    def answer_model(self) -> type[Answer]:
        found: type[Answer] = _model(self.answer)
        return found

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


def _model(name: str) -> Any:
    module, _, word = name.partition(".")
    return getattr(import_module(f"{__package__}.wire.{module}"), word)
