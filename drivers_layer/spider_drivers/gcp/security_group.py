"""Security groups: sets of firewalls (see firewalls.py).

Who names no outbound rule gets one that lets everything out, listed like any other: without it the groups of one VM
would not add up.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from functools import partial

from ..contract import (
    EVERYTHING_OUT,
    Attempt,
    Direction,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroup,
    SecurityGroupHandler,
    SecurityGroupRequest,
    Wait,
    converge,
    handling,
)
from . import building, capability, firewalls
from .building import Building, Deleting
from .calls import Gce
from .dependents import instances_in
from .errors import understood
from .firewalls import Firewalls, Group, as_group
from .rule_change import ADDED, RuleChange, additions


class GcpSecurityGroups(SecurityGroupHandler):
    """A firewall that Spider did not make is a group of its own, so that it can be seen and deleted."""

    def __init__(self, gce: Gce) -> None:
        self._gce = gce
        self._walls = Firewalls(gce)

    def list(self) -> list[SecurityGroup]:
        with understood():
            return [as_group(group) for group in self._walls.groups()]

    def get(self, ref: Ref) -> SecurityGroup:
        with understood():
            return as_group(self._walls.group(ref))

    def create(self, request: SecurityGroupRequest, attempt: Attempt) -> SecurityGroup | Wait:
        """Parts: the anchor, one per rule, visible."""
        name, network = request.name, request.vpc.id or request.vpc.name
        wanted = _wanted(request)
        build = Building(self._gce, attempt)

        def add(request_id: str) -> dict[str, object]:
            return self._walls.add_anchor(name, network, attempt, request.tags, request_id)

        ours = partial(self._walls.is_ours, name, attempt.token)
        anchor = build.unnamed(ADDED + name, add, ours, firewalls.FIELDS)
        return build.create(
            [anchor, *additions(build, self._walls, name, network, wanted, attempt, ADDED)],
            lambda: self.get(Ref(name, name)),
            lambda group: {*wanted} <= {*group.rules},
        )

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        name, shown = self._belonging(ref, attempt)
        deleting = Deleting(self._gce, attempt)
        made = {part.removeprefix(ADDED) for part in attempt.parts if part.startswith(ADDED)}
        members = {*shown, *made, *deleting.names("firewalls")} - {name}
        parts = [
            building.removal(word, partial(deleting.together, self._walls.deletions(names)))
            for word, names in (("anchor", [name] if name else []), ("rules", sorted(members)))
        ]
        return converge.delete(parts, attempt, lag_seconds=capability.LAG_SECONDS)

    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        return self._change(ref, request, attempt, adding=True)

    def remove_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> Wait | None:
        left = self._change(ref, request, attempt, adding=False)
        return left if isinstance(left, Wait) else None

    def _change(self, ref: Ref, request: RulesRequest, attempt: Attempt, *, adding: bool) -> SecurityGroup | Wait:
        group = self._walls.group(ref)
        return RuleChange(self._walls, group, request.rules, attempt, adding=adding).made(lambda: self.get(ref))

    def _belonging(self, ref: Ref, attempt: Attempt) -> tuple[str, builtins.list[str]]:
        """The anchor's name, and those of the other firewalls that are shown; of what is undone all are others. Raises
        InUse."""
        if not ref.id:
            return "", self._walls.made_by(ref.token) if ref.token else []
        group = self._walls.shown(ref.id)
        if group is None:
            return ref.id, []
        # Nobody was told of the id of a group whose create failed.
        if not attempt.parts:
            handling.refuse_in_use("security group", ref.id, self._users(group))
        return ref.id, group.names()

    def _users(self, group: Group) -> Iterator[str]:
        """Instances that the group's network tag is given to. A firewall of somebody else's has no users."""
        if group.foreign:
            return
        for instance in instances_in(self._gce, firewalls.network_of(group)):
            if group.anchor["name"] in instance.get("tags", {}).get("items", ()):
                yield instance["name"]


def _wanted(request: SecurityGroupRequest) -> list[Rule]:
    wanted = list(dict.fromkeys(rule.normal() for rule in request.rules))
    outbound = any(rule.direction is Direction.OUTBOUND for rule in wanted)
    return wanted if outbound else [*wanted, EVERYTHING_OUT]
