"""Security groups.

Neutron gives a new group rules that let everything out. They go, but for those that are asked for; who names no
outbound rule asks for the one that lets all IPv4 out.
"""

from __future__ import annotations

from functools import partial

from ..contract import (
    EVERYTHING_OUT,
    Attempt,
    Direction,
    Part,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroup,
    SecurityGroupHandler,
    SecurityGroupRequest,
    Wait,
)
from . import building, marks, rules, tags
from .calls import OpenStack, Thing, path
from .errors import Fields, understood
from .groups import GROUPS, Groups, as_group
from .names import UUID, id_of
from .rule_change import RuleChange

GROUP = "group"
_FIELDS: Fields = ((r"name|default", "name"),)


class OpenStackSecurityGroups(SecurityGroupHandler):
    """Neutron's groups belong to no network: a group's VPC is the one that it was asked for."""

    def __init__(self, cloud: OpenStack) -> None:
        self._cloud = cloud
        self._groups = Groups(cloud)

    def list(self) -> list[SecurityGroup]:
        found = self._groups.all()
        with understood():
            return [as_group(one) for one in found]

    def get(self, ref: Ref) -> SecurityGroup:
        found = self._groups.described(id_of(ref, "security group"))
        with understood():
            return as_group(found)

    def create(self, request: SecurityGroupRequest, attempt: Attempt) -> SecurityGroup | Wait:
        """Parts: group, cleared, rules, the tags, visible."""
        tags.check(request.tags, of_server=False)
        made = _Making(self._cloud, self._groups, request, attempt)
        return building.create(made.parts(), attempt, lambda: self.get(Ref(request.name, made.group())), made.complete)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        """Neutron itself refuses to delete one that is in use."""
        cloud_id = ref.id or attempt.parts.get(GROUP) or self._groups.id_by_token(ref.token)
        known = cloud_id and UUID.fullmatch(cloud_id)
        remove = partial(building.deleted, self._cloud, path(GROUPS, cloud_id)) if cloud_id and known else None
        return building.delete([building.removal(GROUP, remove)] if remove else [], attempt)

    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        return self._change(ref, request, attempt, adding=True)

    def remove_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> Wait | None:
        left = self._change(ref, request, attempt, adding=False)
        return left if isinstance(left, Wait) else None

    def _change(self, ref: Ref, request: RulesRequest, attempt: Attempt, *, adding: bool) -> SecurityGroup | Wait:
        group = self._groups.described(id_of(ref, "security group"))
        change = RuleChange(self._groups, group, request.rules, attempt, adding=adding)
        return building.create(change.parts(), attempt, lambda: self.get(ref), change.complete)


class _Making:
    """The parts of a new group."""

    def __init__(self, cloud: OpenStack, groups: Groups, request: SecurityGroupRequest, attempt: Attempt) -> None:
        self._cloud = cloud
        self._groups = groups
        self._request = request
        self._attempt = attempt
        self._wanted = _wanted(request)
        self._answer: Thing | None = None  # as neutron has just made it

    def group(self) -> str:
        return self._attempt.parts[GROUP]

    def parts(self) -> list[Part]:
        return [
            Part(GROUP, self._make, lambda: self._groups.id_by_token(self._attempt.token)),
            Part("cleared", self._clear),
            Part("rules", self._add),
            *tags.parts(self._cloud, GROUP, GROUPS, self.group, self._request.tags),
        ]

    def complete(self, group: SecurityGroup) -> bool:
        return len(group.rules) >= len(self._wanted)

    def _make(self, _: str) -> str:
        request = self._request
        description = marks.of_group(self._attempt.token, request.vpc.id or request.vpc.name)
        body = {"name": request.name, "description": description}
        self._answer = self._cloud.post(GROUPS, {"security_group": body}, _FIELDS)["security_group"]
        return str(self._answer["id"])

    def _shown(self) -> Thing:
        return self._answer or self._groups.described(self.group())

    def _clear(self, _: str) -> str:
        """Whatever is not asked for: the operator may have set more than what lets everything out."""
        shown = self._shown()
        for one in shown["security_group_rules"]:
            if rules.told(one) not in self._wanted:
                self._groups.remove_rule(one["id"])
        return self.group()

    def _add(self, _: str) -> str:
        present = rules.shown(self._shown())
        self._groups.add(self.group(), [rule for rule in self._wanted if rule not in present])
        return self.group()


def _wanted(request: SecurityGroupRequest) -> list[Rule]:
    wanted = list(dict.fromkeys(map(rules.normal, request.rules)))
    outbound = any(rule.direction is Direction.OUTBOUND for rule in wanted)
    return wanted if outbound else [*wanted, EVERYTHING_OUT]
