"""Compute Engine has firewalls and no groups of them. A group is an *anchor*, a firewall of the group's name that
bars what it does not allow from leaving, and one firewall per rule. All are for instances with the group's network tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from ..contract import Attempt, Iid, NotFound, Ref, Rule, SecurityGroup, details
from . import descriptions, rules
from .building import Send
from .calls import Gce, Thing
from .errors import Fields
from .names import NAME, tail

GROUP = "spider-group"  # in the description of an anchor and of a rule's firewall: the group's name
_PRIORITY, _LAST_BUT_ONE = 1000, 65534  # the network's own rule, that all may leave, has 65535

FIELDS: Fields = (
    (r"resource\.network|networks/", "vpc"),
    (r"resource\.(allowed|sourceRanges|destinationRanges|direction)", "rules"),
    (r"resource\.(name|targetTags)", "name"),
    (r"resource\.description", "tags"),
)


@dataclass
class Group:
    """A group at Compute Engine: its anchor, or a firewall that Spider did not make, and the firewalls of its rules."""

    anchor: Thing
    members: list[Thing] = field(default_factory=list)

    @property
    def foreign(self) -> bool:
        return group_of(self.anchor) != str(self.anchor["name"])

    def rules(self) -> dict[Rule, str]:
        """With the name of the firewall that says it."""
        told = [self.anchor] if self.foreign else self.members
        return {rule: one["name"] for one in told for rule in rules.shown(one)}

    def names(self) -> list[str]:
        """Of all its firewalls but the anchor."""
        return [one["name"] for one in self.members]


@dataclass(frozen=True)
class Firewalls:
    gce: Gce

    def groups(self, **filtered: str) -> list[Group]:
        """One per anchor, and one per firewall that is no group's."""
        found = self.gce.all("firewalls.list", **filtered)
        anchors = {one["name"]: Group(one) for one in found if group_of(one) == one["name"]}
        others: list[Group] = []
        for one in found:
            owner = anchors.get(group_of(one))
            if owner is None:
                others.append(Group(one))
            elif owner.anchor is not one:
                owner.members.append(one)
        return [*anchors.values(), *others]

    def shown(self, name: str | None) -> Group | None:
        """The names of its rules' firewalls begin with its own."""
        if not name or not re.fullmatch(NAME, name):
            return None
        found = self.groups(filter=f"name eq {name}.*")  # a regular expression
        return next((group for group in found if group.anchor["name"] == name), None)

    def group(self, ref: Ref) -> Group:
        """Raises NotFound."""
        group = self.shown(ref.id) if ref.id else None
        if group is None:
            raise NotFound(f"the security group {ref.id or ref.name} does not exist")
        return group

    def made_by(self, token: str) -> list[str]:
        """Names of the firewalls that the operation with this token has made."""
        return [one["name"] for one in self.gce.all("firewalls.list") if descriptions.token(one) == token]

    def is_ours(self, name: str, token: str) -> bool:
        """Whether the operation with this token has made the firewall."""
        try:
            return descriptions.token(self.gce.call("firewalls.get", firewall=name)) == token
        except NotFound:
            return False

    def add_anchor(self, name: str, network: str, attempt: Attempt, tags: Mapping[str, str], request_id: str) -> Thing:
        told: Thing = {
            "direction": "EGRESS",
            "priority": _LAST_BUT_ONE,
            "denied": [{"IPProtocol": "all"}],
            "destinationRanges": [rules.ANYWHERE],
        }
        return self._insert(
            name, name, network, told, descriptions.packed(attempt.token, tags, spider_group=name), request_id
        )

    def add_rule(self, group: str, network: str, rule: Rule, attempt: Attempt, request_id: str) -> Thing:
        told = {**rules.members(rule), "priority": _PRIORITY}
        description = descriptions.packed(attempt.token, {}, spider_group=group)
        return self._insert(rules.name_of(group, rule), group, network, told, description, request_id)

    def deletions(self, names: Iterable[str]) -> dict[str, Send]:
        """By path."""
        return {f"global/firewalls/{name}": partial(self._delete, name) for name in names}

    def _delete(self, name: str, request_id: str) -> Thing:
        return self.gce.call("firewalls.delete", firewall=name, requestId=request_id)

    def _insert(self, name: str, group: str, network: str, told: Thing, description: str, request_id: str) -> Thing:
        body = {
            **told,
            "name": name,
            "network": f"projects/{self.gce.project}/global/networks/{network}",
            "targetTags": [group],
            "description": description,
        }
        return self.gce.call("firewalls.insert", FIELDS, body=body, requestId=request_id)


def group_of(firewall: Thing) -> str:
    """ "" for a firewall that Spider did not make."""
    return str(descriptions.of(firewall).get(GROUP, ""))


def network_of(group: Group) -> str:
    """Its name."""
    return tail(group.anchor.get("network", ""))


def as_group(group: Group) -> SecurityGroup:
    anchor = group.anchor
    told = details.told(anchor, but=("name", "kind", "network", "description")) if group.foreign else {}
    return SecurityGroup(
        iid=Iid(anchor["name"], anchor["name"]),
        vpc=Iid("", network_of(group)),
        rules=tuple(group.rules()),
        tags=descriptions.tags(anchor),
        details=told | details.told({"firewalls": sorted(group.names())}),
    )


def named(rules_: Iterable[Rule]) -> str:
    return ", ".join(f"{one.direction} {one.protocol} {one.from_port}-{one.to_port} {one.cidr}" for one in rules_)
