"""Neutron's security groups and the calls that change their rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..contract import Iid, Rule, SecurityGroup, details
from . import building, marks, rules, tags
from .calls import OpenStack, Thing, path
from .errors import Fields

GROUPS, RULES = "network/security-groups", "network/security-group-rules"
_FIELDS: Fields = ((r"SecurityGroupNotFound", ""), (r"", "rules"))


@dataclass(frozen=True)
class Groups:
    cloud: OpenStack

    def all(self) -> list[Thing]:
        return self.cloud.all(GROUPS)

    def described(self, cloud_id: str) -> Thing:
        """Raises NotFound."""
        return dict(self.cloud.get(path(GROUPS, cloud_id))["security_group"])

    def id_by_token(self, token: str) -> str | None:
        """Of the group that the operation with this token has made."""
        found = self.all() if token else []
        return next((str(one["id"]) for one in found if marks.read(one).get(marks.TOKEN) == token), None)

    def add(self, group: str, wanted: Iterable[Rule]) -> None:
        """In one call, which adds all of them or none."""
        if members := [rules.member(rule, group) for rule in wanted]:
            self.cloud.post(RULES, {"security_group_rules": members}, _FIELDS)

    def remove_rule(self, cloud_id: str) -> None:
        building.deleted(self.cloud, path(RULES, cloud_id))


def as_group(found: Thing) -> SecurityGroup:
    return SecurityGroup(
        iid=Iid(found.get("name") or "", found["id"]),
        vpc=Iid("", marks.read(found).get(marks.VPC, "")),
        rules=tuple(rules.shown(found)),
        tags=tags.told(found),
        details=details.told(found, but=("id", "name", "tags", "security_group_rules", "description", "tenant_id"))
        | details.told({"other_rules": rules.others(found)}),
    )
