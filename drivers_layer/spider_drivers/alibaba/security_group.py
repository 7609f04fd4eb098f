"""Security groups, of the basic type.

A basic group lets everything out. A request that names no outbound rule keeps that; one that names any gets exactly
those. Members of a group reach each other by no other way than its rules say: the group's own policy, by which they
would, is set to Drop.
"""

from __future__ import annotations

import contextlib

from ..contract import (
    EVERYTHING_OUT,
    Attempt,
    Direction,
    Iid,
    NotFound,
    Part,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroup,
    SecurityGroupHandler,
    SecurityGroupRequest,
    Wait,
    converge,
    details,
    handling,
)
from . import building, rules, tags
from .calls import Acs, Thing
from .dependents import group_users
from .errors import Fields, made, understood
from .rule_change import RuleChange, authorize, permissions

_FIELDS: Fields = {"invalidvpc": "vpc", "invalidtag": "tags", "invalid": "name"}
_IN_FIELDS = ("SecurityGroupId", "SecurityGroupName", "VpcId", "Tags")
# Change with the group's machines and rules.
_PASSING = ("EcsCount", "AvailableInstanceAmount", "RuleCount", "GroupToGroupRuleCount")


class AlibabaSecurityGroups(SecurityGroupHandler):
    """ECS tells rules of one group at a time: a list costs one call more for each."""

    def __init__(self, acs: Acs) -> None:
        self._acs = acs

    def list(self) -> list[SecurityGroup]:
        found = self._acs.all("ecs.DescribeSecurityGroups")
        groups = []
        for one in found:
            # Deleted between the two calls: absent.
            with contextlib.suppress(NotFound):
                groups.append(self._shape(one))
        return groups

    def get(self, ref: Ref) -> SecurityGroup:
        return self._shape(described(self._acs, handling.id_of(ref, "security group")))

    def create(self, request: SecurityGroupRequest, attempt: Attempt) -> SecurityGroup | Wait:
        made = _Making(self._acs, request, attempt)
        return building.create(
            made.parts(), attempt, lambda cloud_id: self.get(Ref(request.name, cloud_id)), made.complete
        )

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        cloud_id = ref.id or attempt.parts.get("group") or id_by_token(self._acs, ref.token)
        # Nobody was told of the id of a group whose create failed, and ECS itself refuses when others use it.
        if ref.id and cloud_id and self._is_shown(cloud_id):
            handling.refuse_in_use("security group", cloud_id, group_users(self._acs, cloud_id))
        return building.delete([converge.removal(cloud_id, self._remove)] if cloud_id else [], attempt)

    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        return self._change(ref, request, attempt, adding=True)

    def remove_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> Wait | None:
        left = self._change(ref, request, attempt, adding=False)
        return left if isinstance(left, Wait) else None

    def _change(self, ref: Ref, request: RulesRequest, attempt: Attempt, *, adding: bool) -> SecurityGroup | Wait:
        change = RuleChange(self._acs, self.get(ref), request.rules, attempt, adding=adding)
        return building.create(change.parts(), attempt, lambda _: self.get(ref), change.complete)

    def _shape(self, found: Thing) -> SecurityGroup:
        own = permissions(self._acs, found["SecurityGroupId"])
        with understood():
            return _group(found, own)

    def _is_shown(self, cloud_id: str) -> bool:
        with contextlib.suppress(NotFound):
            return bool(described(self._acs, cloud_id))
        return False

    def _remove(self, cloud_id: str) -> None:
        with contextlib.suppress(NotFound):
            self._acs.call("ecs.DeleteSecurityGroup", SecurityGroupId=cloud_id)


class _Making:
    """The parts of a new group, in order: group, closed, one per direction that has rules."""

    def __init__(self, acs: Acs, request: SecurityGroupRequest, attempt: Attempt) -> None:
        self._acs = acs
        self._request = request
        self._attempt = attempt
        self._wanted = list(dict.fromkeys(map(rules.normal, request.rules)))

    def parts(self) -> list[Part]:
        return [
            building.part(self._attempt, "group", self._make, lambda: id_by_token(self._acs, self._attempt.token)),
            Part("closed", self._close),
            *(self._part(direction, wanted) for direction in Direction if (wanted := self._permissions(direction))),
        ]

    def complete(self, group: SecurityGroup) -> bool:
        return {*self._wanted} <= {*group.rules}

    def _permissions(self, direction: Direction) -> list[Thing]:
        wanted: list[Rule] = [rule for rule in self._wanted if rule.direction is direction]
        told = [rules.permission(rule) for rule in wanted if rule != EVERYTHING_OUT]
        narrow = direction is Direction.OUTBOUND and wanted and EVERYTHING_OUT not in wanted
        return told + (rules.nothing_else_out() if narrow else [])

    def _group(self) -> str:
        return self._attempt.parts["group"]

    def _make(self, client_token: str) -> str:
        request = self._request
        answer = self._acs.call(
            "ecs.CreateSecurityGroup",
            _FIELDS,
            SecurityGroupName=request.name,
            Description=request.name,
            VpcId=request.vpc.id or request.vpc.name,
            ClientToken=client_token,
            Tag=tags.made(self._attempt.token, request.tags),
        )
        return made(answer, "SecurityGroupId")

    def _close(self, _: str) -> str:
        self._acs.call("ecs.ModifySecurityGroupPolicy", SecurityGroupId=self._group(), InnerAccessPolicy="Drop")
        return self._group()

    def _part(self, direction: Direction, wanted: list[Thing]) -> Part:
        def make(_: str) -> str:
            authorize(self._acs, self._group(), direction, wanted)
            return self._group()

        return Part(direction.value, make)


def id_by_token(acs: Acs, token: str) -> str | None:
    found = acs.all("ecs.DescribeSecurityGroups", Tag=tags.by_token(token)) if token else []
    return str(found[0]["SecurityGroupId"]) if found else None


def described(acs: Acs, cloud_id: str) -> Thing:
    """Without its rules. Raises NotFound."""
    found = acs.all("ecs.DescribeSecurityGroups", SecurityGroupId=cloud_id)
    if not found:
        raise handling.missing("security group", cloud_id)
    return found[0]


def _group(found: Thing, own: list[Thing]) -> SecurityGroup:
    told = details.told(found, but=(*_IN_FIELDS, *_PASSING))
    return SecurityGroup(
        iid=Iid(found.get("SecurityGroupName", ""), found["SecurityGroupId"]),
        vpc=Iid("", found.get("VpcId", "")),
        rules=rules.shown(own, found.get("SecurityGroupType", "normal")),
        tags=tags.users(found),
        details=told | details.told({"Permissions": rules.others(own)}),
    )
