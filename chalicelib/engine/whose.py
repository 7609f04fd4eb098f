"""Whose a token is that a cloud shows: an identity's, an operation's, or nobody's here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from spider_drivers.contract import Marked

from ..catalogue.asked import Found
from ..catalogue.kinds import SUBNET
from ..store import Item
from .identities import Census, Identities, Identity
from .operations import DONE, Operations, State

_ADOPT = "POST /spider/reg{path} gives it a name, Remove with its token removes it"


@dataclass(frozen=True)
class Verdict:
    """`of`: what it is about. `token`: as the operation has it, where that is known. `name`: what the operation had the
    cloud call it, "" where that is not known."""

    found: Found
    why: str
    of: Sequence[Marked]
    token: str
    name: str = ""


class Book:
    """What is known of the tokens that a cloud shows to a connection. `spelled`: how the cloud spells a token."""

    def __init__(
        self,
        connection: str,
        identities: Identities,
        operations: Operations,
        spelled: Callable[[str], str],
        tokens: Iterable[str],
        others: Iterable[str],
    ) -> None:
        """`others`: connections that may lead to the same cloud."""
        self._connection = connection
        self._store = identities
        self._spelled = spelled
        self._tokens = set(tokens)
        self._holders: dict[str, list[Identity]] = {}
        self._censuses: list[Census] = []
        for one in (connection, *others):
            if not self._tokens <= self._holders.keys():
                self._learn(one)
        self._rows = self._opened(operations)

    def verdict(self, token: str, marked: Sequence[Marked], *, asked: bool) -> Verdict | None:
        """None where all is as it should be. `asked`: whoever asks wants it removed."""
        holders, row = self._holders.get(token), self._rows.get(token)
        if holders:
            return self._of_holder(holders, marked, token, asked=asked)
        named = [one for one in marked if self._known(one)]  # adopted, under another token
        marked = [one for one in marked if one not in named]
        if not marked:
            return None
        if any(one.kind != SUBNET.name for one in named) and any(one.kind != SUBNET.name for one in marked):
            why = "what has a name here has the same token, and would be removed along with it"
            return Verdict(Found.NAMELESS, why, marked, token)
        if row is None:
            why = f"no operation here has made it, or long ago; {_adopt(marked)}"
            return Verdict(Found.UNKNOWN, why, marked, token)
        name, made_by = row.get("cloud_name") or row["name"], f"the operation '{row['id']}'"
        if row["connection"] != self._connection:
            made_by += f" of connection '{row['connection']}'"
        if row["state"] not in DONE:
            return Verdict(Found.BUSY, f"{made_by} is under way", marked, row["id"], name) if asked else None
        if row["state"] == State.SUCCEEDED or row["verb"] not in ("create", "add_subnet"):
            why = f"{made_by} has made it, and it has no name any more; {_adopt(marked)}"
            return Verdict(Found.DELETED, why, marked, row["id"], name)
        return Verdict(Found.LEFT, f"{made_by} has failed and left it", marked, row["id"], name)

    def _of_holder(
        self, holders: Sequence[Identity], marked: Sequence[Marked], token: str, *, asked: bool
    ) -> Verdict | None:
        """Something may have been made twice by the operation, or have lost its name alone."""
        own = [one for one in holders if one.kind != SUBNET.name] or holders
        busy = next((one.operation for one in holders if one.operation), "")
        if busy:
            return Verdict(Found.BUSY, f"the operation '{busy}' is under way", marked, token) if asked else None
        strangers = [one for one in marked if not one.part and not self._known(one)]
        doubles = [one for one in strangers if one.kind != SUBNET.name]
        if doubles:
            path, known = doubles[0].kind.replace("_", ""), own[0].system_id
            why = f"made twice: '{own[0].name}' is {known}; DELETE /spider/csp{path}/{{id}} removes the other"
            return Verdict(Found.DOUBLE, why, doubles, token)
        if strangers:
            why = "a subnet without a name here; POST /spider/regsubnet gives it one"
            return Verdict(Found.NAMELESS, why, strangers, token)
        named = f"it is '{own[0].name}', to be deleted by its name"
        return Verdict(Found.NAMED, named, marked, token) if asked else None

    def _known(self, one: Marked) -> bool:
        """Whether it, or what it is a part of, has a name."""
        cloud_id = one.owner if one.part else one.id
        return any(census.known(one.kind, cloud_id) for census in self._censuses)

    def _learn(self, connection: str) -> None:
        census = self._store.of_connection(connection)
        self._censuses.append(census)
        for one in census.all:
            self._holders.setdefault(self._spelled(one.token), []).append(one)

    def _opened(self, operations: Operations) -> Mapping[str, Item]:
        """By the token as spelled. A token is the id of the operation that makes something."""
        rows = operations.rows(sorted(self._tokens - self._holders.keys()))
        if rows.keys() < self._tokens and self._spelled("a token") != "a token":
            rows |= {self._spelled(row["id"]): row for row in operations.of_connection(self._connection)}
        return rows


def _adopt(marked: Sequence[Marked]) -> str:
    whole = next((one for one in marked if not one.part), marked[0])
    return _ADOPT.format(path=whole.kind.replace("_", ""))
