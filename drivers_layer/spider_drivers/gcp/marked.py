"""What carries Spider's tokens: labels of instances, descriptions of all else. A VM's disk goes along with it."""

from __future__ import annotations

from collections.abc import Iterator

from ..contract import Marked
from . import descriptions, labels
from .calls import Gce
from .firewalls import group_of
from .subnets import Subnets, network_of
from .zones import Zones


def listed(gce: Gce, zones: Zones) -> Iterator[Marked]:
    for one in gce.all("networks.list"):
        if token := descriptions.token(one):
            yield Marked("vpc", one["name"], one["name"], token)
    for one in Subnets(gce, zones.region).all():
        if token := descriptions.token(one):
            yield Marked("subnet", one["name"], one["name"], token, owner=network_of(one))
    for one in gce.all("firewalls.list"):
        group = group_of(one)
        if group == one["name"]:
            yield Marked("security_group", group, group, descriptions.token(one))
        elif group:
            yield Marked("security_group", one["name"], group, descriptions.token(one), "rule", group)
    for one in zones.instances():
        if token := labels.of(one).get(labels.TOKEN, ""):
            yield Marked("vm", one["name"], one["name"], token)
