"""Identities: the user's names, the cloud's ids, and what state each resource is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from spider_drivers.contract import NOWHERE, Iid, NotFound, Ref

from ..catalogue.kinds import KINDS
from ..catalogue.vocabulary import Kind, Managed
from ..store import ABSENT, IDENTITIES, Change, Delete, Item, Key, Put, Store, Update, join_key


class State(StrEnum):
    CREATING = "CREATING"
    ACTIVE = "ACTIVE"
    DELETING = "DELETING"


@dataclass(frozen=True)
class Identity:
    """`operation` is the unfinished one, `token` that of the operation which created it; `uses` holds the keys of the
    identities that it depends on; `kept` the whole shape where the cloud has no such kind, else what the engine must
    remember of it (a key pair's public half); `changed` is when it was controlled last; `adopted`: the cloud had it
    before it got its name, and it may carry another token."""

    connection: str
    kind: str
    owner: str
    name: str
    state: State
    system_id: str = ""
    operation: str = ""
    token: str = ""
    uses: tuple[str, ...] = ()
    kept: Mapping[str, Any] | None = None
    changed: str = ""
    adopted: bool = False

    @property
    def key(self) -> str:
        return identity_key(self.kind, self.owner, self.name)

    @property
    def ref(self) -> Ref:
        return Ref(self.name, self.system_id or None, self.token)

    @property
    def iid(self) -> Iid:
        return Iid(self.name, self.system_id)


def identity_key(kind: str, owner: str, name: str) -> str:
    """`owner` counts only where names are unique per owner."""
    return join_key(kind, owner if KINDS[kind].named_in_owner else "", name)


def read(row: Item) -> Identity:
    return Identity(
        connection=row["connection"],
        kind=row["kind"],
        owner=row["owner"],
        name=row["name"],
        state=State(row["state"]),
        system_id=row.get("system_id", ""),
        operation=row.get("operation", ""),
        token=row["token"],
        uses=tuple(row["uses"]),
        kept=row.get("kept"),
        changed=row.get("changed", ""),
        adopted=row.get("adopted", False),
    )


def _key(identity: Identity) -> Key:
    return (identity.connection, identity.key)


def _guard_key(identity: Identity, system_id: str) -> Key:
    """One row per cloud id, beside the connection's identities and not among them. No name holds a control character,
    so no connection's name leads here."""
    return (f"{identity.connection}\x1fids", join_key(identity.kind, system_id))


def opened(identity: Identity) -> Put:
    """The name is taken, unless someone has it."""
    return Put(IDENTITIES, _row(identity), if_absent=True)


def _row(identity: Identity) -> Item:
    return {
        "connection": identity.connection,
        "key": identity.key,
        "kind": identity.kind,
        "owner": identity.owner,
        "name": identity.name,
        "state": identity.state.value,
        "operation": identity.operation or None,
        "token": identity.token,
        "uses": list(identity.uses),
    }


def _guard(identity: Identity, system_id: str) -> Put:
    guard_hash, guard_range = _guard_key(identity, system_id)
    return Put(IDENTITIES, {"connection": guard_hash, "key": guard_range, "name": identity.name}, if_absent=True)


def activated(identity: Identity, system_id: str, kept: Mapping[str, Any] | None) -> list[Change]:
    """A create is done: the cloud's id is known, and no other name of this kind has it."""
    return [
        Update(
            IDENTITIES,
            _key(identity),
            {"state": State.ACTIVE.value, "system_id": system_id, "operation": None, "kept": kept},
            when={"operation": identity.operation},
        ),
        _guard(identity, system_id),
    ]


def adopted(identity: Identity) -> list[Change]:
    """What exists at the cloud gets a name, unless the name is taken or another one stands for it."""
    row = {**_row(identity), "system_id": identity.system_id, "kept": identity.kept, "adopted": True}
    changes: list[Change] = [Put(IDENTITIES, row, if_absent=True)]
    if not KINDS[identity.kind].named_in_owner:
        changes.append(_guard(identity, identity.system_id))
    return changes


def activated_part(identity: Identity, system_id: str) -> Update:
    """A part that has an identity of its own (a VPC's subnet). Its owner's guard covers it."""
    change = {"state": State.ACTIVE.value, "system_id": system_id, "operation": None}
    return Update(IDENTITIES, _key(identity), change)


def claimed(identity: Identity, operation: str, state: State) -> Update:
    """An operation takes hold of a resource that nobody else is changing, and that is as it was read: with its id."""
    as_read = {name: getattr(identity, name) or ABSENT for name in ("token", "system_id", "changed")}
    return Update(
        IDENTITIES,
        _key(identity),
        {"state": state.value, "operation": operation},
        when={"state": State.ACTIVE.value, "operation": ABSENT, **as_read},
    )


def released(identity: Identity, operation: str) -> Update:
    """The operation is over and the resource is as before."""
    change = {"state": State.ACTIVE.value, "operation": None}
    return Update(IDENTITIES, _key(identity), change, when={"operation": operation})


def taken_over(identity: Identity, operation: str) -> Update:
    """A delete takes hold of what an operation held that is over or gone, and that nobody else has taken since."""
    change = {"state": State.DELETING.value, "operation": operation}
    as_read = {"state": identity.state.value, "operation": identity.operation or ABSENT, "token": identity.token}
    return Update(IDENTITIES, _key(identity), change, when=as_read)


def controlled(identity: Identity, operation: str, changed: str) -> Update:
    """As released; reads of the cloud may show late what was done at the moment `changed`."""
    change = {"state": State.ACTIVE.value, "operation": None, "changed": changed}
    return Update(IDENTITIES, _key(identity), change, when={"operation": operation})


def remembered(identity: Identity, operation: str, kept: Mapping[str, Any]) -> Update:
    """The operation is over, and has changed a resource that the cloud does not have."""
    change = {"state": State.ACTIVE.value, "operation": None, "kept": kept}
    return Update(IDENTITIES, _key(identity), change, when={"operation": operation})


def forgotten(identity: Identity) -> list[Change]:
    """As removed, unless an operation holds it."""
    _, *guard = removed(identity)
    return [Delete(IDENTITIES, _key(identity), when={"operation": ABSENT, "token": identity.token}), *guard]


def removed(identity: Identity) -> list[Change]:
    """The resource is gone, and its name is free."""
    changes: list[Change] = [Delete(IDENTITIES, _key(identity))]
    if identity.system_id and not KINDS[identity.kind].named_in_owner:
        changes.append(Delete(IDENTITIES, _guard_key(identity, identity.system_id)))
    return changes


class Identities:
    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, connection: str, kind: str, name: str, owner: str = "") -> Identity | None:
        row = self._store.get(IDENTITIES, (connection, identity_key(kind, owner, name)))
        return read(row) if row else None

    def get(self, connection: str, kind: Kind, name: str, owner: str = "") -> Identity:
        """Raises NotFound in the words that CB-Spider's clients search for."""
        found = self.find(connection, kind.name, name, owner)
        if found is None:
            raise NotFound(f"{kind.title} '{name}' does not exist in connection '{connection}'", field="name")
        return found

    def find_all(self, connection: str, keys: Iterable[str]) -> dict[str, Identity]:
        """Those of the given identity keys that exist, in one read."""
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return {}
        rows = self._store.get_many(IDENTITIES, [(connection, key) for key in wanted])
        return {row["key"]: read(row) for row in rows if row}

    def of_connection(self, connection: str) -> Census:
        """Every identity of a connection, in one query."""
        return Census([read(row) for row in self._store.query(IDENTITIES, connection).items])


class Census:
    """A connection's identities, looked up by name and by cloud id."""

    def __init__(self, identities: Sequence[Identity]) -> None:
        self._all = identities
        self._names = {(one.kind, one.system_id): one for one in identities if one.system_id}

    @property
    def all(self) -> Sequence[Identity]:
        return self._all

    def of_kind(self, kind: str) -> list[Identity]:
        return [one for one in self._all if one.kind == kind]

    def knowing(self, more: Sequence[Identity]) -> Census:
        """This census with some identities as given."""
        keys = {one.key for one in more}
        return Census([*(one for one in self._all if one.key not in keys), *more])

    def find(self, key: str) -> Identity | None:
        return next((one for one in self._all if one.key == key), None)

    def known(self, kind: str, cloud_id: str) -> Identity | None:
        """Who stands for a resource of the cloud."""
        return self._names.get((kind, cloud_id))

    def named_by(self, shape: Any) -> list[Identity]:
        """Those that a driver's answer refers to."""
        given = [(field.metadata["kind"], getattr(shape, field.name)) for field in fields(shape) if field.metadata]
        iids = [(kind, one) for kind, many in given for one in (many if isinstance(many, tuple) else (many,))]
        known = [self.known(kind, one.id) for kind, one in iids]
        return list({one.key: one for one in known if one}.values())

    def users_of(self, identity: Identity) -> list[Identity]:
        return [one for one in self._all if identity.key in one.uses]

    def parts_of(self, identity: Identity) -> list[Identity]:
        """Identities that come and go with it."""
        parts = KINDS[identity.kind].parts
        return [one for one in self._all if parts and one.kind == parts[1] and one.owner == identity.name]

    def named(self, identity: Identity, shape: Any) -> Any:
        """A driver's answer with the user's names in it: its own, those of what it refers to, those of its parts."""
        changes: dict[str, Any] = {"iid": identity.iid}
        for field in fields(shape):
            kind = field.metadata.get("kind")
            if kind is not None:
                given = getattr(shape, field.name)
                changes[field.name] = self._renamed(kind, given) or self._untold(identity, kind, given)
        parts = KINDS[identity.kind].parts
        if parts is not None:
            changes[parts[0]] = self._named_parts(parts[1], getattr(shape, parts[0]))
        return replace(shape, **changes)

    def _untold(self, identity: Identity, kind: str, given: Any) -> Any:
        """What a cloud cannot say, as it knows no such kind: the kept resources that the user has named."""
        used = tuple(one.iid for one in self._all if one.kind == kind and one.kept and one.key in identity.uses)
        return used if isinstance(given, tuple) else used[0] if used else given

    def _renamed(self, kind: str, given: Any) -> Any:
        """None or () where the cloud says nothing."""
        if isinstance(given, tuple):
            return tuple(self._renamed(kind, one) for one in given)
        if given == NOWHERE:
            return None
        known = self._names.get((kind, given.id))
        if known is None and not given.name and KINDS[kind].managed == Managed.DEFAULT:
            return Iid(given.id, given.id)  # what exists at the cloud is named by its id
        return known.iid if known else given

    def _named_parts(self, kind: str, given: Iterable[Any]) -> tuple[Any, ...]:
        known = [(part, self._names.get((kind, part.iid.id))) for part in given]
        return tuple(replace(part, iid=identity.iid) for part, identity in known if identity)
