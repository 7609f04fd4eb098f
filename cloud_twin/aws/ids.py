"""Ids of resources: well-formed, and of something that is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import Refusal
from .model import Leaf


@dataclass(frozen=True)
class Kind:
    """`missing`: EC2's sentence, for one id. `held(cloud, id)`: whether moto has it."""

    prefix: str
    malformed: str
    not_found: str
    missing: str
    held: Callable[[Any, str], bool]

    def fits(self, cloud_id: str) -> bool:
        return bool(re.fullmatch(rf"{self.prefix}-([0-9a-f]{{8}}|[0-9a-f]{{17}})", cloud_id))


def _in(member: str) -> Callable[[Any, str], bool]:
    return lambda cloud, cloud_id: cloud_id in getattr(cloud, member)


def _in_parts(member: str) -> Callable[[Any, str], bool]:
    """moto keeps subnets by zone and groups by VPC."""
    return lambda cloud, cloud_id: any(cloud_id in part for part in getattr(cloud, member).values())


def _instance(cloud: Any, cloud_id: str) -> bool:
    return cloud.get_instance_by_id(cloud_id) is not None


# EC2's own spellings: they follow no rule.
KINDS: Mapping[str, Kind] = {
    "VpcId": Kind(
        "vpc", "InvalidVpcID.Malformed", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist", _in("vpcs")
    ),
    "SubnetId": Kind(
        "subnet",
        "InvalidSubnetID.Malformed",
        "InvalidSubnetID.NotFound",
        "The subnet ID '{}' does not exist",
        _in_parts("subnets"),
    ),
    "SecurityGroupId": Kind(
        "sg",
        "InvalidGroupId.Malformed",
        "InvalidGroup.NotFound",
        "The security group '{}' does not exist",
        _in_parts("groups"),
    ),
    "InstanceId": Kind(
        "i",
        "InvalidInstanceID.Malformed",
        "InvalidInstanceID.NotFound",
        "The instance ID '{}' does not exist",
        _instance,
    ),
    "ImageId": Kind(
        "ami", "InvalidAMIID.Malformed", "InvalidAMIID.NotFound", "The image id '[{}]' does not exist", _in("amis")
    ),
    "InternetGatewayId": Kind(
        "igw",
        "InvalidInternetGatewayId.Malformed",
        "InvalidInternetGatewayID.NotFound",
        "The internetGateway ID '{}' does not exist",
        _in("internet_gateways"),
    ),
    "RouteTableId": Kind(
        "rtb",
        "InvalidRouteTableId.Malformed",
        "InvalidRouteTableID.NotFound",
        "The routeTable ID '{}' does not exist",
        _in("route_tables"),
    ),
    "NetworkInterfaceId": Kind(
        "eni",
        "InvalidNetworkInterfaceId.Malformed",
        "InvalidNetworkInterfaceID.NotFound",
        "The networkInterface ID '{}' does not exist",
        _in("enis"),
    ),
    "VolumeId": Kind(
        "vol",
        "InvalidVolumeID.Malformed",
        "InvalidVolume.NotFound",
        "The volume '{}' does not exist.",
        _in("volumes"),
    ),
}

# Where the model says no more than "string", the parameter's name tells.
_BY_MEMBER: Mapping[str, str] = {
    "GroupId": "SecurityGroupId",
    "SubnetId": "SubnetId",
    "SubnetIds": "SubnetId",
    "VpcId": "VpcId",
}


def check(leaves: Iterable[Leaf], cloud: Any) -> None:
    """Raises Refusal: first for what is malformed anywhere, then for what is not there."""
    given = [(kind, leaf.value) for leaf in leaves if (kind := _kind(leaf))]
    for kind, cloud_id in given:
        if not kind.fits(cloud_id):
            raise Refusal(kind.malformed, f'Invalid id: "{cloud_id}" (expecting "{kind.prefix}-...")')
    for kind, cloud_id in given:
        if not kind.held(cloud, cloud_id):
            raise Refusal(kind.not_found, kind.missing.format(cloud_id))


def _kind(leaf: Leaf) -> Kind | None:
    name = leaf.shape.name
    return KINDS.get(_BY_MEMBER.get(leaf.member, "") if name == "String" else name)
