"""Reads: what Spider knows, joined with what the cloud shows. No list fails because one element is odd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from spider_drivers.contract import CloudConnection, Iid, NotFound, Ref, VmStatus

from ..catalogue.kinds import KINDS
from ..catalogue.records import Stub
from ..catalogue.vocabulary import Managed
from ..store import Item, Store
from . import deadline, shapes
from .call import Call
from .connections import Connections, Target
from .identities import Identities, Identity, State
from .operations import Operations
from .settings import Settings

T = TypeVar("T")


class Reads:
    def __init__(self, store: Store, settings: Settings, connections: Connections, operations: Operations) -> None:
        self._settings = settings
        self._connections = connections
        self._operations = operations
        self._identities = Identities(store)

    def list(self, call: Call) -> Sequence[Any]:
        target = self._connections.target(call.connection)
        kind = call.kind
        if kind.managed == Managed.DEFAULT:
            everything: Sequence[Any] = self.ask(call, target, lambda cloud: cloud.handler(kind.name).list())
            return everything
        census = self._identities.of_connection(call.connection)
        mine = census.of_kind(kind.name)
        if kind.name in target.capability.kept:
            return [shapes.told(dict(one.kept)) for one in mine if one.kept]
        held = self.ask(call, target, lambda cloud: cloud.handler(kind.name).list())
        by_id = {shape.iid.id: shape for shape in held}
        making = self._operations.rows([one.operation for one in mine if one.state == State.CREATING])
        found: list[Any] = []
        for one in mine:
            if one.state == State.CREATING and one.operation in making:
                found.append(self._requested(making[one.operation]))
            elif one.system_id in by_id:
                found.append(census.named(one, by_id[one.system_id]))
            elif one.state == State.ACTIVE:
                found.append(Stub(one.iid))
        return found

    def get(self, call: Call) -> Any:
        target = self._connections.target(call.connection)
        if call.kind.managed == Managed.DEFAULT:
            return self._get_default(call, target)
        identity = self._identities.get(call.connection, call.kind, call.name)
        if identity.state == State.CREATING:
            return self._get_creating(call, identity)
        if identity.kept and call.kind.name in target.capability.kept:
            return shapes.told(dict(identity.kept))
        shape = self._get_at_cloud(call, target, identity)
        return self._identities.of_connection(call.connection).named(identity, shape)

    def statuses(self, call: Call) -> Sequence[tuple[Iid, VmStatus]]:
        target = self._connections.target(call.connection)
        mine = self._identities.of_connection(call.connection).of_kind(call.kind.name)
        held = self.ask(call, target, lambda cloud: cloud.handler(call.kind.name).statuses())
        by_id = {iid.id: status for iid, status in held}
        return [(one.iid, _status(one, by_id)) for one in mine]

    def status(self, call: Call) -> VmStatus:
        target = self._connections.target(call.connection)
        identity = self._identities.get(call.connection, call.kind, call.name)
        if identity.state == State.CREATING:
            return VmStatus.CREATING
        try:
            status: VmStatus = self.ask(call, target, lambda cloud: cloud.handler(call.kind.name).status(identity.ref))
        except NotFound as gone:
            raise _gone(identity, gone) from gone
        return status

    def raw_list(self, call: Call) -> Any:
        target = self._connections.target(call.connection)
        return self.ask(call, target, lambda cloud: cloud.handler(call.kind.name).raw_list())

    def raw_get(self, call: Call) -> Any:
        target = self._connections.target(call.connection)
        ref = Ref(call.name, call.name)
        return self._known_to_cloud(call, target, lambda cloud: cloud.handler(call.kind.name).raw_get(ref))

    def _get_default(self, call: Call, target: Target) -> Any:
        """What exists at the cloud needs no identity; a registered image may have one."""
        identity = self._identities.find(call.connection, call.kind.name, call.name)
        ref = identity.ref if identity and identity.system_id else Ref(call.name, call.name)
        return self._known_to_cloud(call, target, lambda cloud: cloud.handler(call.kind.name).get(ref))

    def _known_to_cloud(self, call: Call, target: Target, what: Callable[[CloudConnection], T]) -> T:
        try:
            return self.ask(call, target, what)
        except NotFound as gone:
            message = f"{call.kind.title} '{call.name}' does not exist in connection '{call.connection}'"
            cloud_says = f" ({gone.message})" if gone.code else ""
            raise NotFound(message + cloud_says, field="name", code=gone.code, text=gone.text) from gone

    def _get_creating(self, call: Call, identity: Identity) -> Any:
        row = self._operations.rows([identity.operation]).get(identity.operation)
        if row is None:
            return Stub(identity.iid)
        return self._requested(row)

    def _requested(self, row: Item) -> Any:
        """A resource that is being created, in the requested shape."""
        return self._operations.request(row).expected()

    def _get_at_cloud(self, call: Call, target: Target, identity: Identity) -> Any:
        try:
            return self.ask(call, target, lambda cloud: cloud.handler(call.kind.name).get(identity.ref))
        except NotFound as gone:
            raise _gone(identity, gone) from gone

    def ask(self, call: Call, target: Target, what: Callable[[CloudConnection], T]) -> T:
        """What a read of the cloud answers, within its deadline. Raises NoAnswer."""
        scope = target.scope(call.kind, call.name, call.request_id)

        def read() -> T:
            with self._connections.open(target, scope) as cloud:
                return what(cloud)

        return deadline.within(min(self._settings.read_seconds, self._settings.wait_seconds), read)


def _status(identity: Identity, by_id: dict[str, VmStatus]) -> VmStatus:
    if identity.state == State.CREATING:
        return VmStatus.CREATING
    return by_id.get(identity.system_id, VmStatus.NOT_EXIST)


def _gone(identity: Identity, error: NotFound) -> NotFound:
    """Spider knows it and the cloud does not: not to be mixed up with a name that was never there."""
    title = KINDS[identity.kind].title
    return NotFound(
        f"{title} '{identity.name}' ({identity.system_id}) was not found at the cloud: {error.message}",
        code=error.code,
        text=error.text,
    )
