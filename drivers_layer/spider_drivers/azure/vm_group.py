"""The network security group of one VM that is in several groups: a network interface takes one group only.

It has the rules of all of them, is kept as they are, and goes with its VM. It is no group of the user's.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from . import building, resources, rules, tags
from .calls import Arm, Thing
from .errors import Asked

PUT = "network.network_security_groups.begin_create_or_update"


def is_one(group: Thing) -> bool:
    return tags.OF_VM in tags.of(group)


def name_of(vm: str) -> str:
    return f"{vm}-nsg"


def names(thing: Thing) -> list[str]:
    """Of the groups that a VM, or its own group, is made of; whole ids of those in other resource groups."""
    text = tags.gathered(thing, tags.GROUPS)
    return text.split(",") if text else []


def kept(short_names: Iterable[str]) -> dict[str, str]:
    """The tags that `names` reads."""
    return tags.spread(tags.GROUPS, ",".join(short_names))


def body(arm: Arm, vm: str, groups: Iterable[Thing], given: dict[str, str]) -> Thing:
    """`given`: the tags of all that is the VM's."""
    groups = list(groups)
    short = kept(arm.place.short(group["id"]) for group in groups)
    return {
        "location": arm.place.location,
        "tags": {**given, **short, tags.OF_VM: vm},
        "properties": {"securityRules": _union(groups)},
    }


def users(listed: Iterable[Thing], short_name: str) -> list[Thing]:
    """The VMs' own groups that are made of this one."""
    wanted = short_name.casefold()
    return [one for one in listed if is_one(one) and wanted in (name.casefold() for name in names(one))]


def refresh(arm: Arm, own: Thing, known: dict[str, Thing]) -> bool:
    """Gives a VM's own group the rules of its groups as they are now. Whether anything had to be changed.

    `known`: groups as they are, by their names; the others are read.
    """
    handled = resources.security_groups(arm)
    groups = []
    for name in names(own):
        there = known.get(name.casefold()) or building.found(partial(handled.named, name))
        groups += [there] if there else []
    wanted = {rule for group in groups for rule in rules.shown(group)}
    if wanted == {*rules.shown(own)}:
        return False
    put(arm, own, _union(groups))
    return True


def put(arm: Arm, group: Thing, security_rules: list[Thing]) -> None:
    """The group as it was read, with other rules. Raises Conflict when it has been changed since then."""
    found = arm.place.read(group["id"])
    if found is None:
        raise AssertionError(f"{group['id']} is no id of the subscription's")
    changed = {
        "location": group["location"],
        "tags": tags.of(group),
        "properties": {**_flushing(group), "securityRules": security_rules},
    }
    unchanged = {"If-Match": group["etag"]} if group.get("etag") else {}
    arm.begin(PUT, found.group, found.name, changed, asked=Asked(invalid="rules"), headers=unchanged)


def _flushing(group: Thing) -> Thing:
    """The one other property of a group that a PUT sets."""
    return {key: value for key, value in group["properties"].items() if key == "flushConnection"}


def _union(groups: Iterable[Thing]) -> list[Thing]:
    return rules.new_group(rule for group in groups for rule in rules.shown(group))
