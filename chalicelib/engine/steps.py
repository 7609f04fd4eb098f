"""One step of an operation, and the changes of identities that finish it."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from spider_drivers.contract import Attempt, CallScope, CloudConnection, KeyPairRequest, NotFound, Ref, Vpc, Wait
from spider_drivers.contract import registry as drivers

from ..catalogue.kinds import KINDS, SUBNET
from ..catalogue.records import Deleted
from ..store import Change, Item, Store
from . import identities, rules, shapes, tags
from .connections import Connections, Target
from .identities import Identities, Identity, State
from .lease import Lease
from .limit import Limits
from .operations import Operations
from .references import resolve

# Verbs whose failure is undone, and by what.
UNDONE_BY = {"create": "delete", "add_subnet": "remove_subnet"}
# Of the last look, while another operation has the name.
LOOK_AGAIN_SECONDS = 60.0
# What a driver calls them, where that is not their name.
_AT_DRIVERS = {"delete_csp": "delete"}


@dataclass(frozen=True)
class Done:
    """The cloud has done it; `changes` are what is written along with the end of the operation."""

    changes: Sequence[Change]
    result: Any


class Steps:
    def __init__(self, store: Store, connections: Connections, operations: Operations, limits: Limits) -> None:
        self._connections = connections
        self._limits = limits
        self._operations = operations
        self._identities = Identities(store)

    def forward(self, lease: Lease) -> Wait | Done:
        """Raises NoTurn and any SpiderError."""
        row = lease.row
        target = self._connections.target(row["connection"])
        if row["verb"] == "create":
            return self._create(lease, target)
        identity = _identity(row)
        if identity.kind in target.capability.kept:
            return self._kept(row, identity)
        outcome = self._asked(lease, target, row["verb"], Ref(row["name"], row.get("system_id"), row["token"]))
        return outcome if isinstance(outcome, Wait) else self._done(lease.row, identity, outcome)

    def back(self, lease: Lease) -> Wait | None:
        """Undoes what failed. None once the cloud holds nothing of it. Raises any SpiderError."""
        row = lease.row
        if not row["parts"] and not row.get("unclean_since"):
            return None
        return self._undone(lease, self._connections.target(row["connection"]), lease.attempt())

    def look(self, lease: Lease) -> Wait | None:
        """The last one. What the operation has left at the cloud is found by its token alone: its name is free, and an
        id that it has noted may be somebody else's by now. None once the cloud holds nothing of it, or what it holds
        has been adopted. Raises NoTurn and any SpiderError."""
        row = lease.row
        target = self._connections.target(row["connection"])
        census = self._identities.of_connection(row["connection"])
        named = census.find(_identity(row).key)
        if named and named.operation:
            return Wait(LOOK_AGAIN_SECONDS, f"'{row['name']}' is being changed by the operation '{named.operation}'")
        kind, token = self._left(row)
        adopted = {one.system_id for one in census.of_kind(kind) if one.adopted}
        if adopted and self._is_among(adopted, lease, target, token):
            return None
        return self._undone(lease, target, lease.attempt(noted=False))

    def _left(self, row: Item) -> tuple[str, str]:
        """The kind and the token of what the operation may have left."""
        if row["verb"] == "remove_subnet":
            return SUBNET.name, self._operations.request(row).token
        return (SUBNET.name, row["id"]) if row["verb"] == "add_subnet" else (row["kind"], row["token"])

    def _is_among(self, cloud_ids: Collection[str], lease: Lease, target: Target, token: str) -> bool:
        """Whether one of these carries the token; also where the driver cannot tell."""
        if target.capability.marked is None:
            return True
        spelled = drivers.driver(target.info.provider).mark(token)
        with self._cloud(lease, target, "reconcile") as cloud:
            return any(one.token == spelled and one.id in cloud_ids for one in cloud.marked())

    def _undone(self, lease: Lease, target: Target, attempt: Attempt) -> Wait | None:
        row = lease.row
        if row["kind"] in target.capability.kept:
            return None
        name = row.get("cloud_name") or row["name"]
        with self._cloud(lease, target, UNDONE_BY.get(row["verb"]) or row["verb"]) as cloud:
            handler, undone = cloud.handler(row["kind"]), None
            if row["verb"] in ("create", "delete"):
                undone = handler.delete(Ref(name, None, row["token"]), attempt)
            else:
                about = self._operations.request(row)
                member = Ref(about.name, None, attempt.token if row["verb"] == "add_subnet" else about.token)
                with contextlib.suppress(NotFound):  # a VPC that is gone has taken its subnets along
                    undone = handler.remove_subnet(Ref(row["name"], row["system_id"], row["token"]), member, attempt)
        return undone

    def given_up(self, row: Item) -> Sequence[Change]:
        """What ends with an operation that failed: a name that was to be created is free again, anything else is as
        before."""
        identity = _identity(row)
        if row["verb"] == "create":
            return self._with_parts(identity)
        if row["verb"] == "delete_csp":
            return []
        changes: list[Change] = [identities.released(identity, row["id"])]
        if row["verb"] == "add_subnet":
            changes += identities.removed(self._member(row, self._operations.request(row).name))
        return changes

    def forgotten(self, row: Item) -> Done:
        """A forced delete that the cloud has not granted."""
        return self._done(row, _identity(row), None)

    def _asked(self, lease: Lease, target: Target, verb: str, ref: Ref) -> Any:
        """What the driver answers to a verb about what exists."""
        request = [] if lease.row.get("request") is None else [self._operations.request(lease.row)]
        with self._cloud(lease, target, verb) as cloud:
            if verb in ("add_tag", "remove_tag"):
                return tags.asked(cloud, verb, lease.row["kind"], ref, request[0], lease.attempt())
            handler = cloud.handler(lease.row["kind"])
            return getattr(handler, _AT_DRIVERS.get(verb, verb))(ref, *request, lease.attempt())

    @contextlib.contextmanager
    def _cloud(self, lease: Lease, target: Target, verb: str) -> Iterator[CloudConnection]:
        """`verb`: what it is asked for. Raises NoTurn."""
        scope = _scope(lease.row, target)
        with self._limits.turn(lease, target, verb), self._connections.open(target, scope) as cloud:
            yield cloud

    def _kept(self, row: Item, identity: Identity) -> Done:
        """What the cloud does not have is changed here."""
        if row["verb"] == "delete":
            return self._removed(identity)
        held = self._identities.of_connection(row["connection"]).find(identity.key)
        if held is None or held.kept is None:
            raise NotFound(f"'{row['name']}' does not exist in connection '{row['connection']}'")
        shape, request = shapes.told(dict(held.kept)), self._operations.request(row)
        of_tags = row["verb"] in ("add_tag", "remove_tag")
        shape = tags.changed(shape, row["verb"], request) if of_tags else rules.changed(shape, row["verb"], request)
        result = {"add_rules": shape, "add_tag": request}.get(row["verb"], Deleted())
        return Done([identities.remembered(identity, row["id"], shapes.kept(shape))], result)

    def _done(self, row: Item, identity: Identity, outcome: Any) -> Done:
        match row["verb"]:
            case "delete":
                return self._removed(identity)
            case "delete_csp":
                return Done([], Deleted())
            case "add_subnet":
                return self._added(row, identity, outcome)
            case "add_rules":
                named = self._identities.of_connection(row["connection"]).named(identity, outcome)
                return Done([identities.released(identity, row["id"])], named)
            case "add_tag":
                return Done([identities.released(identity, row["id"])], self._operations.request(row))
            case "remove_rules" | "remove_tag":
                return Done([identities.released(identity, row["id"])], Deleted())
            case "remove_subnet":
                return Done([identities.released(identity, row["id"]), *self._unnamed(row)], Deleted())
        return Done([identities.controlled(identity, row["id"], row["updated"])], outcome)

    def _unnamed(self, row: Item) -> Sequence[Change]:
        """A subnet that is gone has no name. One that was known by its token alone may have had that of another."""
        gone: Ref = self._operations.request(row)
        if gone.id is None and gone.token:
            held = self._identities.find(row["connection"], SUBNET.name, gone.name, row["name"])
            return identities.removed(held) if held and held.token == gone.token else []
        return identities.removed(self._member(row, gone.name)) if gone.name else []

    def _added(self, row: Item, identity: Identity, vpc: Vpc) -> Done:
        """Others may have made subnets of that name: ours is the one that was noted."""
        noted = set(row["parts"].values())
        made = next(subnet.iid.id for subnet in vpc.subnets if subnet.iid.id in noted)
        member = self._member(row, self._operations.request(row).name)
        changes = [identities.activated_part(member, made), identities.released(identity, row["id"])]
        census = self._identities.of_connection(row["connection"]).knowing([replace(member, system_id=made)])
        return Done(changes, census.named(identity, vpc))

    def _member(self, row: Item, name: str) -> Identity:
        """A subnet of the VPC that the operation changes."""
        return Identity(row["connection"], SUBNET.name, row["name"], name, State.ACTIVE, operation=row["id"], token="")

    def _create(self, lease: Lease, target: Target) -> Wait | Done:
        row = lease.row
        request = resolve(self._identities, row["connection"], self._operations.request(row), target.capability)
        if isinstance(request, Wait):
            return request
        kept = row["kind"] in target.capability.kept
        if row.get("cloud_name"):
            request = replace(request, name=row["cloud_name"])
        if kept:
            outcome = request.expected()
            outcome = replace(outcome, iid=replace(outcome.iid, id=row["name"]))
        else:
            with self._cloud(lease, target, row["verb"]) as cloud:
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
