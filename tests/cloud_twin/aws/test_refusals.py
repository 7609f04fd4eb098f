"""What EC2 refuses, with the code that its documents give.

Each row names its source: "codes" is "Error codes for the Amazon EC2 API" (EC2 Developer Guide), an action's name is
that action's page of the EC2 API Reference, the rest are pages of the user guides.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from .bench import ARM_IMAGE, IMAGE, PUBLIC_KEY, TYPE, Bench, Network, Refused

Case = Callable[[Bench, Network], Refused]

SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
UNKNOWN = "0123456789abcdef0"
# "codes" spells it InvalidVpcRange; the service itself, InvalidVpc.Range.
VPC_RANGE = "VPC CIDR blocks"


def run(aws: Bench, network: Network, **changes: Any) -> Refused:
    """RunInstances as Bench.launch asks for it, but for `changes`; None takes a parameter out."""
    asked = {
        "ImageId": IMAGE,
        "InstanceType": TYPE,
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": network.subnet,
        "SecurityGroupIds": [network.group],
        **changes,
    }
    return aws.refused("run_instances", **{name: value for name, value in asked.items() if value is not None})


def subnet(aws: Bench, network: Network, cidr: str, **more: str) -> Refused:
    return aws.refused("create_subnet", VpcId=network.vpc, CidrBlock=cidr, **more)


def group(aws: Bench, network: Network, name: str, description: str = "d") -> Refused:
    return aws.refused("create_security_group", GroupName=name, Description=description, VpcId=network.vpc)


def allow(aws: Bench, network: Network, *permissions: dict[str, Any]) -> Refused:
    return aws.refused(
        "authorize_security_group_ingress", GroupId=network.group, IpPermissions=[SSH | one for one in permissions]
    )


def twice(aws: Bench, operation: str, **parameters: Any) -> Refused:
    getattr(aws.ec2, operation)(**parameters)
    return aws.refused(operation, **parameters)


def group_of_another_vpc(aws: Bench, network: Network) -> Refused:
    return run(aws, network, SecurityGroupIds=[aws.network("10.1.0.0/16").group])


def used_group(aws: Bench, network: Network) -> Refused:
    aws.launch(network)
    return aws.refused("delete_security_group", GroupId=network.group)


def referenced_group(aws: Bench, network: Network) -> Refused:
    other = aws.ec2.create_security_group(GroupName="other", Description="d", VpcId=network.vpc)["GroupId"]
    source = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": network.group}]}
    aws.ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[source])
    return aws.refused("delete_security_group", GroupId=network.group)


def default_group(aws: Bench, network: Network) -> Refused:
    of_vpc = [{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    found = aws.ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"][0]["GroupId"]
    return aws.refused("delete_security_group", GroupId=found)


def used_subnet(aws: Bench, network: Network) -> Refused:
    aws.launch(network)
    return aws.refused("delete_subnet", SubnetId=network.subnet)


def vpc_with_gateway(aws: Bench, _: Network) -> Refused:
    vpc = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    aws.gateway(vpc)
    return aws.refused("delete_vpc", VpcId=vpc)


def vpc_with_group(aws: Bench, network: Network) -> Refused:
    aws.ec2.delete_subnet(SubnetId=network.subnet)
    return aws.refused("delete_vpc", VpcId=network.vpc)


def gateway_of_mapped_address(aws: Bench, network: Network) -> Refused:
    gateway = aws.gateway(network.vpc)
    aws.launch(network)
    return aws.refused("detach_internet_gateway", InternetGatewayId=gateway, VpcId=network.vpc)


def second_gateway(aws: Bench, network: Network) -> Refused:
    aws.gateway(network.vpc)
    other = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    return aws.refused("attach_internet_gateway", InternetGatewayId=other, VpcId=network.vpc)


def route_to_foreign_gateway(aws: Bench, network: Network) -> Refused:
    gateway = aws.gateway(aws.network("10.1.0.0/16").vpc)
    return aws.refused(
        "create_route", RouteTableId=main_table(aws, network), DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
    )


def second_route(aws: Bench, network: Network) -> Refused:
    asked = {"RouteTableId": main_table(aws, network), "DestinationCidrBlock": "0.0.0.0/0"}
    return twice(aws, "create_route", **asked, GatewayId=aws.gateway(network.vpc))


def main_table(aws: Bench, network: Network) -> str:
    of_vpc = [{"Name": "vpc-id", "Values": [network.vpc]}]
    return str(aws.ec2.describe_route_tables(Filters=of_vpc)["RouteTables"][0]["RouteTableId"])


def attached_interface(aws: Bench, network: Network) -> Refused:
    interface = aws.launch(network)["NetworkInterfaces"][0]["NetworkInterfaceId"]
    return aws.refused("delete_network_interface", NetworkInterfaceId=interface)


def attached_volume(aws: Bench, network: Network) -> Refused:
    aws.launch(network)
    volume = aws.ec2.describe_volumes()["Volumes"][0]["VolumeId"]
    return aws.refused("delete_volume", VolumeId=volume)


def full_subnet(aws: Bench, network: Network) -> Refused:
    small = aws.ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.0.200.0/28")["Subnet"]["SubnetId"]
    return run(aws, network, SubnetId=small, MinCount=12, MaxCount=12)


def too_many_groups(aws: Bench, network: Network) -> Refused:
    made = [
        aws.ec2.create_security_group(GroupName=f"g{number}", Description="d", VpcId=network.vpc)["GroupId"]
        for number in range(6)
    ]
    return run(aws, network, SecurityGroupIds=made)


def beyond_quota(aws: Bench, operation: str, quota: str, **parameters: Any) -> Refused:
    kept = aws.twin.quotas[quota]
    aws.twin.quotas[quota] = 0
    try:
        return aws.refused(operation, **parameters)
    finally:
        aws.twin.quotas[quota] = kept


def protected(aws: Bench, network: Network) -> Refused:
    instance = aws.running(network)
    aws.ec2.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": True})
    return aws.refused("terminate_instances", InstanceIds=[instance])


def resized_while_running(aws: Bench, network: Network) -> Refused:
    instance = aws.running(network)
    return aws.refused("modify_instance_attribute", InstanceId=instance, InstanceType={"Value": "t3.small"})


def tagged(aws: Bench, *tags: tuple[str, str], kind: str = "vpc") -> Refused:
    listed = [{"Key": key, "Value": value} for key, value in tags]
    specification = [{"ResourceType": kind, "Tags": listed}]
    return aws.refused("create_vpc", CidrBlock="10.0.0.0/16", TagSpecifications=specification)


def unknown(operation: str, **parameters: Any) -> Case:
    return lambda aws, network: aws.refused(operation, **parameters)


def disk(size: int) -> list[dict[str, Any]]:
    return [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": size}}]


TABLE: dict[str, tuple[Case, str, str]] = {
    # ids
    "a malformed VPC id": (unknown("delete_vpc", VpcId="vpc-x"), "InvalidVpcID.Malformed", "codes"),
    "an unknown VPC": (unknown("delete_vpc", VpcId=f"vpc-{UNKNOWN}"), "InvalidVpcID.NotFound", "codes"),
    "an unknown VPC is described": (
        unknown("describe_vpcs", VpcIds=[f"vpc-{UNKNOWN}"]),
        "InvalidVpcID.NotFound",
        "codes",
    ),
    "a malformed subnet id": (unknown("delete_subnet", SubnetId="10.0.0.0/24"), "InvalidSubnetID.Malformed", "codes"),
    "an unknown subnet": (
        lambda aws, network: run(aws, network, SubnetId=f"subnet-{UNKNOWN}", SecurityGroupIds=None),
        "InvalidSubnetID.NotFound",
        "codes",
    ),
    "a malformed group id": (
        unknown("describe_security_groups", GroupIds=["my-group"]),
        "InvalidGroupId.Malformed",
        "codes",
    ),
    "an unknown group": (
        lambda aws, network: run(aws, network, SecurityGroupIds=[f"sg-{UNKNOWN}"]),
        "InvalidGroup.NotFound",
        "codes",
    ),
    "an unknown group of an interface": (
        lambda aws, network: run(
            aws,
            network,
            SubnetId=None,
            SecurityGroupIds=None,
            NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": network.subnet, "Groups": [f"sg-{UNKNOWN}"]}],
        ),
        "InvalidGroup.NotFound",
        "codes",
    ),
    "an unknown source group": (
        lambda aws, network: allow(aws, network, {"IpRanges": [], "UserIdGroupPairs": [{"GroupId": f"sg-{UNKNOWN}"}]}),
        "InvalidGroup.NotFound",
        "codes",
    ),
    "a malformed instance id": (
        unknown("describe_instances", InstanceIds=["vm-1"]),
        "InvalidInstanceID.Malformed",
        "codes",
    ),
    "an unknown instance": (
        unknown("stop_instances", InstanceIds=[f"i-{UNKNOWN}"]),
        "InvalidInstanceID.NotFound",
        "codes",
    ),
    "a malformed image id": (
        lambda aws, network: run(aws, network, ImageId="ubuntu"),
        "InvalidAMIID.Malformed",
        "codes",
    ),
    "an unknown image": (
        lambda aws, network: run(aws, network, ImageId=f"ami-{UNKNOWN}"),
        "InvalidAMIID.NotFound",
        "codes",
    ),
    "a malformed gateway id": (
        unknown("delete_internet_gateway", InternetGatewayId="igw"),
        "InvalidInternetGatewayId.Malformed",
        "codes",
    ),
    "an unknown gateway": (
        unknown("delete_internet_gateway", InternetGatewayId=f"igw-{UNKNOWN}"),
        "InvalidInternetGatewayID.NotFound",
        "codes",
    ),
    "an unknown volume": (
        unknown("describe_volumes", VolumeIds=[f"vol-{UNKNOWN}"]),
        "InvalidVolume.NotFound",
        "codes",
    ),
    # VPCs and subnets
    "a VPC larger than /16": (unknown("create_vpc", CidrBlock="10.0.0.0/15"), "InvalidVpc.Range", VPC_RANGE),
    "a VPC smaller than /28": (unknown("create_vpc", CidrBlock="10.0.0.0/29"), "InvalidVpc.Range", VPC_RANGE),
    "a CIDR that is none": (unknown("create_vpc", CidrBlock="10.0.0.0"), "InvalidParameterValue", "CreateVpc"),
    "a subnet outside its VPC": (
        lambda aws, network: subnet(aws, network, "10.1.0.0/24"),
        "InvalidSubnet.Range",
        "CreateSubnet",
    ),
    "a subnet smaller than /28": (
        lambda aws, network: subnet(aws, network, "10.0.9.0/29"),
        "InvalidSubnet.Range",
        "codes",
    ),
    "an overlapping subnet": (
        lambda aws, network: subnet(aws, network, "10.0.0.128/25"),
        "InvalidSubnet.Conflict",
        "codes",
    ),
    "a zone of another region": (
        lambda aws, network: subnet(aws, network, "10.0.9.0/24", AvailabilityZone="eu-west-1a"),
        "InvalidParameterValue",
        "CreateSubnet",
    ),
    "a VPC beyond the quota": (
        lambda aws, network: beyond_quota(aws, "create_vpc", "vpcs", CidrBlock="10.0.0.0/16"),
        "VpcLimitExceeded",
        "codes",
    ),
    "a subnet beyond the quota": (
        lambda aws, network: beyond_quota(aws, "create_subnet", "subnets", VpcId=network.vpc, CidrBlock="10.0.9.0/24"),
        "SubnetLimitExceeded",
        "codes",
    ),
    # in use
    "a VPC with a subnet is deleted": (
        lambda aws, network: aws.refused("delete_vpc", VpcId=network.vpc),
        "DependencyViolation",
        "DeleteVpc",
    ),
    "a VPC with a gateway is deleted": (vpc_with_gateway, "DependencyViolation", "DeleteVpc"),
    "a VPC with a group is deleted": (vpc_with_group, "DependencyViolation", "DeleteVpc"),
    "a subnet with an instance is deleted": (used_subnet, "DependencyViolation", "DeleteSubnet"),
    "a group of an instance is deleted": (used_group, "DependencyViolation", "DeleteSecurityGroup"),
    "a group that another names is deleted": (referenced_group, "DependencyViolation", "DeleteSecurityGroup"),
    "the default group is deleted": (default_group, "CannotDelete", "codes"),
    "an attached gateway is deleted": (
        lambda aws, network: aws.refused("delete_internet_gateway", InternetGatewayId=aws.gateway(network.vpc)),
        "DependencyViolation",
        "DeleteInternetGateway",
    ),
    "a gateway of mapped addresses is detached": (
        gateway_of_mapped_address,
        "DependencyViolation",
        "DetachInternetGateway",
    ),
    "an attached interface is deleted": (attached_interface, "InvalidNetworkInterface.InUse", "codes"),
    "an attached volume is deleted": (attached_volume, "VolumeInUse", "codes"),
    # gateways and routes
    "a gateway is attached twice": (
        lambda aws, network: aws.refused(
            "attach_internet_gateway", InternetGatewayId=aws.gateway(network.vpc), VpcId=network.vpc
        ),
        "Resource.AlreadyAssociated",
        "codes",
    ),
    "a second gateway for a VPC": (second_gateway, "InvalidParameterValue", "AttachInternetGateway"),
    "a gateway is detached from a VPC that has it not": (
        lambda aws, network: aws.refused(
            "detach_internet_gateway",
            InternetGatewayId=aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"],
            VpcId=network.vpc,
        ),
        "Gateway.NotAttached",
        "codes",
    ),
    "a route to another VPC's gateway": (route_to_foreign_gateway, "InvalidParameterValue", "CreateRoute"),
    "a route that is there": (second_route, "RouteAlreadyExists", "codes"),
    # groups
    "a group named as ids are": (
        lambda aws, network: group(aws, network, "sg-mine"),
        "InvalidParameterValue",
        "CreateSecurityGroup",
    ),
    "a group named default": (lambda aws, network: group(aws, network, "default"), "InvalidGroup.Reserved", "codes"),
    "a group of a name taken": (lambda aws, network: group(aws, network, "group"), "InvalidGroup.Duplicate", "codes"),
    "a group's name of 256 characters": (
        lambda aws, network: group(aws, network, "g" * 256),
        "InvalidParameterValue",
        "CreateSecurityGroup",
    ),
    "a group's name beyond ASCII": (
        lambda aws, network: group(aws, network, "größe"),
        "InvalidParameterValue",
        "CreateSecurityGroup",
    ),
    "a group's description with a question mark": (
        lambda aws, network: group(aws, network, "fine", "why?"),
        "InvalidParameterValue",
        "CreateSecurityGroup",
    ),
    "a rule that is there": (
        lambda aws, network: twice(aws, "authorize_security_group_ingress", GroupId=network.group, IpPermissions=[SSH]),
        "InvalidPermission.Duplicate",
        "codes",
    ),
    "a rule given twice": (lambda aws, network: allow(aws, network, {}, {}), "InvalidParameterValue", "codes"),
    "a rule without ports": (
        lambda aws, network: aws.refused(
            "authorize_security_group_ingress",
            GroupId=network.group,
            IpPermissions=[{"IpProtocol": "tcp", "IpRanges": SSH["IpRanges"]}],
        ),
        "InvalidParameterValue",
        "IpPermission",
    ),
    "a port above 65535": (
        lambda aws, network: allow(aws, network, {"ToPort": 65536}),
        "InvalidParameterValue",
        "IpPermission",
    ),
    "ports the wrong way round": (
        lambda aws, network: allow(aws, network, {"FromPort": 80, "ToPort": 22}),
        "InvalidParameterValue",
        "IpPermission",
    ),
    "a rule for no CIDR": (
        lambda aws, network: allow(aws, network, {"IpRanges": [{"CidrIp": "10.0.0.0/33"}]}),
        "InvalidParameterValue",
        "IpRange",
    ),
    "a rule that is not there is revoked": (
        lambda aws, network: aws.refused("revoke_security_group_ingress", GroupId=network.group, IpPermissions=[SSH]),
        "InvalidPermission.NotFound",
        "codes",
    ),
    # key pairs
    "a key pair of a name taken": (
        lambda aws, network: twice(aws, "import_key_pair", KeyName="k", PublicKeyMaterial=PUBLIC_KEY.encode()),
        "InvalidKeyPair.Duplicate",
        "codes",
    ),
    "a key that is none": (
        unknown("import_key_pair", KeyName="k", PublicKeyMaterial=b"ssh-rsa AAAA"),
        "InvalidKeyPair.Format",
        "codes",
    ),
    "a key of a type that EC2 does not import": (
        unknown("import_key_pair", KeyName="k", PublicKeyMaterial=b"ecdsa-sha2-nistp256 AAAAE2VjZHNh"),
        "InvalidKeyPair.Format",
        "ImportKeyPair",
    ),
    "a key pair's name with blanks at its end": (
        unknown("create_key_pair", KeyName="k "),
        "InvalidParameterValue",
        "CreateKeyPair",
    ),
    "an unknown key pair is described": (
        unknown("describe_key_pairs", KeyNames=["nobody"]),
        "InvalidKeyPair.NotFound",
        "codes",
    ),
    # instances
    "an unknown key pair": (
        lambda aws, network: run(aws, network, KeyName="nobody"),
        "InvalidKeyPair.NotFound",
        "codes",
    ),
    "an unknown instance type": (
        lambda aws, network: run(aws, network, InstanceType="t3.gigantic"),
        "InvalidParameterValue",
        "RunInstances",
    ),
    "an unknown instance type is described": (
        unknown("describe_instance_types", InstanceTypes=["t3.gigantic"]),
        "InvalidInstanceType",
        "codes",
    ),
    "an image for other processors": (
        lambda aws, network: run(aws, network, ImageId=ARM_IMAGE),
        "InvalidParameterValue",
        "RunInstances",
    ),
    "a group of another VPC than the subnet's": (group_of_another_vpc, "InvalidParameter", "codes"),
    "a zone other than the subnet's": (
        lambda aws, network: run(aws, network, Placement={"AvailabilityZone": "us-east-1a"}),
        "InvalidParameterValue",
        "RunInstances",
    ),
    "groups beside interfaces": (
        lambda aws, network: run(
            aws, network, SubnetId=None, NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": network.subnet}]
        ),
        "InvalidParameterCombination",
        "RunInstances",
    ),
    "more groups than an interface may have": (too_many_groups, "SecurityGroupsPerInterfaceLimitExceeded", "codes"),
    "more instances than the subnet has addresses": (full_subnet, "InsufficientFreeAddressesInSubnet", "codes"),
    "more at least than at most": (
        lambda aws, network: run(aws, network, MinCount=2),
        "InvalidParameterValue",
        "RunInstances",
    ),
    "a disk smaller than the image": (
        lambda aws, network: run(aws, network, BlockDeviceMappings=disk(1)),
        "InvalidBlockDeviceMapping",
        "codes",
    ),
    "user data beyond 16 KiB": (
        lambda aws, network: run(aws, network, UserData=base64.b64encode(b"x" * 16385).decode()),
        "InvalidParameterValue",
        "RunInstances",
    ),
    "an instance beyond the quota": (
        lambda aws, network: beyond_quota(
            aws, "run_instances", "instances", ImageId=IMAGE, InstanceType=TYPE, MinCount=1, MaxCount=1
        ),
        "InstanceLimitExceeded",
        "codes",
    ),
    "a protected instance is terminated": (protected, "OperationNotPermitted", "codes"),
    "a running instance gets another type": (resized_while_running, "IncorrectInstanceState", "codes"),
    # tags
    "a tag of Amazon's": (lambda aws, network: tagged(aws, ("aws:name", "x")), "InvalidParameterValue", "Tag"),
    "a tag given twice": (
        lambda aws, network: tagged(aws, ("a", "1"), ("a", "2")),
        "InvalidParameterValue",
        "Tag restrictions",
    ),
    "51 tags": (
        lambda aws, network: tagged(aws, *((f"k{number}", "v") for number in range(51))),
        "TagLimitExceeded",
        "codes",
    ),
    "tags for what the call does not make": (
        lambda aws, network: tagged(aws, ("a", "1"), kind="subnet"),
        "InvalidParameterValue",
        "CreateVpc",
    ),
    # lists
    "fewer than 5 results": (unknown("describe_instances", MaxResults=4), "InvalidParameterValue", "DescribeInstances"),
    "more than 1000 results": (unknown("describe_vpcs", MaxResults=1001), "InvalidParameterValue", "DescribeVpcs"),
    "more than 100 instance types": (
        unknown("describe_instance_types", MaxResults=101),
        "InvalidParameterValue",
        "DescribeInstanceTypes",
    ),
    "pages of ids": (
        unknown("describe_instances", MaxResults=5, InstanceIds=[f"i-{UNKNOWN}"]),
        "InvalidParameterCombination",
        "DescribeInstances",
    ),
    "a token that nobody gave": (unknown("describe_vpcs", NextToken="abc"), "InvalidNextToken", "codes"),
    "a filter that is none": (
        unknown("describe_vpcs", Filters=[{"Name": "colour", "Values": ["red"]}]),
        "InvalidParameterValue",
        "DescribeVpcs",
    ),
    "201 values of a filter": (
        unknown("describe_vpcs", Filters=[{"Name": "vpc-id", "Values": [str(number) for number in range(201)]}]),
        "FilterLimitExceeded",
        "Filter your resources",
    ),
}


@pytest.mark.parametrize(("case", "code", "source"), TABLE.values(), ids=TABLE)
def test_ec2_refuses(aws: Bench, network: Network, case: Case, code: str, source: str) -> None:
    refused = case(aws, network)
    assert (refused.code, refused.status) == (code, 400), f"by {source}: {refused}"
    assert refused.message
