"""Rules of a security group, added and removed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from spider_drivers.contract import AlreadyExists, MissingReference, Rule, RulesRequest, SecurityGroup, Unsupported

from ..catalogue.kinds import KINDS
from ..store import Store
from .call import Call
from .changes import Changes
from .connections import Connections
from .identities import Identities, Identity, State
from .settings import Settings


class Rules:
    def __init__(self, settings: Settings, store: Store, connections: Connections, changes: Changes) -> None:
        self._settings = settings
        self._connections = connections
        self._changes = changes
        self._identities = Identities(store)

    def add(self, call: Call) -> Any:
        return self._changes.once(call, self._change)

    def remove(self, call: Call) -> Any:
        return self._changes.once(call, self._change)

    def _change(self, call: Call) -> Any:
        group = self._identities.get(call.connection, call.kind, call.name)
        target = self._connections.target(call.connection)
        if call.kind.name in target.capability.kept:
            self._refuse_used(group, target.info.provider)
        opening = self._changes.opening(group, call.action.verb, self._settings.control_deadline, call.body)
        return self._changes.change(call, group, opening, State.ACTIVE)

    def _refuse_used(self, group: Identity, provider: str) -> None:
        """A group that Spider keeps has done its work when a VM is made."""
        users = self._identities.of_connection(group.connection).users_of(group)
        if users:
            names = ", ".join(f"{KINDS[user.kind].title} '{user.name}'" for user in users[:10])
            raise Unsupported(f"{provider} does not support rules that change under {names}: not implemented")


def changed(group: SecurityGroup, verb: str, request: RulesRequest) -> SecurityGroup:
    """A kept group with the rules added or removed. Raises AlreadyExists, MissingReference."""
    held = set(group.rules)
    if verb == "add_rules":
        twice = [rule for rule in request.rules if rule in held]
        if twice:
            raise AlreadyExists(f"the rule {_told(twice[0])} already exists", field="rules")
        return replace(group, rules=(*group.rules, *request.rules))
    missing = [rule for rule in request.rules if rule not in held]
    if missing:
        raise MissingReference(f"the rule {_told(missing[0])} does not exist in the group", field="rules")
    return replace(group, rules=tuple(rule for rule in group.rules if rule not in request.rules))


def _told(rule: Rule) -> str:
    return f"{rule.direction} {rule.protocol} {rule.from_port}-{rule.to_port} {rule.cidr}"
