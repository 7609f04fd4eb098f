"""Security groups.

EC2 gives every new group a rule that lets everything out. A request that names no outbound rule keeps it; one that
names any gets exactly those.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from ..contract import (
    AlreadyExists,
    Attempt,
    Direction,
    Iid,
    NotFound,
    Part,
    Ref,
    Rule,
    SecurityGroup,
    SecurityGroupHandler,
    SecurityGroupRequest,
    Wait,
    converge,
)
from . import building, details, rules, tags
from .calls import Ec2
from .dependents import group_users

_FIELDS = {"InvalidVpc": "vpc", "Invalid": "name"}
_RULE_FIELDS = {"InvalidGroup": None, "Invalid": "rules"}
_LONGEST_NAME = 255


class AwsSecurityGroups(SecurityGroupHandler):
    def __init__(self, ec2: Ec2) -> None:
        self._ec2 = ec2

    def list(self) -> list[SecurityGroup]:
        return [_group(found) for found in self._ec2.all("describe_security_groups", "SecurityGroups")]

    def get(self, ref: Ref) -> SecurityGroup:
        return _group(_described(self._ec2, building.id_of(ref, "security group")))

    def create(self, request: SecurityGroupRequest, attempt: Attempt) -> SecurityGroup | Wait:
        made = _Making(self._ec2, request, attempt)
        return building.create(
            made.parts(), attempt, lambda cloud_id: self.get(Ref(request.name, cloud_id)), made.complete
        )

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        cloud_id = ref.id or attempt.parts.get("group") or id_by_token(self._ec2, ref.token)
        # Nobody was told of the id of a group whose create failed, and EC2 itself refuses when others use it.
        if ref.id and cloud_id:
            building.refuse_in_use("security group", cloud_id, group_users(self._ec2, cloud_id))
        parts = [building.removal(cloud_id, self._remove)] if cloud_id else []
        return converge.delete(parts, attempt, lag_seconds=building.LAG_SECONDS)

    def _remove(self, cloud_id: str) -> None:
        with contextlib.suppress(NotFound):
            self._ec2.call("delete_security_group", GroupId=cloud_id)


class _Making:
    """The parts of a new group, in order: group, egress-cleared, inbound, outbound."""

    def __init__(self, ec2: Ec2, request: SecurityGroupRequest, attempt: Attempt) -> None:
        self._ec2 = ec2
        self._request = request
        self._attempt = attempt
        wanted = dict.fromkeys(rules.normal(rule) for rule in request.rules)
        self._inbound = [rule for rule in wanted if rule.direction is Direction.INBOUND]
        self._outbound = [rule for rule in wanted if rule.direction is Direction.OUTBOUND]

    def group(self) -> str:
        return self._attempt.parts["group"]

    def parts(self) -> list[Part]:
        keeps = not self._outbound or rules.EVERYTHING_OUT in self._outbound
        outbound = [rule for rule in self._outbound if rule != rules.EVERYTHING_OUT]
        parts = [Part("group", self._make, lambda: id_by_token(self._ec2, self._attempt.token))]
        if not keeps:
            parts.append(Part("egress-cleared", self._clear, self._cleared))
        if self._inbound:
            parts.append(self._rules("inbound", "authorize_security_group_ingress", self._inbound))
        if outbound:
            parts.append(self._rules("outbound", "authorize_security_group_egress", outbound))
        return parts

    def complete(self, group: SecurityGroup) -> bool:
        return {*self._inbound, *self._outbound} <= {*group.rules}

    def _make(self, _: str) -> str:
        request = self._request
        answer = self._ec2.call(
            "create_security_group",
            _FIELDS,
            GroupName=_accepted(request.name),
            Description=request.name,
            VpcId=request.vpc.id or request.vpc.name,
            TagSpecifications=tags.specification(("security-group",), request.name, self._attempt.token, request.tags),
        )
        return str(answer["GroupId"])

    def _clear(self, _: str) -> str:
        # In a VPC with IPv6 the default is two rules: all that is there goes.
        permissions = _described(self._ec2, self.group()).get("IpPermissionsEgress")
        if permissions:
            self._ec2.call("revoke_security_group_egress", GroupId=self.group(), IpPermissions=permissions)
        return self.group()

    def _cleared(self) -> str | None:
        return None if _described(self._ec2, self.group()).get("IpPermissionsEgress") else self.group()

    def _rules(self, part: str, operation: str, wanted: list[Rule]) -> Part:
        def make(_: str) -> str:
            try:
                self._authorize(operation, wanted)
            except AlreadyExists:
                # InvalidPermission.Duplicate refuses the whole call for one rule that an earlier try has made.
                missing = [rule for rule in wanted if rule not in rules.shown(_described(self._ec2, self.group()))]
                if missing:
                    self._authorize(operation, missing)
            return self.group()

        def find() -> str | None:
            present = rules.shown(_described(self._ec2, self.group()))
            return self.group() if {*wanted} <= {*present} else None

        return Part(part, make, find)

    def _authorize(self, operation: str, wanted: Iterable[Rule]) -> None:
        self._ec2.call(operation, _RULE_FIELDS, GroupId=self.group(), IpPermissions=rules.permissions(wanted))


def id_by_token(ec2: Ec2, token: str) -> str | None:
    filters = tags.by_token(token)
    found = ec2.all("describe_security_groups", "SecurityGroups", Filters=filters) if token else []
    return found[0]["GroupId"] if found else None


def _accepted(name: str) -> str:
    """EC2 refuses group names that begin with sg-, in any case, as they look like ids; the Name tag keeps it."""
    return f"_{name}"[:_LONGEST_NAME] if name.lower().startswith("sg-") else name


def _described(ec2: Ec2, cloud_id: str) -> dict[str, Any]:
    found = ec2.call("describe_security_groups", GroupIds=[cloud_id])["SecurityGroups"]
    if not found:
        raise building.missing("security group", cloud_id)
    return dict(found[0])


def _group(found: dict[str, Any]) -> SecurityGroup:
    told = details.told(found, but=("GroupId", "VpcId", "Tags", "IpPermissions", "IpPermissionsEgress"))
    return SecurityGroup(
        iid=Iid(tags.name(found) or found["GroupName"], found["GroupId"]),
        vpc=Iid("", found.get("VpcId", "")),
        rules=rules.shown(found),
        tags=tags.users(found),
        details=told | details.told(rules.others(found)),
    )
