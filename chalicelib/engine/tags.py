"""Tags of resources of any kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from spider_drivers.contract import Attempt, CloudConnection, Invalid, NotFound, Ref, TagHandler, Unsupported, Vpc, Wait

from ..catalogue.kinds import SUBNET, VPC
from ..catalogue.tagged import Named, Tag, TagList
from ..catalogue.vocabulary import Kind
from ..store import Store
from .call import Call
from .changes import Changes
from .connections import Connections
from .identities import Identities, Identity, State
from .mapping import of_word
from .reads import Reads
from .settings import Settings


class Tags:
    def __init__(
        self, settings: Settings, store: Store, connections: Connections, changes: Changes, reads: Reads
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._changes = changes
        self._reads = reads
        self._identities = Identities(store)

    def add(self, call: Call) -> Any:
        return self._changes.once(call, self._add)

    def remove(self, call: Call) -> Any:
        return self._changes.once(call, self._remove)

    def list(self, call: Call) -> TagList:
        given: Tag = call.body
        return TagList(given.of.word, self._tags(call, given.of))

    def get(self, call: Call) -> Tag:
        """Raises NotFound."""
        given: Tag = call.body
        held = self._tags(call, given.of)
        if call.name not in held:
            raise NotFound(f"tag '{call.name}' of {given.of.word} '{given.of.name}' does not exist", field="name")
        return Tag(given.of, call.name, held[call.name])

    def _add(self, call: Call) -> Any:
        return self._change(call, "add_tag", call.body)

    def _remove(self, call: Call) -> Any:
        return self._change(call, "remove_tag", replace(call.body, key=call.name))

    def _change(self, call: Call, verb: str, tag: Tag) -> Any:
        kind = of_word(tag.of.word)
        target = self._connections.target(call.connection)
        if kind.name not in target.capability.tagged | target.capability.kept:
            raise Unsupported(f"{target.info.provider} does not support tags of a {kind.title}: not implemented")
        identity = self._identity(call, kind, tag.of)
        opening = self._changes.opening(identity, verb, self._settings.control_deadline, tag)
        return self._changes.change(call, identity, opening, State.ACTIVE)

    def _tags(self, call: Call, named: Named) -> dict[str, str]:
        kind = of_word(named.word)
        identity = self._identity(call, kind, named)
        owner = VPC if kind is SUBNET else kind
        path = identity.owner if kind is SUBNET else identity.name
        shape = self._reads.get(replace(call, name=path, action=replace(call.action, kind=owner)))
        if isinstance(shape, Vpc) and kind is SUBNET:
            shape = next((one for one in shape.subnets if one.iid.name == identity.name), None)
        return dict(getattr(shape, "tags", {}))

    def _identity(self, call: Call, kind: Kind, named: Named) -> Identity:
        """A subnet is named by its name alone, which another VPC may use too. Raises NotFound, Invalid."""
        if kind is not SUBNET:
            return self._identities.get(call.connection, kind, named.name)
        mine = self._identities.of_connection(call.connection).of_kind(SUBNET.name)
        found = [one for one in mine if one.name == named.name]
        if not found:
            text = f"{kind.title} '{named.name}' does not exist in connection '{call.connection}'"
            raise NotFound(text, field="name")
        if len(found) > 1:
            owners = ", ".join(one.owner for one in found)
            raise Invalid(f"several VPCs have a subnet '{named.name}': {owners}", field="ResourceName")
        return found[0]


def asked(cloud: CloudConnection, verb: str, kind: str, ref: Ref, tag: Tag, attempt: Attempt) -> Wait | None:
    """What the driver says to a change of a tag."""
    handler: TagHandler = cloud.handler("tag")
    if verb == "add_tag":
        return handler.add(kind, ref, tag.key, tag.value, attempt)
    return handler.remove(kind, ref, tag.key, attempt)


def changed(shape: Any, verb: str, tag: Tag) -> Any:
    """What Spider itself keeps, with the tag or without."""
    rest = {key: value for key, value in shape.tags.items() if key != tag.key}
    return replace(shape, tags=rest | {tag.key: tag.value} if verb == "add_tag" else rest)
