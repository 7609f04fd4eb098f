"""What stands in the way of deleting: looked for before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator

from .calls import Acs, Thing
from .errors import understood


def vpc_users(acs: Acs, vpc: Thing) -> Iterator[str]:
    """Ids of what keeps a VPC from being deleted, other than its VSwitches."""
    cloud_id = str(vpc["VpcId"])
    yield from interface_users(acs, VpcId=cloud_id)
    for group in acs.all("ecs.DescribeSecurityGroups", VpcId=cloud_id):
        yield str(group["SecurityGroupId"])
    yield from map(str, (vpc.get("NatGatewayIds") or {}).get("NatGatewayIds") or [])


def group_users(acs: Acs, group: str) -> Iterator[str]:
    """Ids of the instances, interfaces and other groups that use a security group."""
    yield from interface_users(acs, SecurityGroupId=group)
    answer = acs.call("ecs.DescribeSecurityGroupReferences", SecurityGroupId=[group])
    with understood():
        references = answer["SecurityGroupReferences"].get("SecurityGroupReference") or []
        of_all = [one["ReferencingSecurityGroups"].get("ReferencingSecurityGroup") or [] for one in references]
        yield from {str(one["SecurityGroupId"]) for of_one in of_all for one in of_one} - {group}


def interface_users(acs: Acs, **where: str) -> Iterator[str]:
    """The instance that each of the network interfaces is attached to, else the interface itself."""
    for interface in acs.all("ecs.DescribeNetworkInterfaces", **where):
        yield str(interface.get("InstanceId") or interface["NetworkInterfaceId"])
