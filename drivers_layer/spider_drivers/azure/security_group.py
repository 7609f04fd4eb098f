"""Security groups: network security groups, which Azure ties to no virtual network; a tag keeps whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..contract import (
    EVERYTHING_OUT,
    Attempt,
    Direction,
    Iid,
    Part,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroup,
    SecurityGroupHandler,
    SecurityGroupRequest,
    Wait,
    handling,
)
from . import building, details, resources, rules, tags, vm_group
from .calls import Arm, Thing
from .errors import Asked
from .place import VNET
from .resource_group import ResourceGroup
from .rule_change import RuleChange

_IN_FIELDS = ("securityRules", "defaultSecurityRules", "networkInterfaces", "subnets")


class AzureSecurityGroups(SecurityGroupHandler):
    def __init__(self, arm: Arm, group: ResourceGroup) -> None:
        self._arm = arm
        self._group = group
        self._groups = resources.security_groups(arm)

    def list(self) -> list[SecurityGroup]:
        return [self._shape(found) for found in self._groups.listed() if not vm_group.is_one(found)]

    def get(self, ref: Ref) -> SecurityGroup:
        return self._shape(self._groups.described(ref))

    def create(self, request: SecurityGroupRequest, attempt: Attempt) -> SecurityGroup | Wait:
        """Parts: group. A request without outbound rules lets everything out."""
        cloud_id, wanted = self._groups.id(request.name), _wanted(request)

        def look() -> Thing:
            return self._groups.named(request.name)

        def make(_: str) -> str:
            return building.make(look, lambda: self._put(request, wanted, attempt.token), cloud_id, attempt.token)

        def complete(group: Thing) -> Wait | None:
            return building.provisioned(group, "the security group")

        parts = [Part("group", make, lambda: building.ours(look, attempt.token))]
        built = building.create(parts, attempt, look, complete)
        return self._built(built)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        look = building.seen(lambda: self._groups.described(ref)) if ref.id else None
        there = building.found(look) if look else None
        if there and building.state(there) != building.LEAVING:
            handling.refuse_in_use("security group", self._groups.spelled(there), self._users(there))
        part = self._groups.removal(ref, attempt, part="group", look=look)
        return building.delete([part] if part else [], attempt)

    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        return self._change(ref, request, attempt, adding=True)

    def remove_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> Wait | None:
        left = self._change(ref, request, attempt, adding=False)
        return left if isinstance(left, Wait) else None

    def _change(self, ref: Ref, request: RulesRequest, attempt: Attempt, *, adding: bool) -> SecurityGroup | Wait:
        group = self._groups.described(ref)
        change = RuleChange(self._groups, group, request.rules, attempt, adding=adding)
        built = building.create(change.parts(), attempt, lambda: self._groups.described(ref), change.complete)
        return self._built(built)

    def _built(self, built: Thing | Wait) -> SecurityGroup | Wait:
        return built if isinstance(built, Wait) else self._shape(built)

    def _put(self, request: SecurityGroupRequest, wanted: Iterable[Rule], token: str) -> None:
        place = self._arm.place
        vpc = resources.vnets(self._arm).described(
            Ref(request.vpc.name, request.vpc.id or request.vpc.name), field="vpc"
        )
        self._group.ensure()
        body = {
            "location": place.location,
            "tags": {**request.tags, tags.TOKEN: token, **tags.spread(tags.VPC, place.short(vpc["id"]))},
            "properties": {"securityRules": rules.new_group(wanted)},
        }
        self._arm.begin(vm_group.PUT, place.group, request.name, body, asked=Asked(invalid="rules"))

    def _users(self, group: Thing) -> Iterable[str]:
        """Ids of the interfaces and subnets that have the group, and of VMs whose own group is made of it."""
        place, properties = self._arm.place, group["properties"]
        direct = [
            place.spelled(one["id"])
            for member in ("networkInterfaces", "subnets")
            for one in properties.get(member) or []
        ]
        own = vm_group.users(self._groups.listed(), place.short(group["id"]))
        return [*direct, *(f"the VM {tags.of(one)[tags.OF_VM]}" for one in own)]

    def _shape(self, found: Thing) -> SecurityGroup:
        place, told = self._arm.place, details.told(found, but=_IN_FIELDS)
        if others := rules.others(found):
            told |= {"otherSecurityRules": json.dumps(others)}
        return SecurityGroup(
            iid=Iid(found["name"], self._groups.spelled(found)),
            vpc=Iid("", place.long(VNET, tags.gathered(found, tags.VPC))),
            rules=rules.shown(found),
            tags=tags.users(found),
            details=told,
        )


def _wanted(request: SecurityGroupRequest) -> list[Rule]:
    """Raises Invalid."""
    wanted = [rule.normal() for rule in request.rules]
    outbound = any(rule.direction is Direction.OUTBOUND for rule in wanted)
    return wanted if outbound else [*wanted, EVERYTHING_OUT]
