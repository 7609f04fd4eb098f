"""What EC2 refuses, with the code that its documents give or that it has been seen to answer.

How the sources were checked, in November 2026:

- "codes": the row was read against "Error codes for the Amazon EC2 API" (EC2 Developer Guide); the entry of this code
  describes the situation.
- an action's name: the action's page (EC2 API Reference, as botocore's model has it) names the code for the situation.
- "limit: …": that page, or a page of the user guide, has the limit, but no code; the code is the general one of
  "codes" for a value, or a combination of parameters, that is not valid.
- "owner/repository#number": an issue or pull request that quotes an answer of the real service with this code. Such an
  answer decides where it contradicts "codes": InvalidVpc.Range (spelled InvalidVpcRange there), a group named
  "default" (InvalidGroup.Reserved), InvalidKey.Format (InvalidKeyPair.Format), an interface in use
  (InvalidNetworkInterface.InUse, "you may also receive InvalidParameterValue"), a token that is none
  (InvalidNextToken), a tag of Amazon's (InvalidTagKey.Malformed).

For the rows of UNSOURCED neither was found: they are the twin's guess.
"""

from __future__ import annotations

import base64
import re

import pytest

from .bench import ARM_IMAGE, IMAGE, PUBLIC_KEY, TYPE, Bench, Network
from .cases import (
    SSH,
    UNKNOWN,
    Case,
    allow,
    attached_interface,
    attached_volume,
    beyond_quota,
    default_group,
    disk,
    full_subnet,
    gateway_of_mapped_address,
    group,
    group_of_another_vpc,
    protected,
    rebooted_while_stopped,
    referenced_group,
    resized_while_running,
    route_to_foreign_gateway,
    run,
    second_gateway,
    second_route,
    stopped_too_early,
    subnet,
    tagged,
    terminated,
    too_many_groups,
    twice,
    unknown,
    used_group,
    used_subnet,
    vpc_with_gateway,
    vpc_with_group,
)

SOURCE = re.compile(r"codes|(limit: )?[A-Z][A-Za-z ]+|[\w.-]+/[\w.-]+#\d+")

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
    "a VPC larger than /16": (unknown("create_vpc", CidrBlock="10.0.0.0/15"), "InvalidVpc.Range", "grycap/im#1011"),
    "a VPC smaller than /28": (unknown("create_vpc", CidrBlock="10.0.0.0/29"), "InvalidVpc.Range", "codes"),
    "a CIDR that is none": (unknown("create_vpc", CidrBlock="10.0.0.0"), "InvalidParameterValue", "limit: CreateVpc"),
    "a subnet outside its VPC": (
        lambda aws, network: subnet(aws, network, "10.1.0.0/24"),
        "InvalidSubnet.Range",
        "pulumi/pulumi-awsx#111",
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
        "TheSudoYT/terraform-aws-palworld#9",
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
        "codes",
    ),
    "a VPC with a gateway is deleted": (vpc_with_gateway, "DependencyViolation", "codes"),
    "a VPC with a group is deleted": (vpc_with_group, "DependencyViolation", "codes"),
    "a subnet with an instance is deleted": (used_subnet, "DependencyViolation", "codes"),
    "a group of an instance is deleted": (used_group, "DependencyViolation", "DeleteSecurityGroup"),
    "a group that another names is deleted": (referenced_group, "DependencyViolation", "DeleteSecurityGroup"),
    "the default group is deleted": (default_group, "CannotDelete", "codes"),
    "an attached gateway is deleted": (
        lambda aws, network: aws.refused("delete_internet_gateway", InternetGatewayId=aws.gateway(network.vpc)),
        "DependencyViolation",
        "ernestio/ernest#333",
    ),
    "a gateway of mapped addresses is detached": (
        gateway_of_mapped_address,
        "DependencyViolation",
        "prabhatsharma/kubernetes-the-hard-way-aws#16",
    ),
    "an attached interface is deleted": (
        attached_interface,
        "InvalidParameterValue",
        "gruntwork-io/cloud-nuke#1132",
    ),
    "an attached volume is deleted": (attached_volume, "VolumeInUse", "codes"),
    # gateways and routes
    "a gateway is attached twice": (
        lambda aws, network: aws.refused(
            "attach_internet_gateway", InternetGatewayId=aws.gateway(network.vpc), VpcId=network.vpc
        ),
        "Resource.AlreadyAssociated",
        "codes",
    ),
    "a second gateway for a VPC": (
        second_gateway,
        "InvalidParameterValue",
        "binlab/terraform-aws-vault-ha-raft#54",
    ),
    "a gateway is detached from a VPC that has it not": (
        lambda aws, network: aws.refused(
            "detach_internet_gateway",
            InternetGatewayId=aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"],
            VpcId=network.vpc,
        ),
        "Gateway.NotAttached",
        "codes",
    ),
    "a route to another VPC's gateway": (
        route_to_foreign_gateway,
        "InvalidParameterValue",
        "smoketurner/serverless-vpc-plugin#147",
    ),
    "a route that is there": (second_route, "RouteAlreadyExists", "codes"),
    # groups
    "a group named as ids are": (
        lambda aws, network: group(aws, network, "sg-mine"),
        "InvalidParameterValue",
        "pulumi/pulumi-awsx#328",
    ),
    "a group named default": (
        lambda aws, network: group(aws, network, "default"),
        "InvalidParameterValue",
        "hashicorp/terraform#17343",
    ),
    "a group of a name taken": (lambda aws, network: group(aws, network, "group"), "InvalidGroup.Duplicate", "codes"),
    "a group's name of 256 characters": (
        lambda aws, network: group(aws, network, "g" * 256),
        "InvalidParameterValue",
        "limit: CreateSecurityGroup",
    ),
    "a group's name beyond ASCII": (
        lambda aws, network: group(aws, network, "größe"),
        "InvalidParameterValue",
        "limit: CreateSecurityGroup",
    ),
    "a group's description beyond ASCII": (
        lambda aws, network: group(aws, network, "fine", "größe"),
        "InvalidParameterValue",
        "hashicorp/terraform-provider-aws#43854",
    ),
    "a group's description with a question mark": (
        lambda aws, network: group(aws, network, "fine", "why?"),
        "InvalidParameterValue",
        "cds-snc/notification-terraform#561",
    ),
    "a rule that is there": (
        lambda aws, network: twice(aws, "authorize_security_group_ingress", GroupId=network.group, IpPermissions=[SSH]),
        "InvalidPermission.Duplicate",
        "codes",
    ),
    "a rule given twice": (
        lambda aws, network: allow(aws, network, {}, {}),
        "InvalidParameterValue",
        "input-output-hk/bitte#24",
    ),
    "a rule without ports": (
        lambda aws, network: aws.refused(
            "authorize_security_group_ingress",
            GroupId=network.group,
            IpPermissions=[{"IpProtocol": "tcp", "IpRanges": SSH["IpRanges"]}],
        ),
        "InvalidParameterValue",
        "aws/aws-sdk-go-v2#1203",
    ),
    "a rule for no CIDR": (
        lambda aws, network: allow(aws, network, {"IpRanges": [{"CidrIp": "10.0.0.0/33"}]}),
        "InvalidParameterValue",
        "aws/aws-cli#2428",
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
        "InvalidKey.Format",
        "trailofbits/algo#376",
    ),
    "a key of a type that EC2 does not import": (
        unknown("import_key_pair", KeyName="k", PublicKeyMaterial=b"ecdsa-sha2-nistp256 AAAAE2VjZHNh"),
        "InvalidKey.Format",
        "StreisandEffect/streisand#1171",
    ),
    "a key pair's name beyond ASCII": (
        unknown("create_key_pair", KeyName="größe"),
        "InvalidParameterValue",
        "limit: CreateKeyPair",
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
        "CloudSlang/cs-actions#308",
    ),
    "an unknown instance type is described": (
        unknown("describe_instance_types", InstanceTypes=["t3.gigantic"]),
        "InvalidInstanceType",
        "scylladb/scylla-cluster-tests#12419",
    ),
    "an image for other processors": (
        lambda aws, network: run(aws, network, ImageId=ARM_IMAGE),
        "InvalidParameterValue",
        "skypilot-org/skypilot#6315",
    ),
    "a group of another VPC than the subnet's": (group_of_another_vpc, "InvalidParameter", "codes"),
    "a zone other than the subnet's": (
        lambda aws, network: run(aws, network, Placement={"AvailabilityZone": "us-east-1a"}),
        "InvalidParameterValue",
        "hashicorp/terraform-provider-aws#13999",
    ),
    "groups beside interfaces": (
        lambda aws, network: run(
            aws, network, SubnetId=None, NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": network.subnet}]
        ),
        "InvalidParameterCombination",
        "aws/aws-sdk-ruby#662",
    ),
    "more groups than an interface may have": (too_many_groups, "SecurityGroupsPerInterfaceLimitExceeded", "codes"),
    "more instances than the subnet has addresses": (full_subnet, "InsufficientFreeAddressesInSubnet", "codes"),
    "no instance at most": (
        lambda aws, network: run(aws, network, MinCount=0, MaxCount=0),
        "InvalidParameterValue",
        "jenkinsci/ec2-plugin#252",
    ),
    "a disk smaller than the image": (
        lambda aws, network: run(aws, network, BlockDeviceMappings=disk(1)),
        "InvalidBlockDeviceMapping",
        "codes",
    ),
    "user data beyond 16 KiB": (
        lambda aws, network: run(aws, network, UserData=base64.b64encode(b"x" * 16385).decode()),
        "InvalidParameterValue",
        "supergiant/capacity#148",
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
    "an instance that has not come up is stopped": (
        stopped_too_early,
        "IncorrectInstanceState",
        "cloud-custodian/cloud-custodian#6014",
    ),
    "a terminated instance is started": (
        lambda aws, network: aws.refused("start_instances", InstanceIds=[terminated(aws, network)]),
        "IncorrectInstanceState",
        "codes",
    ),
    "a stopped instance is rebooted": (rebooted_while_stopped, "IncorrectInstanceState", "codes"),
    # tags
    "a tag of Amazon's": (
        lambda aws, network: tagged(aws, network, ("aws:name", "x")),
        "InvalidParameterValue",
        "jcjorel/ec2-spot-converter#13",
    ),
    "a tag of Amazon's for what is there": (
        lambda aws, network: aws.refused(
            "create_tags", Resources=[network.vpc], Tags=[{"Key": "aws:name", "Value": "x"}]
        ),
        "InvalidParameterValue",
        "cloud-custodian/cloud-custodian#5975",
    ),
    "a tag given twice": (
        lambda aws, network: tagged(aws, network, ("a", "1"), ("a", "2")),
        "InvalidParameterValue",
        "scylladb/scylla-cluster-tests#1532",
    ),
    "51 tags": (
        lambda aws, network: tagged(aws, network, *((f"k{number}", "v") for number in range(51))),
        "TagLimitExceeded",
        "codes",
    ),
    "tags for what the call does not make": (
        lambda aws, network: tagged(aws, network, ("a", "1"), kind="vpc"),
        "InvalidParameterValue",
        "aws/aws-cli#2865",
    ),
    # lists
    "fewer than 5 results": (
        unknown("describe_instances", MaxResults=4),
        "InvalidParameterValue",
        "aws/aws-sdk-ruby#2575",
    ),
    "more than 1000 results": (
        unknown("describe_vpcs", MaxResults=1001),
        "InvalidParameterValue",
        "limit: DescribeVpcs",
    ),
    "more than 100 instance types": (
        unknown("describe_instance_types", MaxResults=101),
        "InvalidParameterValue",
        "limit: DescribeInstanceTypes",
    ),
    "pages of ids": (
        unknown("describe_instances", MaxResults=5, InstanceIds=[f"i-{UNKNOWN}"]),
        "InvalidParameterCombination",
        "limit: DescribeInstances",
    ),
    "a token that nobody gave": (
        unknown("describe_vpcs", NextToken="abc"),
        "InvalidParameterValue",
        "boto/boto3#2673",
    ),
    "a filter that is none": (
        unknown("describe_vpcs", Filters=[{"Name": "colour", "Values": ["red"]}]),
        "InvalidParameterValue",
        "boto/boto3#1299",
    ),
    "201 values of a filter": (
        unknown("describe_vpcs", Filters=[{"Name": "vpc-id", "Values": [str(number) for number in range(201)]}]),
        "FilterLimitExceeded",
        "codes",
    ),
}

UNSOURCED: dict[str, tuple[Case, str]] = {
    # An ICMP code out of range was told so (terraform-aws-modules/terraform-aws-security-group#7), but a TCP port, two
    # years before, as InvalidPermission.Malformed (boto/boto3#336).
    "a port above 65535": (lambda aws, network: allow(aws, network, {"ToPort": 65536}), "InvalidParameterValue"),
    "ports the wrong way round": (
        lambda aws, network: allow(aws, network, {"FromPort": 80, "ToPort": 22}),
        "InvalidParameterValue",
    ),
    "a key pair's name with blanks at its end": (unknown("create_key_pair", KeyName="k "), "InvalidParameterValue"),
    "more at least than at most": (lambda aws, network: run(aws, network, MinCount=2), "InvalidParameterValue"),
}


@pytest.mark.parametrize(("case", "code", "source"), TABLE.values(), ids=TABLE)
def test_ec2_refuses(aws: Bench, network: Network, case: Case, code: str, source: str) -> None:
    refused = case(aws, network)
    assert (refused.code, refused.status) == (code, 400), f"by {source}: {refused}"
    assert refused.message


@pytest.mark.parametrize(("case", "code"), UNSOURCED.values(), ids=UNSOURCED)
def test_the_twin_refuses(aws: Bench, network: Network, case: Case, code: str) -> None:
    refused = case(aws, network)
    assert (refused.code, refused.status) == (code, 400), refused
    assert refused.message


def test_each_row_names_a_source_that_can_be_looked_up() -> None:
    assert [name for name, (_, _, source) in TABLE.items() if not SOURCE.fullmatch(source)] == []
