"""What carries Spider's tokens, as a tag. A VM's disk goes along with it."""

from __future__ import annotations

from collections.abc import Iterator

from ..contract import Marked
from . import tags
from .calls import Acs

# By the list: the kind, the member with the id, the member with the name.
_LISTS = {
    "vpc.DescribeVpcs": ("vpc", "VpcId", "VpcName"),
    "vpc.DescribeVSwitches": ("subnet", "VSwitchId", "VSwitchName"),
    "ecs.DescribeSecurityGroups": ("security_group", "SecurityGroupId", "SecurityGroupName"),
    "ecs.DescribeKeyPairs": ("key_pair", "KeyPairName", "KeyPairName"),
    "ecs.DescribeInstances": ("vm", "InstanceId", "InstanceName"),
}


def listed(acs: Acs) -> Iterator[Marked]:
    for api, (kind, identity, name) in _LISTS.items():
        for one in acs.all(api, Tag=[{"Key": tags.TOKEN}]):
            owner = str(one.get("VpcId", "")) if kind == "subnet" else ""
            yield Marked(kind, one[identity], str(one.get(name, "")), tags.of(one)[tags.TOKEN], owner=owner)
