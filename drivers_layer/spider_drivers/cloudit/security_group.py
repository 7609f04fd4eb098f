"""Security groups. Cloudit's belong to no VPC: they are of the tenant's one.

A list of groups tells no rules, so that a list costs a call for each group.
"""

from __future__ import annotations

import builtins
import contextlib

from ..contract import (
    AlreadyExists,
    Attempt,
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
)
from . import capability, details, marks, names, rules, subnets, vpc
from .calls import Cloudit, Thing
from .errors import Asked, understood
from .rule_change import RuleChange
from .server import groups_of

GROUP = "group"
LOOK_AGAIN_SECONDS = 1.0


class CloudItSecurityGroups(SecurityGroupHandler):
    """Also those that Spider did not make."""

    def __init__(self, cloudit: Cloudit) -> None:
        self._cloudit = cloudit

    def list(self) -> builtins.list[SecurityGroup]:
        found = self._all()
        groups = []
        for one in found:
            with contextlib.suppress(NotFound), understood():  # gone meanwhile
                groups.append(_group(one, self._rules(one["id"])))
        return groups

    def get(self, ref: Ref) -> SecurityGroup:
        cloud_id = _id_of(ref)
        found = self._cloudit.told("GET", "iam/securitygroups/{}/detail", cloud_id)
        told = self._rules(cloud_id)
        with understood():
            return _group(found, told)

    def create(self, request: SecurityGroupRequest, attempt: Attempt) -> SecurityGroup | Wait:
        """Parts: the group, visible."""
        subnets.refuse_tags(request.tags)
        wanted = rules.of_a_group(request.rules)
        seen: builtins.list[SecurityGroup] = []

        def make(_: str) -> str:
            if names.matching(self._all(), request.name):
                if ours := self._made(request.name, attempt.token):  # shown only now
                    return ours
                raise AlreadyExists(f"the security group '{request.name}' already exists", field="name")
            told = [rules.body(rule, attempt.token, number) for number, rule in enumerate(wanted)]
            body: Thing = {"name": request.name, "rules": told, "protection": 0}
            asked = Asked(invalid="rules", conflict=AlreadyExists)
            made = self._cloudit.call("POST", "iam/securitygroups", body=body, asked=asked)
            found = subnets.made_id(made) or self._made(request.name, attempt.token)
            return found or subnets.lost(f"the security group {request.name}")

        def shown(cloud_id: str) -> bool:
            seen.append(self.get(Ref("", cloud_id)))
            return {*wanted} <= {*seen[-1].rules} and cloud_id in {one.get("id") for one in self._all()}

        group = Part(GROUP, make, lambda: self._made(request.name, attempt.token))
        whole = converge.visible(lambda: attempt.parts[GROUP], shown)
        return converge.create([group, whole], attempt, lag_seconds=capability.LAG_SECONDS) or seen[-1]

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        cloud_id = ref.id or attempt.parts.get(GROUP) or self._made(ref.name, ref.token)
        if cloud_id and ref.id:
            self._refuse_in_use(ref)
        parts = [Part("remove", make=str, find=lambda: cloud_id, remove=self._remove)]
        return converge.delete(parts, attempt, lag_seconds=capability.LAG_SECONDS)

    def add_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> SecurityGroup | Wait:
        return self._change(ref, request, attempt, adding=True)

    def remove_rules(self, ref: Ref, request: RulesRequest, attempt: Attempt) -> Wait | None:
        left = self._change(ref, request, attempt, adding=False)
        return left if isinstance(left, Wait) else None

    def _change(self, ref: Ref, request: RulesRequest, attempt: Attempt, *, adding: bool) -> SecurityGroup | Wait:
        change = RuleChange(self._cloudit, _id_of(ref), rules.wanted(request.rules), attempt, adding=adding)
        return change.made(lambda: self.get(ref))

    def _all(self) -> builtins.list[Thing]:
        return self._cloudit.all("iam/securitygroups")

    def _rules(self, cloud_id: str) -> builtins.list[Thing]:
        return self._cloudit.all("iam/securitygroups/{}", cloud_id)

    def _made(self, name: str, token: str) -> str | None:
        """The group of that name whose rules an operation has made."""
        for one in self._all() if token else []:
            if one.get("name") == name:
                with contextlib.suppress(NotFound):
                    if any(marks.is_rule_of(rule, token) for rule in self._rules(str(one["id"]))):
                        return str(one["id"])
        return None

    def _refuse_in_use(self, ref: Ref) -> None:
        """Raises InUse. Of servers that Spider did not make Cloudit itself must say so."""
        servers = self._cloudit.all("ace/servers")
        users = sorted(str(one.get("name")) for one in servers if ref.id in {group.id for group in groups_of(one)})
        if users:
            raise InUse(f"the security group {ref.name or ref.id} is in use by {', '.join(users)}")

    def _remove(self, cloud_id: str) -> Wait | None:
        with contextlib.suppress(NotFound):
            self._cloudit.call("DELETE", "iam/securitygroups/{}", cloud_id, asked=Asked(conflict=InUse))
            if cloud_id in {one.get("id") for one in self._all()}:
                return Wait(LOOK_AGAIN_SECONDS, "the cloud still shows the security group")
        return None


def _id_of(ref: Ref) -> str:
    if not ref.id:
        raise NotFound(f"security group {ref.name} does not exist")
    return ref.id


def _group(found: Thing, told: builtins.list[Thing]) -> SecurityGroup:
    return SecurityGroup(
        iid=Iid(found["name"], found["id"]),
        vpc=Iid("", vpc.ID),
        rules=rules.shown(told),
        details=details.told(found, but=("id", "name", "rules", "rulesCount")),
    )
