"""Reads: what Spider knows, joined with what the cloud shows. No list fails because one element is odd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from spider_drivers.contract import Clock, CloudConnection, Iid, Invalid, NotFound, Ref, VmStatus

from ..catalogue.kinds import KINDS
from ..catalogue.records import Aged, Listed, Listing, Stub
from ..catalogue.vocabulary import Managed
from ..store import Item, Store
from . import deadline, pages, shapes
from .call import Call
from .connections import Connections, Target
from .identities import Identities, Identity, State
from .once import once
from .operations import Operations
from .settings import Settings

if TYPE_CHECKING:
    from .cache import Cache

T = TypeVar("T")


class Reads:
    def __init__(
        self, store: Store, clock: Clock, settings: Settings, connections: Connections, operations: Operations
    ) -> None:
        self._seconds = min(settings.read_seconds, settings.wait_seconds)
        self._clock = clock
        self._cache_seconds = settings.cache_seconds
        self._connections = connections
        self._operations = operations
        self._identities = Identities(store)

    @once
    def _cache(self) -> Cache:
        from .cache import Cache

        return Cache(self._clock, self._cache_seconds)

    def list(self, call: Call) -> Listed:
        """Raises Invalid for an owner of what belongs to nothing."""
        listing = _listing(call)
        if listing.owner and call.kind.owner is None:
            raise Invalid(f"owner: a {call.kind.title} belongs to no other resource", field="owner")
        target = self._connections.target(call.connection)
        if call.kind.managed == Managed.DEFAULT:
            offered = self._offered(call, target, "list", lambda cloud: cloud.handler(call.kind.name).list())
            return pages.cut(offered.value, listing, offered.age)
        return pages.cut(self._named(call, target, listing.owner), listing)

    def _named(self, call: Call, target: Target, owner: str) -> Sequence[Any]:
        """What has a name here; with `owner`, what belongs to that."""
        kind = call.kind
        census = self._identities.of_connection(call.connection)
        mine = [one for one in census.of_kind(kind.name) if owner in ("", one.owner)]
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
        return deadline.within(self._seconds, lambda: self.statuses_now(call))

    def statuses_now(self, call: Call) -> Sequence[tuple[Iid, VmStatus]]:
        """For callers that have a deadline of their own."""
        target = self._connections.target(call.connection)
        mine = self._identities.of_connection(call.connection).of_kind(call.kind.name)
        held = self._reading(call, target, lambda cloud: cloud.handler(call.kind.name).statuses())()
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

    def raw_list(self, call: Call) -> Aged:
        target = self._connections.target(call.connection)
        return self._offered(call, target, "raw", lambda cloud: cloud.handler(call.kind.name).raw_list())

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

    def forget(self, call: Call) -> None:
        """A change is asked for: what is kept of that kind may soon be wrong."""
        if call.action.kind and (cache := vars(self).get("_cache")):
            cache.drop(call.connection, call.action.kind.name)

    def _offered(self, call: Call, target: Target, form: str, what: Callable[[CloudConnection], Any]) -> Aged:
        """What a cloud offers to everybody, from the cache where there is one."""
        read = self._reading(call, target, what)
        if not self._cache_seconds:
            return Aged(deadline.within(self._seconds, read))
        key = (call.connection, call.kind.name, form)
        version = f"{target.version} {self._state(call)}"
        return self._cache.get(key, version, read, seconds=self._seconds, refresh=_listing(call).refresh)

    def _state(self, call: Call) -> str:
        """Another one after each step of a create or delete, in whatever process it was made."""
        if not call.kind.request:
            return ""
        mine = self._identities.of_connection(call.connection).of_kind(call.kind.name)
        return " ".join(f"{one.token}:{one.state}" for one in mine)

    def ask(self, call: Call, target: Target, what: Callable[[CloudConnection], T]) -> T:
        """What a read of the cloud answers, within its deadline. Raises NoAnswer."""
        return deadline.within(self._seconds, self._reading(call, target, what))

    def _reading(self, call: Call, target: Target, what: Callable[[CloudConnection], T]) -> Callable[[], T]:
        scope = target.scope(call.kind, call.name, call.request_id)

        def read() -> T:
            with self._connections.open(target, scope) as cloud:
                return what(cloud)

        return read


def _listing(call: Call) -> Listing:
    return call.body if isinstance(call.body, Listing) else Listing()


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
