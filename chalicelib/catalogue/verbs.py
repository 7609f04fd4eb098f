"""The actions that every kind has, each declared once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from .vocabulary import Action, Kind, Managed, Role


def _on_connection(kind: Kind) -> str:
    return "" if kind.managed == Managed.SETTING else "base.OnConnection"


def _listing(kind: Kind) -> str:
    return "system.OfProvider" if kind.managed == Managed.SETTING else "listing.Listing"


def _of_kind(kind: Kind) -> str:
    return kind.answer


@dataclass(frozen=True, kw_only=True)
class Verb:
    """`path` and `summary` hold {path} and {title} of the kind. `changes`: needs the role that changes of the kind
    need. `operation`: as for an Action, but never on settings. `request`, `answer`: names of models, as an Action's."""

    method: str
    path: str
    does: str
    summary: str
    request: Callable[[Kind], str]
    answer: Callable[[Kind], str]
    changes: bool = False
    operation: bool = False
    listed: bool = False


VERBS: Final[dict[str, Verb]] = {
    "create": Verb(
        method="POST",
        path="/{path}",
        does="changes.create",
        summary="Create a {title}",
        request=lambda kind: kind.request,
        answer=_of_kind,
        changes=True,
        operation=True,
    ),
    "list": Verb(
        method="GET",
        path="/{path}",
        does="reads.list",
        summary="List every {title}",
        request=_listing,
        answer=_of_kind,
        listed=True,
    ),
    "get": Verb(
        method="GET",
        path="/{path}/{{name}}",
        does="reads.get",
        summary="Get a {title}",
        request=_on_connection,
        answer=_of_kind,
    ),
    "delete": Verb(
        method="DELETE",
        path="/{path}/{{name}}",
        does="changes.delete",
        summary="Delete a {title}",
        request=lambda kind: "" if kind.managed == Managed.SETTING else "requests.Delete",
        answer=lambda kind: kind.deletion,
        changes=True,
        operation=True,
    ),
    "list_all": Verb(
        method="GET",
        path="/all{path}",
        does="mapping.all",
        summary="List every {title}: known to Spider and the cloud, to Spider only, to the cloud only",
        request=_on_connection,
        answer=lambda _: "mapping.AllList",
    ),
    "list_all_info": Verb(
        method="GET",
        path="/all{path}info",
        does="mapping.all_info",
        summary="As all{path}, with all that is known of each",
        request=_on_connection,
        answer=lambda _: "mapping.AllInfoList",
    ),
    "delete_csp": Verb(
        method="DELETE",
        path="/csp{path}/{{name}}",
        does="changes.delete_at_cloud",
        summary="Delete a {title} by the cloud's id",
        request=lambda _: "base.OnConnection",
        answer=lambda kind: kind.deletion,
        changes=True,
        operation=True,
    ),
    "register": Verb(
        method="POST",
        path="/reg{path}",
        does="mapping.register",
        summary="Give a name to a {title} that exists at the cloud",
        request=lambda kind: kind.registration,
        answer=_of_kind,
        changes=True,
    ),
    "unregister": Verb(
        method="DELETE",
        path="/reg{path}/{{name}}",
        does="mapping.unregister",
        summary="Forget a {title}; it stays at the cloud",
        request=lambda _: "mapping.Unregister",
        answer=lambda _: "answers.Result",
        changes=True,
    ),
    "count_every": Verb(
        method="GET",
        path="/count{path}",
        does="mapping.count_all",
        summary="Count what has a name: every {title}",
        request=lambda _: "",
        answer=lambda _: "mapping.Count",
    ),
    "count": Verb(
        method="GET",
        path="/count{path}/{{name}}",
        does="mapping.count",
        summary="Count every {title} of a connection that has a name",
        request=lambda _: "",
        answer=lambda _: "mapping.Count",
    ),
}

BASIC: Final = ("create", "list", "get", "delete")
MAPPED: Final = (*BASIC, "list_all", "list_all_info", "delete_csp", "register", "unregister", "count_every", "count")


def expand(kind: Kind, verbs: Sequence[str] = BASIC) -> list[Action]:
    """The actions of a kind."""
    return [_action(kind, name, VERBS[name]) for name in verbs]


def _action(kind: Kind, name: str, verb: Verb) -> Action:
    is_setting = kind.managed == Managed.SETTING
    summary = verb.summary.replace("Create", "Register") if is_setting else verb.summary
    return Action(
        name=f"{name}_{kind.name}",
        method=verb.method,
        path=verb.path.format(path=kind.path),
        does=f"registry.{name}" if is_setting else verb.does,
        summary=summary.format(title=kind.title, path=kind.path),
        request=verb.request(kind),
        answer=verb.answer(kind),
        kind=kind,
        envelope=(kind.envelope or kind.path) if verb.listed else "",
        role=_role(kind, verb),
        operation=verb.operation and not is_setting,
        verb=name,
    )


def _role(kind: Kind, verb: Verb) -> Role:
    return kind.changes if verb.changes else kind.reads
