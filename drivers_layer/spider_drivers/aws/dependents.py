"""What stands in the way of deleting: looked for before anything is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from . import tags
from .calls import Ec2

Resource = dict[str, Any]

# States in which endpoints and peerings are still listed and hold nothing.
_GONE = ("deleted", "deleting", "rejected", "expired", "failed")


def _standing(endpoint: Resource) -> bool:
    return endpoint.get("State", "").lower() not in _GONE


def _own_table(table: Resource) -> bool:
    return not any(association.get("Main") for association in table.get("Associations", []))


def _connected(peering: Resource) -> bool:
    return peering.get("Status", {}).get("Code") not in _GONE


# operation, its answer's member, the member's id, the filter that names the VPC, what of it counts
_OF_VPC: tuple[tuple[str, str, str, str, Callable[[Resource], bool]], ...] = (
    ("describe_security_groups", "SecurityGroups", "GroupId", "vpc-id", lambda group: group["GroupName"] != "default"),
    ("describe_route_tables", "RouteTables", "RouteTableId", "vpc-id", _own_table),
    ("describe_network_acls", "NetworkAcls", "NetworkAclId", "vpc-id", lambda acl: not acl["IsDefault"]),
    ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", "vpc-id", _standing),
    *(
        ("describe_vpc_peering_connections", "VpcPeeringConnections", "VpcPeeringConnectionId", side, _connected)
        for side in ("requester-vpc-info.vpc-id", "accepter-vpc-info.vpc-id")
    ),
)


def vpc_users(ec2: Ec2, vpc: str) -> Iterator[str]:
    """Ids of what keeps a VPC from being deleted, other than its subnets and internet gateway."""
    yield from interface_users(ec2, tags.where("vpc-id", vpc))
    for operation, member, identifier, vpc_filter, counts in _OF_VPC:
        for found in ec2.all(operation, member, Filters=tags.where(vpc_filter, vpc)):
            if counts(found):
                yield found[identifier]
    # The one list of these that has no pages.
    attached = tags.where("attachment.vpc-id", vpc) + tags.where("attachment.state", "attaching", "attached")
    for gateway in ec2.call("describe_vpn_gateways", Filters=attached).get("VpnGateways", []):
        yield gateway["VpnGatewayId"]


def group_users(ec2: Ec2, group: str) -> Iterator[str]:
    """Ids of the instances, interfaces and other groups that use a security group."""
    yield from interface_users(ec2, tags.where("group-id", group))
    for referring in ("ip-permission.group-id", "egress.ip-permission.group-id"):
        for found in ec2.all("describe_security_groups", "SecurityGroups", Filters=tags.where(referring, group)):
            if found["GroupId"] != group:
                yield found["GroupId"]


def interface_users(ec2: Ec2, filters: list[Resource]) -> Iterator[str]:
    """The instance that each of the network interfaces is attached to, else the interface itself."""
    for interface in ec2.all("describe_network_interfaces", "NetworkInterfaces", Filters=filters):
        yield interface.get("Attachment", {}).get("InstanceId") or interface["NetworkInterfaceId"]
