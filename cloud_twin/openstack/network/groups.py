"""Security groups. A project has one called `default`, made as soon as anybody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...centre import Thing
from ..errors import NetworkError
from . import kinds
from .collection import Collection, thing_id
from .rules import DEFAULTS, RULES, shown_within

if TYPE_CHECKING:
    from ..facade import OpenStack

DEFAULT = "default"


class Groups(Collection):
    kind = kinds.GROUP

    def before_reading(self, cloud: OpenStack) -> None:
        default_group(cloud)

    def make(self, cloud: OpenStack, asked: dict[str, Any]) -> Thing:
        default_group(cloud)
        _refuse_default(asked["name"])
        return self._add(cloud, asked, ("egress",))

    def change(self, cloud: OpenStack, thing: Thing, asked: dict[str, Any]) -> None:
        if "name" in asked and thing.body["name"] == DEFAULT:
            text = "Updating default security group not allowed."
            raise NetworkError(409, "SecurityGroupCannotUpdateDefault", text)
        _refuse_default(asked.get("name", ""))
        super().change(cloud, thing, asked)

    def leave(self, cloud: OpenStack, thing: Thing) -> None:
        """The rules of other groups that speak of it leave along with it."""
        if thing.body["name"] == DEFAULT or cloud.centre.users(thing.key):
            text = f"Security Group {thing_id(thing)} in use."
            raise NetworkError(409, "SecurityGroupInUse", text)
        for rule in cloud.centre.of_kind("security-group-rules"):
            if rule.body["remote_group_id"] == thing_id(thing):
                cloud.centre.remove(rule.key)
        super().leave(cloud, thing)

    def own(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        rules = [one for one in cloud.centre.of_kind("security-group-rules") if one.goes_with == thing.key]
        return {
            "name": thing.body["name"],
            "stateful": thing.body["stateful"],
            "shared": False,
            "security_group_rules": [shown_within(cloud, one) for one in rules],
        }

    def _add(self, cloud: OpenStack, asked: dict[str, Any], directions: tuple[str, ...]) -> Thing:
        group = self.add(cloud, asked)
        for ethertype in ("IPv4", "IPv6"):
            for direction in directions:
                remote = thing_id(group) if direction == "ingress" else None
                body = {
                    **DEFAULTS,
                    "direction": direction,
                    "ethertype": ethertype,
                    "remote_group_id": remote,
                    "description": None,
                }
                RULES.add_to(cloud, group, body)
        return group


def default_group(cloud: OpenStack) -> Thing:
    for one in cloud.centre.of_kind("security-groups"):
        if one.body["name"] == DEFAULT:
            return one
    body = {"name": DEFAULT, "description": "Default security group", "stateful": True}
    return GROUPS._add(cloud, body, ("ingress", "egress"))


def _refuse_default(name: str) -> None:
    if name.lower() == DEFAULT:
        text = "Default security group already exists."
        raise NetworkError(409, "SecurityGroupDefaultAlreadyExists", text)


GROUPS = Groups()
