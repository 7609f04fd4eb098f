"""One step of an operation, and the changes of identities that finish it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from spider_drivers.contract import CallScope, KeyPairRequest, Ref, Wait

from ..catalogue.kinds import KINDS
from ..catalogue.records import Deleted
from ..store import Change, Item, Store
from . import identities, shapes
from .connections import Connections, Target
from .identities import Identities, Identity, State
from .lease import Lease
from .operations import Operations
from .references import resolve


@dataclass(frozen=True)
class Done:
    """The cloud has done it; `changes` are what is written along with the end of the operation."""

    changes: Sequence[Change]
    result: Any


class Steps:
    def __init__(self, store: Store, connections: Connections, operations: Operations) -> None:
        self._connections = connections
        self._operations = operations
        self._identities = Identities(store)

    def forward(self, lease: Lease) -> Wait | Done:
        """Raises any SpiderError."""
        row = lease.row
        target = self._connections.target(row["connection"])
        if row["verb"] == "create":
            return self._create(lease, target)
        identity = _identity(row)
        if identity.kind in target.capability.kept:
            return self._removed(identity)
        with self._connections.open(target, _scope(row, target)) as cloud:
            handler = cloud.handler(row["kind"])
            ref = Ref(row["name"], row.get("system_id"), row["token"])
            outcome = getattr(handler, row["verb"])(ref, lease.attempt())
        if isinstance(outcome, Wait):
            return outcome
        if row["verb"] == "delete":
            return self._removed(identity)
        return Done([identities.released(identity, row["id"])], outcome)

    def back(self, lease: Lease) -> Wait | None:
        """Undoes a create. None once the cloud holds nothing of it. Raises any SpiderError."""
        row = lease.row
        if not row["parts"] and not row.get("unclean_since"):
            return None
        target = self._connections.target(row["connection"])
        with self._connections.open(target, _scope(row, target)) as cloud:
            undone: Wait | None = cloud.handler(row["kind"]).delete(
                Ref(row["name"], None, row["token"]), lease.attempt()
            )
        return undone

    def given_up(self, row: Item) -> Sequence[Change]:
        """What ends with an operation that failed: a name that was to be created is free again, anything else is as
        before."""
        identity = _identity(row)
        if row["verb"] != "create":
            return [identities.released(identity, row["id"])]
        return self._with_parts(identity)

    def _create(self, lease: Lease, target: Target) -> Wait | Done:
        row = lease.row
        request = resolve(self._identities, row["connection"], self._operations.request(row), target.capability)
        if isinstance(request, Wait):
            return request
        kept = row["kind"] in target.capability.kept
        if kept:
            outcome = request.expected()
            outcome = replace(outcome, iid=replace(outcome.iid, id=row["name"]))
        else:
            with self._connections.open(target, _scope(row, target)) as cloud:
                outcome = cloud.handler(row["kind"]).create(request, lease.attempt())
            if isinstance(outcome, Wait):
                return outcome
        if isinstance(request, KeyPairRequest):
            outcome = replace(outcome, public_key=request.public_key)
        return self._created(row, outcome, remember=kept or KINDS[row["kind"]].remembered)

    def _created(self, row: Item, shape: Any, *, remember: bool) -> Done:
        census = self._identities.of_connection(row["connection"])
        identity = census.find(_identity(row).key) or _identity(row)
        known = [replace(identity, system_id=shape.iid.id)]
        changes: list[Change] = []
        parts = KINDS[identity.kind].parts
        made = {part.iid.name: part.iid.id for part in getattr(shape, parts[0])} if parts else {}
        for part in census.parts_of(identity):
            known.append(replace(part, system_id=made.get(part.name, "")))
            changes.append(identities.activated_part(part, known[-1].system_id))
        shape = census.knowing(known).named(known[0], shape)
        kept = shapes.kept(shape) if remember else None
        return Done([*identities.activated(identity, shape.iid.id, kept), *changes], shape)

    def _removed(self, identity: Identity) -> Done:
        return Done(self._with_parts(identity), Deleted())

    def _with_parts(self, identity: Identity) -> list[Change]:
        changes = identities.removed(identity)
        if KINDS[identity.kind].parts:
            census = self._identities.of_connection(identity.connection)
            for part in census.parts_of(identity):
                changes += identities.removed(part)
        return changes


def _identity(row: Item) -> Identity:
    """The identity that an operation holds, as far as its row tells."""
    return Identity(
        connection=row["connection"],
        kind=row["kind"],
        owner=row["owner"],
        name=row["name"],
        state=State.CREATING if row["verb"] == "create" else State.ACTIVE,
        system_id=row.get("system_id", ""),
        operation=row["id"],
        token=row["token"],
    )


def _scope(row: Item, target: Target) -> CallScope:
    scope = target.scope(KINDS[row["kind"]], row["name"], row["request_id"])
    return replace(scope, operation=row["id"], attempt=row["attempts"])
