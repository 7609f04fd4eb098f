"""Names and what they stand for: drift between Spider and a cloud, adopting what exists there, forgetting it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from spider_drivers.contract import (
    NOWHERE,
    AlreadyExists,
    Conflict,
    Iid,
    InUse,
    Invalid,
    LimitExceeded,
    MissingReference,
    NotFound,
    Ref,
    Unsupported,
    Vpc,
)

from ..catalogue.kinds import BY_WORD, CONNECTION, KINDS, VPC
from ..catalogue.mapped import Drift, Forgetting, Registration, UsingResources
from ..catalogue.records import Deleted
from ..catalogue.vocabulary import Kind
from ..store import CONNECTIONS, Change, Store
from ..store import Conflict as StoreConflict
from . import identities, shapes
from .call import Call
from .connections import Connections, Target
from .identities import Census, Identities, Identity, State
from .operations import Operations
from .reads import Reads

MOST_PARTS = 90  # a transaction has 100 changes


class Mapping:
    def __init__(self, store: Store, connections: Connections, operations: Operations, reads: Reads) -> None:
        self._store = store
        self._connections = connections
        self._operations = operations
        self._reads = reads
        self._identities = Identities(store)

    def all(self, call: Call) -> Drift:
        both, only_spider, only_cloud = self._sorted(call)
        return Drift(
            tuple(identity.iid for identity, _ in both),
            tuple(identity.iid for identity in only_spider),
            tuple(shape.iid for shape in only_cloud),
        )

    def all_info(self, call: Call) -> Drift:
        both, only_spider, only_cloud = self._sorted(call)
        return Drift(
            tuple(shape for _, shape in both),
            tuple(identity.iid for identity in only_spider),
            tuple(only_cloud),
            word=call.kind.word,
        )

    def register(self, call: Call) -> Any:
        """Raises AlreadyExists when the name is taken, or another stands for the same resource; MissingReference."""
        target = self._connections.target(call.connection)
        given: Registration = call.body
        if call.kind.name in target.capability.kept:
            raise Unsupported(f"{target.info.provider} has no {call.kind.title} to register: not implemented")
        shape = self._at_cloud(call, target, call.kind, given.cloud_id)
        census = self._identities.of_connection(call.connection)
        named = census.named_by(shape)
        identity = Identity(
            connection=call.connection,
            kind=call.kind.name,
            owner=self._owner(call, census, shape, given),
            name=given.name,
            state=State.ACTIVE,
            system_id=shape.iid.id,
            token=uuid.uuid4().hex,
            uses=tuple(one.key for one in named),
            kept=shapes.kept(shape) if call.kind.remembered else None,
        )
        parts = _parts(identity, shape)
        self._adopt(call, [identity, *parts], given)
        return census.knowing([identity, *parts]).named(identity, shape)

    def register_subnet(self, call: Call) -> Vpc:
        """The VPC with the subnet in it."""
        target = self._connections.target(call.connection)
        given: Registration = call.body
        vpc = self._identities.find(call.connection, VPC.name, given.owner)
        if vpc is None or vpc.state != State.ACTIVE:
            text = f"VPC '{given.owner}' does not exist in connection '{call.connection}'"
            raise MissingReference(text, field="vpc")
        shape: Vpc = self._at_cloud(call, target, VPC, vpc.system_id)
        if given.cloud_id not in {subnet.iid.id for subnet in shape.subnets}:
            raise MissingReference(f"subnet {given.cloud_id} was not found in VPC '{vpc.name}'", field="CSPId")
        census = self._identities.of_connection(call.connection)
        known = census.known("subnet", given.cloud_id)
        if known:
            raise AlreadyExists(f"{given.cloud_id} already exists as '{known.name}'", field="CSPId")
        subnet = _part(vpc, "subnet", given.name, given.cloud_id)
        self._adopt(call, [subnet], given)
        named: Vpc = census.knowing([subnet]).named(vpc, shape)
        return named

    def unregister(self, call: Call) -> Deleted:
        """Raises InUse unless forced, and Conflict while an operation is changing it."""
        given: Forgetting = call.body
        identity = self._identities.get(call.connection, call.kind, call.name, given.owner)
        census = self._identities.of_connection(call.connection)
        parts = census.parts_of(identity)
        if not given.force and not call.kind.free:
            for one in (identity, *parts):
                users = [user.name for user in census.users_of(one)]
                if users:
                    raise InUse(f"{KINDS[one.kind].title} '{one.name}' is in use by {', '.join(users[:10])}")
        changes: list[Change] = [change for one in (identity, *parts) for change in identities.forgotten(one)]
        try:
            self._store.write(*changes)
        except StoreConflict:
            text = f"{call.kind.title} '{call.name}' in connection '{call.connection}' is being changed"
            raise Conflict(text, operation=identity.operation or None) from None
        return Deleted()

    def count(self, call: Call) -> int:
        return len(self._identities.of_connection(call.name).of_kind(call.kind.name))

    def count_all(self, call: Call) -> int:
        rows = self._store.query(CONNECTIONS, CONNECTION.name).items
        return sum(len(self._identities.of_connection(row["name"]).of_kind(call.kind.name)) for row in rows)

    def owner(self, call: Call) -> Iid:
        """Of a resource of the cloud: the VPC that it is in."""
        target = self._connections.target(call.connection)
        shape = self._at_cloud(call, target, call.kind, call.body)
        return self._iid(self._identities.of_connection(call.connection), "vpc", shape.vpc)

    def used_by_vm(self, call: Call) -> UsingResources:
        """What a VM of the cloud uses, so that it can be registered before the VM is."""
        target = self._connections.target(call.connection)
        shape = self._at_cloud(call, target, call.kind, call.body)
        census = self._identities.of_connection(call.connection)
        return UsingResources(
            vpc=self._iid(census, "vpc", shape.vpc),
            security_groups=tuple(self._iid(census, "security_group", one) for one in shape.security_groups),
            key_pair=self._iid(census, "key_pair", shape.key_pair),
        )

    def at_cloud(self, call: Call) -> Any:
        """A resource by the cloud's id, under the user's names where there are any."""
        target = self._connections.target(call.connection)
        shape = self._at_cloud(call, target, call.kind, call.name)
        census = self._identities.of_connection(call.connection)
        known = census.known(call.kind.name, shape.iid.id)
        return census.named(known, shape) if known else shape

    def of_vpc(self, call: Call) -> list[Any]:
        """Those in the VPC of that name."""
        self._identities.get(call.connection, VPC, call.name)
        return [shape for shape in self._reads.list(call) if getattr(shape, "vpc", NOWHERE).name == call.name]

    def cloud_name(self, call: Call) -> str:
        """Where the cloud knows no names, its id."""
        iid: Iid = self.cloud_info(call).iid
        return iid.name or iid.id

    def cloud_info(self, call: Call) -> Any:
        """A resource that has a name, as the cloud tells it."""
        kind = of_word(call.body)
        target = self._connections.target(call.connection)
        identity = self._identities.get(call.connection, kind, call.name)
        if kind.name in target.capability.kept and identity.kept:
            return shapes.told(dict(identity.kept))
        of_kind = replace(call, action=replace(call.action, kind=kind))
        return self._at_cloud(of_kind, target, kind, identity.system_id)

    def _sorted(self, call: Call) -> tuple[list[tuple[Identity, Any]], list[Identity], list[Any]]:
        """Known to both (with the shape), to Spider alone, to the cloud alone. What a create under way has made
        already is the former's."""
        target = self._connections.target(call.connection)
        census = self._identities.of_connection(call.connection)
        mine = census.of_kind(call.kind.name)
        if call.kind.name in target.capability.kept:
            self._reads.ask(call, target, lambda cloud: cloud.check())
            return [(one, shapes.told(dict(one.kept))) for one in mine if one.kept], [], []
        held = self._reads.ask(call, target, lambda cloud: cloud.handler(call.kind.name).list())
        by_id = {shape.iid.id: shape for shape in held}
        making = self._operations.rows([one.operation for one in mine if one.state == State.CREATING])
        both, only_spider = [], []
        for one in mine:
            if one.system_id in by_id:
                both.append((one, census.named(one, by_id[one.system_id])))
            elif one.operation in making:
                both.append((one, self._operations.request(making[one.operation]).expected()))
            elif one.state == State.ACTIVE:
                only_spider.append(one)
        named = {one.system_id for one in mine}
        named |= {cloud_id for row in making.values() for cloud_id in row["parts"].values()}
        return both, only_spider, [shape for shape in held if shape.iid.id not in named]

    def _at_cloud(self, call: Call, target: Target, kind: Kind, cloud_id: str) -> Any:
        """Raises MissingReference, or NotFound where the path names it."""
        try:
            return self._reads.ask(call, target, lambda cloud: cloud.handler(kind.name).get(Ref(cloud_id, cloud_id)))
        except NotFound as gone:
            text = f"{kind.title} {cloud_id} was not found at the cloud: {gone.message}"
            if call.name:
                raise NotFound(text, field="name", code=gone.code, text=gone.text) from gone
            raise MissingReference(text, field="CSPId", code=gone.code, text=gone.text) from gone

    def _owner(self, call: Call, census: Census, shape: Any, given: Registration) -> str:
        """The name of what it belongs to, which must have one before."""
        if call.kind.owner is None:
            return ""
        title = KINDS[call.kind.owner].title
        owner: Iid = getattr(shape, call.kind.owner)
        known = census.known(call.kind.owner, owner.id)
        if known is None:
            text = f"{title} {owner.id} of {shape.iid.id} does not exist in connection '{call.connection}': register it"
            raise MissingReference(text, field=call.kind.owner)
        if given.owner not in ("", known.name):
            raise MissingReference(f"{shape.iid.id} is in {title} '{known.name}', not in '{given.owner}'", field="vpc")
        return known.name

    def _adopt(self, call: Call, adopted: Sequence[Identity], given: Registration) -> None:
        if len(adopted) > MOST_PARTS:
            raise LimitExceeded(f"{given.cloud_id} has {len(adopted) - 1} subnets; {MOST_PARTS - 1} can be registered")
        try:
            self._store.write(*(change for one in adopted for change in identities.adopted(one)))
        except StoreConflict as conflict:
            title, connection = call.kind.title, call.connection
            if conflict.failed and min(conflict.failed) == 0:
                text = f"{title} '{given.name}' already exists in connection '{connection}'"
                raise AlreadyExists(text, field="name") from None
            text = f"{title} {given.cloud_id} already exists in connection '{connection}' under another name"
            raise AlreadyExists(text, field="CSPId") from None

    def _iid(self, census: Census, kind: str, iid: Iid) -> Iid:
        known = census.known(kind, iid.id)
        return known.iid if known else iid


def of_word(word: str) -> Kind:
    """Raises Invalid."""
    if word not in BY_WORD:
        raise Invalid(f"'{word}' is no type of resource; there are {', '.join(BY_WORD)}", field="ResourceType")
    return BY_WORD[word]


def _parts(identity: Identity, shape: Any) -> list[Identity]:
    """Names for what belongs to it, as CB-Spider makes them: `vpc-01-subnet-1`."""
    parts = KINDS[identity.kind].parts
    if parts is None:
        return []
    field, kind = parts
    return [
        _part(identity, kind, f"{identity.name}-{kind}-{number}", part.iid.id)
        for number, part in enumerate(getattr(shape, field), 1)
    ]


def _part(owner: Identity, kind: str, name: str, cloud_id: str) -> Identity:
    return Identity(
        connection=owner.connection,
        kind=kind,
        owner=owner.name,
        name=name,
        state=State.ACTIVE,
        system_id=cloud_id,
        token=uuid.uuid4().hex,
    )
