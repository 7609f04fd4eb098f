"""Security groups.

EC2 gives every new group a rule that lets everything out. A request that names no outbound rule keeps it; one that
names any gets exactly those.
"""

from __future__ import annotations

from typing import Any

from ..contract import (
    EVERYTHING_OUT,
    Attempt,
    Direction,
    Iid,
    InUse,
    NotFound,
    Part,
    Ref,
    RulesRequest,
    SecurityGroup,
    SecurityGroupHandler,
    SecurityGroupRequest,
    Wait,
    converge,
    handling,
)
from . import building, details, rules, tags
from .calls import Ec2
from .dependents import group_users
from .rule_change import RuleChange

_FIELDS = {"InvalidVpc": "vpc", "Invalid": "name"}
_LONGEST_NAME = 255


class AwsSecurityGroups(SecurityGroupHandler):
    def __init__(self, ec2: Ec2) -> None:
        self._ec2 = ec2

    def list(self) -> list[SecurityGroup]:
        return [_group(found) for found in self._ec2.all("describe_security_groups", "SecurityGroups")]

    def get(self, ref: Ref) -> SecurityGroup:
        return _group(described(self._ec2, handling.id_of(ref, "security group")))

    def create(self, request: SecurityGroupRequest, attempt: Attempt) -> SecurityGroup | Wait:
        made = _Making(self._ec2, request, attempt)
        return building.create(
            made.parts(), attempt, lambda cloud_id: self.get(Ref(request.name, cloud_id)), made.complete
        )

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        cloud_id = ref.id or attempt.parts.get("group") or id_by_token(self._ec2, ref.token)
        parts = [converge.removal(cloud_id, self._remove)] if cloud_id else []
        return converge.delete(parts, attempt, lag_seconds=building.LAG_SECONDS)

    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        return self._change(ref, request, attempt, adding=True)

    def remove_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> Wait | None:
        left = self._change(ref, request, attempt, adding=False)
        return left if isinstance(left, Wait) else None

    def _change(self, ref: Ref, request: RulesRequest, attempt: Attempt, *, adding: bool) -> SecurityGroup | Wait:
        cloud_id = handling.id_of(ref, "security group")
        described(self._ec2, cloud_id)
        change = RuleChange(self._ec2, lambda: cloud_id, request.rules, attempt, adding=adding)
        return building.create(change.parts(), attempt, lambda _: self.get(ref), change.complete)

    def _remove(self, cloud_id: str) -> None:
        """Raises InUse, as EC2 does, and says who uses it."""
        try:
            self._ec2.call("delete_security_group", GroupId=cloud_id)
        except NotFound:
            return
        except InUse:
            handling.refuse_in_use("security group", cloud_id, group_users(self._ec2, cloud_id))
            raise


class _Making:
    """The parts of a new group, in order: group, egress-cleared, inbound, outbound."""

    def __init__(self, ec2: Ec2, request: SecurityGroupRequest, attempt: Attempt) -> None:
        self._ec2 = ec2
        self._request = request
        self._attempt = attempt
        self._wanted = dict.fromkeys(rule.normal() for rule in request.rules)

    def group(self) -> str:
        return self._attempt.parts["group"]

    def parts(self) -> list[Part]:
        outbound = [rule for rule in self._wanted if rule.direction is Direction.OUTBOUND]
        keeps = not outbound or EVERYTHING_OUT in outbound
        wanted = [rule for rule in self._wanted if rule != EVERYTHING_OUT]
        parts = [Part("group", self._make, lambda: id_by_token(self._ec2, self._attempt.token))]
        if not keeps:
            parts.append(Part("egress-cleared", self._clear, self._cleared))
        return parts + RuleChange(self._ec2, self.group, wanted, self._attempt).calls()

    def complete(self, group: SecurityGroup) -> bool:
        return {*self._wanted} <= {*group.rules}

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
        permissions = described(self._ec2, self.group()).get("IpPermissionsEgress")
        if permissions:
            self._ec2.call("revoke_security_group_egress", GroupId=self.group(), IpPermissions=permissions)
        return self.group()

    def _cleared(self) -> str | None:
        return None if described(self._ec2, self.group()).get("IpPermissionsEgress") else self.group()


def id_by_token(ec2: Ec2, token: str) -> str | None:
    filters = tags.by_token(token)
    found = ec2.all("describe_security_groups", "SecurityGroups", Filters=filters) if token else []
    return found[0]["GroupId"] if found else None


def _accepted(name: str) -> str:
    """EC2 refuses group names that begin with sg-, in any case, as they look like ids; the Name tag keeps it."""
    return f"_{name}"[:_LONGEST_NAME] if name.lower().startswith("sg-") else name


def described(ec2: Ec2, cloud_id: str) -> dict[str, Any]:
    """Raises NotFound."""
    found = ec2.call("describe_security_groups", GroupIds=[cloud_id])["SecurityGroups"]
    if not found:
        raise handling.missing("security group", cloud_id)
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
