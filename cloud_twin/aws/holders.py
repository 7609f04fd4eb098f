"""Who uses what: looked for in moto's own objects."""

from __future__ import annotations

from typing import Any


def interfaces_in_subnet(cloud: Any, subnet: str) -> list[Any]:
    return [one for one in cloud.enis.values() if one.subnet.id == subnet]


def interfaces_in_vpc(cloud: Any, vpc: str) -> list[Any]:
    return [one for one in cloud.enis.values() if one.vpc_id == vpc]


def interfaces_of_group(cloud: Any, group: str) -> list[Any]:
    return [one for one in cloud.enis.values() if group in {held.id for held in one.group_set}]


def groups(cloud: Any) -> list[Any]:
    return [group for of_vpc in cloud.groups.values() for group in of_vpc.values()]


def groups_in_vpc(cloud: Any, vpc: str) -> list[Any]:
    return [group for group in groups(cloud) if group.vpc_id == vpc]


def groups_that_name(cloud: Any, group: str) -> list[Any]:
    """Other groups with a rule whose source or target is `group`."""

    def names(other: Any) -> bool:
        every = [*other.ingress_rules, *other.egress_rules]
        return any(rule.source_group.get("GroupId") == group for rule in every)

    return [other for other in groups(cloud) if other.id != group and names(other)]


def gateways_of_vpc(cloud: Any, vpc: str) -> list[Any]:
    return [one for one in cloud.internet_gateways.values() if one.vpc and one.vpc.id == vpc]


def instances(cloud: Any) -> list[Any]:
    return [one for reservation in cloud.reservations.values() for one in reservation.instances]
