"""The life cycle's changes: create, delete and control, the same for every kind and cloud."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from spider_drivers.contract import (
    AlreadyExists,
    Clock,
    Conflict,
    Iid,
    InUse,
    Invalid,
    KeyPairRequest,
    KindCapability,
    SpiderError,
    Unsupported,
    VmStatus,
)

from ..catalogue.kinds import KINDS
from ..catalogue.outcomes import IssuedKeyPair
from ..catalogue.records import Accepted, Deleted, Stub
from ..store import Change, Item, Store
from ..store import Conflict as StoreConflict
from . import identities, keys
from .call import Call
from .connections import Connections, Target
from .identities import Identities, Identity, State
from .opening import Opening
from .operations import DONE, Operations, is_over
from .operations import State as OperationState
from .queue import Queue
from .references import look_up
from .settings import Settings


class Changes:
    queue: Queue

    def __init__(
        self, settings: Settings, store: Store, clock: Clock, connections: Connections, operations: Operations
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._connections = connections
        self._operations = operations
        self._identities = Identities(store)

    def create(self, call: Call) -> Any:
        return self.once(call, self._create)

    def delete(self, call: Call) -> Any:
        return self.once(call, self._delete)

    def delete_at_cloud(self, call: Call) -> Any:
        return self.once(call, self._delete_at_cloud)

    def outcome(self, operation: str, seconds: float) -> Any:
        """What an operation has come to, waited for; Accepted when it takes longer. Raises its error."""
        row = self._wait(operation, seconds)
        return self._operations.outcome(row) if is_over(row) else Accepted(operation, self._known(row))

    def control(self, call: Call) -> Any:
        return self.once(call, self._control)

    def once(self, call: Call, change: Callable[[Call], Any]) -> Any:
        """The change; or, if its idempotency key came before, the outcome of the operation that it opened then.

        A refusal may be due to the same request having been faster: its outcome is this one's too.
        """
        try:
            before = self._operations.replayed(call)
            return change(call) if before is None else self._await(call, before)
        except SpiderError:
            came = self._operations.keyed(call)
            if came is None:
                raise
            return change(call) if came.get("cancels") else self._await(call, came["operation"])

    def _create(self, call: Call) -> Any:
        target = self._connections.target(call.connection)
        request, secret = call.body, None
        self._check(call, target)
        taken = AlreadyExists(
            f"{call.kind.title} '{request.name}' already exists in connection '{call.connection}'",
            field="name",
        )
        named = look_up(self._identities, call.connection, request)
        if isinstance(request, KeyPairRequest):
            if self._identities.find(call.connection, call.kind.name, request.name):
                raise taken  # the store decides who has a name; this only saves the work of making a key
            key = keys.generate()
            request, secret = replace(request, public_key=key.public), key.private
        operation = _new_id()
        identity = Identity(
            connection=call.connection,
            kind=call.kind.name,
            owner=getattr(request, call.kind.owner).name if call.kind.owner else "",
            name=request.name,
            state=State.CREATING,
            operation=operation,
            token=operation,
            uses=tuple(named),
        )
        changes = [identities.opened(identity), *_parts_opened(identity, request)]
        opening = _opening(identity, operation, "create", self._settings.create_deadline, request, secret)
        if self._transforms(call):
            cloud_name = transformed(request.name, operation, target.capability.kinds[call.kind.name])
            opening = replace(opening, cloud_name=cloud_name)
        return self.run(call, opening, changes, taken)

    def _delete(self, call: Call) -> Any:
        if undone := self._operations.cancelled_by(call):
            return self._cancel(call, undone)
        identity = self._identities.get(call.connection, call.kind, call.name)
        force: bool = call.body
        if force and identity.state == State.CREATING:
            return self._cancel(call, identity.operation)
        if not call.kind.free and not force:
            self.check_unused(identity)
        seconds = self._settings.force_deadline if force else self._settings.delete_deadline
        opening = self.opening(identity, "delete", seconds, force=force)
        return self.change(call, identity, opening, State.DELETING)

    def _delete_at_cloud(self, call: Call) -> Any:
        """What has a name goes by its name."""
        known = self._identities.of_connection(call.connection).known(call.kind.name, call.name)
        if known is not None:
            return self._delete(replace(call, name=known.name, body=False))
        target = self._connections.target(call.connection)
        if call.kind.name in target.capability.kept:
            raise Unsupported(f"{target.info.provider} has no {call.kind.title} to delete: not implemented")
        nobody = Identity(call.connection, call.kind.name, "", call.name, State.ACTIVE, system_id=call.name)
        opening = self.opening(nobody, "delete_csp", self._settings.delete_deadline)
        return self.run(call, opening, [], SpiderError("the operation's id is taken"))

    def _cancel(self, call: Call, operation: str) -> Any:
        """Undoes a create that is under way; one that succeeds all the same is deleted, under a key of its own."""
        until = self._clock.stopwatch() + self._seconds(call)
        row = self.undo(call, operation)
        if row["state"] == OperationState.SUCCEEDED:
            key = call.idempotency_key and f"{call.idempotency_key}\x1fdelete"  # no caller's key is like that
            left = max(0.0, until - self._clock.stopwatch())
            return self.once(replace(call, idempotency_key=key, waits=left), self._delete)
        return Deleted() if row["state"] in DONE else Accepted(operation, Deleted(done=False))

    def undo(self, call: Call, operation: str) -> Item:
        """Has what is unfinished undone. The operation as it is then, or when the caller's time is up."""
        self._operations.cancel(operation, call)
        self.queue.send(operation)
        return self._wait(operation, self._seconds(call))

    def _control(self, call: Call) -> Any:
        identity = self._identities.get(call.connection, call.kind, call.name)
        opening = self.opening(identity, call.body, self._settings.control_deadline)
        return self.change(call, identity, opening, State.ACTIVE)

    def opening(
        self, identity: Identity, verb: str, seconds: float, request: Any = None, *, force: bool = False
    ) -> Opening:
        """Of a change of what exists."""
        return _opening(identity, _new_id(), verb, seconds, request, force=force)

    def change(
        self, call: Call, identity: Identity, opening: Opening, state: State, more: Sequence[Change] = ()
    ) -> Any:
        """Opens the operation unless another one holds the resource, and waits for it. `more`: what is written along
        with it."""
        busy = Conflict(
            f"{KINDS[identity.kind].title} '{identity.name}' in connection '{call.connection}' is being changed by the "
            f"operation '{identity.operation or 'of another caller'}'",
            operation=identity.operation or None,
        )
        return self.run(call, opening, [identities.claimed(identity, opening.id, state), *more], busy)

    def _check(self, call: Call, target: Target) -> None:
        request, kind = call.body, call.kind
        capable = target.capability.kinds.get(kind.name)
        if capable is None:
            raise Unsupported(f"{target.info.provider} has no {kind.title}: not implemented")
        complaint = None if self._transforms(call) else capable.complaint(request.name)
        if complaint:
            raise Invalid(f"the name '{request.name[:80]}' {complaint} ({target.info.provider})", field="name")
        request.check(target.capability)

    def _transforms(self, call: Call) -> bool:
        """Whether the cloud's name is not the user's, and so fits its rules whatever the user's is."""
        return (call.transform or self._settings.id_transform_mode) == "ON"

    def check_unused(self, identity: Identity) -> None:
        census = self._identities.of_connection(identity.connection)
        for one in (identity, *census.parts_of(identity)):
            users = [user for user in census.users_of(one) if user.key != identity.key]
            if users:
                names = ", ".join(f"{KINDS[user.kind].title} '{user.name}'" for user in users[:10])
                raise InUse(f"{KINDS[one.kind].title} '{one.name}' is in use by {names}")

    def run(self, call: Call, opening: Opening, changes: Sequence[Change], refusal: SpiderError) -> Any:
        try:
            with self.queue.announce(opening.id):
                self._operations.open(opening, changes, call)
        except StoreConflict:
            raise refusal from None
        return self._await(call, opening.id)

    def _await(self, call: Call, operation: str) -> Any:
        """The outcome, or what is known when the caller's time is up."""
        return self.outcome(operation, self._seconds(call))

    def _seconds(self, call: Call) -> float:
        if call.respond_async:
            return 0.0
        return self._settings.wait_seconds if call.waits is None else call.waits

    def _wait(self, operation: str, seconds: float) -> Item:
        """The operation as it is when it is over, or when the time is up."""
        row: Item = {}

        def over() -> bool:
            nonlocal row
            row = self._operations.row(operation)
            return is_over(row)

        self.queue.wait(operation, over, seconds)
        return row

    def _known(self, row: Item) -> Any:
        """What can be said of a resource whose operation goes on."""
        if row["verb"] in _TRANSITIONAL:
            return _TRANSITIONAL[row["verb"]]
        if row["verb"] == "add_tag":
            return self._operations.request(row)
        if row["verb"] in ("add_subnet", "add_rules"):
            return Stub(Iid(row["name"], row.get("system_id", "")))
        if row["verb"] != "create":
            return Deleted(done=False)
        shape = self._operations.request(row).expected()
        secret = self._operations.secret(row)
        return shape if secret is None else IssuedKeyPair(shape, secret)


_TRANSITIONAL = {
    "suspend": VmStatus.SUSPENDING,
    "resume": VmStatus.RESUMING,
    "reboot": VmStatus.REBOOTING,
}


def transformed(name: str, operation: str, capability: KindCapability) -> str:
    """A name for the cloud that nobody else has: readable, of plain characters, as short as the cloud wants it."""
    suffix = f"-{operation[:8]}"
    plain = re.sub(r"[^a-z0-9-]", "-", name.lower()).lstrip("-0123456789")
    return (plain or "spider")[: capability.max_name - len(suffix)] + suffix


def _new_id() -> str:
    return uuid.uuid4().hex


def _parts_opened(identity: Identity, request: Any) -> list[Change]:
    parts = KINDS[identity.kind].parts
    if parts is None:
        return []
    field, kind = parts
    return [
        identities.opened(replace(identity, kind=kind, owner=identity.name, name=part.name, uses=()))
        for part in getattr(request, field)
    ]


def _opening(
    identity: Identity,
    operation: str,
    verb: str,
    seconds: float,
    request: Any = None,
    secret: str | None = None,
    *,
    force: bool = False,
) -> Opening:
    return Opening(
        id=operation,
        verb=verb,
        kind=identity.kind,
        connection=identity.connection,
        owner=identity.owner,
        name=identity.name,
        system_id=identity.system_id,
        changed=identity.changed,
        token=identity.token,
        request=request,
        secret=secret,
        seconds=seconds,
        force=force,
    )
