"""The operations of ECS and VPC that the twin serves, each with its parameters. Nothing else is served.

How parameters are written: parameters.py. What Alibaba has besides is refused, never passed over; only RegionId may
come with every call. An operation's permission is called as the operation itself, with the product before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from . import (
    changes,
    disks,
    eips,
    images,
    instance_types,
    instances,
    key_pairs,
    launch,
    network_interfaces,
    places,
    power,
    route_tables,
    rules,
    security_groups,
    stock,
    tag_calls,
    vpcs,
    vswitches,
)
from .lists import BY_NUMBER, BY_TOKEN
from .parameters import Given, Parameter, declared

if TYPE_CHECKING:
    from .facade import Alibaba

Act: TypeAlias = "Callable[[Alibaba, Given], dict[str, Any]]"

TAG = "Tag[Key,Value]"
_RULE = "Policy,Priority,IpProtocol,PortRange,NicType,Description"
_ONE_RULE = _RULE.replace(",", " ")
_FROM, _TO = "SourceCidrIp,Ipv6SourceCidrIp,SourceGroupId", "DestCidrIp,Ipv6DestCidrIp,DestGroupId"
_INGRESS = f"RegionId! SecurityGroupId! {_ONE_RULE} {_FROM.replace(',', ' ')} Permissions[{_RULE},{_FROM}]"
_EGRESS = f"RegionId! SecurityGroupId! {_ONE_RULE} {_TO.replace(',', ' ')} Permissions[{_RULE},{_TO}]"
_TAGGED = "RegionId! ResourceType! ResourceId[]"
_MANY = "RegionId! InstanceId[]!"


class Operation(NamedTuple):
    """`product`: ecs or vpc. `parameters`: as they are written; `shape`: as they are read."""

    product: str
    name: str
    act: Act
    parameters: str
    shape: tuple[Parameter, ...]

    @property
    def permission(self) -> str:
        return f"{self.product}:{self.name}"

    @property
    def path(self) -> str:
        """Where the façade's routes have it."""
        return f"/{self.product}/{self.name}"


def _operation(product: str, name: str, act: Act, parameters: str = "") -> Operation:
    return Operation(product, name, act, parameters, declared(parameters))


OPERATIONS = (
    # Places
    _operation("ecs", "DescribeRegions", places.ecs_regions, "AcceptLanguage"),
    _operation("ecs", "DescribeZones", places.ecs_zones, "RegionId! AcceptLanguage Verbose:bool"),
    _operation("vpc", "DescribeRegions", places.vpc_regions, "AcceptLanguage"),
    _operation("vpc", "DescribeZones", places.vpc_zones, "RegionId! AcceptLanguage"),
    # Types and images
    _operation(
        "ecs",
        "DescribeInstanceTypes",
        instance_types.describe_all,
        "InstanceTypes[] InstanceTypeFamily CpuArchitecture MinimumCpuCoreCount:int MaximumCpuCoreCount:int "
        "MinimumMemorySize:float MaximumMemorySize:float MaxResults:long NextToken",
    ),
    _operation("ecs", "DescribeInstanceTypeFamilies", instance_types.families, "RegionId! Generation"),
    _operation(
        "ecs",
        "DescribeImages",
        images.describe_all,
        f"RegionId! ImageId ImageName ImageFamily ImageOwnerAlias Status OSType Architecture InstanceType "
        f"IsPublic:bool IsSupportCloudinit:bool IsSupportIoOptimized:bool {TAG} {BY_NUMBER}",
    ),
    _operation(
        "ecs",
        "DescribeAvailableResource",
        stock.describe,
        "RegionId! DestinationResource! ZoneId InstanceType ResourceType Cores:int Memory:float",
    ),
    # VPCs
    _operation("vpc", "CreateVpc", vpcs.create, f"RegionId! CidrBlock VpcName Description ClientToken {TAG}"),
    _operation("vpc", "DeleteVpc", vpcs.delete, "RegionId VpcId!"),
    _operation("vpc", "DescribeVpcs", vpcs.describe_all, f"RegionId! VpcId VpcName IsDefault:bool {TAG} {BY_NUMBER}"),
    _operation("vpc", "DescribeVpcAttribute", vpcs.describe, "RegionId! VpcId!"),
    _operation("vpc", "ModifyVpcAttribute", vpcs.modify, "RegionId VpcId! VpcName Description"),
    _operation(
        "vpc",
        "CreateVSwitch",
        vswitches.create,
        f"RegionId ZoneId! CidrBlock! VpcId! VSwitchName Description ClientToken {TAG}",
    ),
    _operation("vpc", "DeleteVSwitch", vswitches.delete, "RegionId VSwitchId!"),
    _operation(
        "vpc",
        "DescribeVSwitches",
        vswitches.describe_all,
        f"RegionId VpcId VSwitchId VSwitchName ZoneId IsDefault:bool {TAG} {BY_NUMBER}",
    ),
    _operation("vpc", "DescribeVSwitchAttributes", vswitches.describe, "RegionId VSwitchId!"),
    _operation("vpc", "ModifyVSwitchAttribute", vswitches.modify, "RegionId VSwitchId! VSwitchName Description"),
    _operation(
        "vpc",
        "DescribeRouteTableList",
        route_tables.describe_all,
        f"RegionId! VpcId RouteTableId RouteTableType {TAG} {BY_NUMBER}",
    ),
    # Elastic addresses
    _operation(
        "vpc",
        "AllocateEipAddress",
        eips.allocate,
        f"RegionId! Bandwidth InternetChargeType InstanceChargeType Name Description ClientToken {TAG}",
    ),
    _operation("vpc", "ReleaseEipAddress", eips.release, "RegionId AllocationId!"),
    _operation("vpc", "AssociateEipAddress", eips.associate, "RegionId AllocationId! InstanceId! InstanceType"),
    _operation("vpc", "UnassociateEipAddress", eips.unassociate, "RegionId AllocationId! InstanceId"),
    _operation(
        "vpc",
        "DescribeEipAddresses",
        eips.describe_all,
        f"RegionId! AllocationId EipAddress EipName Status AssociatedInstanceId {TAG} {BY_NUMBER}",
    ),
    # Security groups
    _operation(
        "ecs",
        "CreateSecurityGroup",
        security_groups.create,
        f"RegionId! VpcId SecurityGroupName Description SecurityGroupType ClientToken {TAG}",
    ),
    _operation("ecs", "DeleteSecurityGroup", security_groups.delete, "RegionId! SecurityGroupId!"),
    _operation(
        "ecs",
        "DescribeSecurityGroups",
        security_groups.describe_all,
        f"RegionId! VpcId SecurityGroupId SecurityGroupIds SecurityGroupName SecurityGroupType NetworkType "
        f"IsQueryEcsCount:bool {TAG} {BY_NUMBER} {BY_TOKEN}",
    ),
    _operation(
        "ecs",
        "DescribeSecurityGroupAttribute",
        rules.describe,
        f"RegionId! SecurityGroupId! Direction NicType {BY_TOKEN}",
    ),
    _operation(
        "ecs",
        "ModifySecurityGroupAttribute",
        security_groups.modify,
        "RegionId! SecurityGroupId! SecurityGroupName Description",
    ),
    _operation(
        "ecs",
        "ModifySecurityGroupPolicy",
        security_groups.modify_policy,
        "RegionId! SecurityGroupId! InnerAccessPolicy!",
    ),
    _operation("ecs", "DescribeSecurityGroupReferences", security_groups.references, "RegionId! SecurityGroupId[]!"),
    _operation("ecs", "AuthorizeSecurityGroup", rules.authorize, f"{_INGRESS} ClientToken"),
    _operation("ecs", "AuthorizeSecurityGroupEgress", rules.authorize_egress, f"{_EGRESS} ClientToken"),
    _operation("ecs", "RevokeSecurityGroup", rules.revoke, f"{_INGRESS} SecurityGroupRuleId[]"),
    _operation("ecs", "RevokeSecurityGroupEgress", rules.revoke_egress, f"{_EGRESS} SecurityGroupRuleId[]"),
    # Key pairs
    _operation("ecs", "CreateKeyPair", key_pairs.create, f"RegionId! KeyPairName! {TAG}"),
    _operation("ecs", "ImportKeyPair", key_pairs.import_, f"RegionId! KeyPairName! PublicKeyBody! {TAG}"),
    _operation("ecs", "DeleteKeyPairs", key_pairs.delete, "RegionId! KeyPairNames!"),
    _operation(
        "ecs",
        "DescribeKeyPairs",
        key_pairs.describe_all,
        f"RegionId! KeyPairName KeyPairFingerPrint IncludePublicKey:bool {TAG} {BY_NUMBER}",
    ),
    # Instances
    _operation(
        "ecs",
        "RunInstances",
        launch.run,
        f"RegionId! ImageId ImageFamily InstanceType ZoneId VSwitchId SecurityGroupId SecurityGroupIds[] InstanceName "
        f"HostName Description UniqueSuffix:bool Amount:int KeyPairName Password UserData PrivateIpAddress "
        f"InternetMaxBandwidthOut:int InternetMaxBandwidthIn:int InternetChargeType InstanceChargeType IoOptimized "
        f"SystemDisk.Category SystemDisk.Size DeletionProtection:bool DryRun:bool ClientToken {TAG}",
    ),
    _operation(
        "ecs",
        "DescribeInstances",
        instances.describe_all,
        f"RegionId! InstanceIds InstanceName Status VpcId VSwitchId ZoneId SecurityGroupId ImageId InstanceType "
        f"InstanceTypeFamily KeyPairName PrivateIpAddresses PublicIpAddresses InstanceNetworkType InstanceChargeType "
        f"InternetChargeType {TAG} {BY_NUMBER} {BY_TOKEN}",
    ),
    _operation(
        "ecs", "DescribeInstanceStatus", instances.describe_statuses, f"RegionId! InstanceId[] ZoneId {BY_NUMBER}"
    ),
    _operation("ecs", "DescribeUserData", instances.describe_user_data, "RegionId! InstanceId!"),
    _operation(
        "ecs",
        "ModifyInstanceAttribute",
        changes.modify,
        "InstanceId! InstanceName Description HostName Password UserData DeletionProtection:bool SecurityGroupIds[]",
    ),
    _operation("ecs", "JoinSecurityGroup", changes.join_group, "RegionId SecurityGroupId! InstanceId"),
    _operation("ecs", "LeaveSecurityGroup", changes.leave_group, "RegionId SecurityGroupId! InstanceId"),
    _operation("ecs", "StartInstance", power.start, "InstanceId!"),
    _operation("ecs", "StartInstances", power.start_many, _MANY),
    _operation("ecs", "StopInstance", power.stop, "InstanceId! ForceStop:bool StoppedMode"),
    _operation("ecs", "StopInstances", power.stop_many, f"{_MANY} ForceStop:bool StoppedMode"),
    _operation("ecs", "RebootInstance", power.reboot, "InstanceId! ForceStop:bool"),
    _operation("ecs", "RebootInstances", power.reboot_many, f"{_MANY} ForceReboot:bool"),
    _operation("ecs", "DeleteInstance", power.delete, "InstanceId! Force:bool"),
    _operation("ecs", "DeleteInstances", power.delete, f"{_MANY} Force:bool"),
    _operation(
        "ecs",
        "DescribeDisks",
        disks.describe_all,
        f"RegionId! DiskIds InstanceId ZoneId Category DiskType Status {TAG} {BY_NUMBER} {BY_TOKEN}",
    ),
    _operation(
        "ecs",
        "DescribeNetworkInterfaces",
        network_interfaces.describe_all,
        f"RegionId! NetworkInterfaceId[] InstanceId VpcId VSwitchId SecurityGroupId PrimaryIpAddress "
        f"PrivateIpAddress[] Type Status {TAG} {BY_NUMBER} {BY_TOKEN}",
    ),
    # Tags
    _operation("ecs", "TagResources", tag_calls.add_ecs, f"{_TAGGED}! Tag[Key!,Value!]!"),
    _operation("ecs", "UntagResources", tag_calls.remove_ecs, f"{_TAGGED}! TagKey[] All:bool"),
    _operation("ecs", "ListTagResources", tag_calls.list_ecs, f"{_TAGGED} {TAG} NextToken"),
    _operation("vpc", "TagResources", tag_calls.add_vpc, f"{_TAGGED}! Tag[Key,Value]!"),
    _operation("vpc", "UnTagResources", tag_calls.remove_vpc, f"{_TAGGED}! TagKey[] All:bool"),
    _operation("vpc", "ListTagResources", tag_calls.list_vpc, f"{_TAGGED} {TAG} {BY_TOKEN}"),
)
