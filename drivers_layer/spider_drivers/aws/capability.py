"""What the driver says of itself. Each verb's IAM actions are complete: they allow it and nothing more is asked for."""

from __future__ import annotations

from ..contract import CA, ENDPOINT, Capability, Key, KindCapability
from .building import LAG_SECONDS


def _ec2(actions: str) -> tuple[str, ...]:
    return tuple(f"ec2:{action}" for action in actions.split())


def _kind(max_name: int, pattern: str, rule: str, **verbs: str) -> KindCapability:
    return KindCapability(
        max_name=max_name,
        name_pattern=pattern,
        name_rule=rule,
        lag_seconds=LAG_SECONDS if "create" in verbs else 0.0,
        permissions={verb: _ec2(actions) for verb, actions in verbs.items()},
    )


# A name is the value of the tag Name: up to 256 characters, any of them.
_TAG = r"(?s).+", ""
_GROUP = (
    r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+",
    "has characters other than a-z, A-Z, 0-9, space and ._-:/()#,@[]+=&;{}!$*",
)
_KEY = r"[!-~]([ -~]*[!-~])?", "has characters that are not ASCII, or blanks at an end"

_VPC_READ = "DescribeVpcs DescribeSubnets"
_GROUP_USERS = "DescribeNetworkInterfaces DescribeSecurityGroups"
_VM_GET = "DescribeInstances DescribeVolumes"
_TAG_CHANGE = "CreateTags DeleteTags"
_REGIONS = "DescribeRegions DescribeAvailabilityZones"

CAPABILITY = Capability(
    credential_keys=(
        Key("ClientId", ("aws_access_key_id",)),
        Key("ClientSecret", ("aws_secret_access_key",)),
        Key("StsToken", ("aws_session_token",), required=False),
    ),
    region_keys=(Key("Region"), Key("Zone", required=False), ENDPOINT, CA),
    kinds={
        "image": _kind(255, *_TAG, create="DescribeImages", list="DescribeImages", get="DescribeImages"),
        "spec": _kind(255, *_TAG, list="DescribeInstanceTypes", get="DescribeInstanceTypes"),
        "vpc": _kind(
            255,
            *_TAG,
            create=f"CreateVpc CreateInternetGateway AttachInternetGateway CreateRoute CreateSubnet CreateTags "
            f"{_VPC_READ} DescribeInternetGateways DescribeRouteTables",
            list=_VPC_READ,
            get=_VPC_READ,
            delete=f"{_VPC_READ} {_GROUP_USERS} DescribeInternetGateways DescribeRouteTables DescribeNetworkAcls "
            "DescribeVpcEndpoints DescribeVpcPeeringConnections DescribeVpnGateways "
            "DeleteSubnet DetachInternetGateway DeleteInternetGateway DeleteVpc",
            add_subnet=f"CreateSubnet CreateTags {_VPC_READ}",
            remove_subnet=f"{_VPC_READ} DescribeNetworkInterfaces DeleteSubnet",
            tag=f"{_TAG_CHANGE} {_VPC_READ}",
        ),
        "security_group": _kind(
            255,
            *_GROUP,
            create="CreateSecurityGroup CreateTags AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress "
            "RevokeSecurityGroupEgress DescribeSecurityGroups",
            list="DescribeSecurityGroups",
            get="DescribeSecurityGroups",
            delete=f"{_GROUP_USERS} DeleteSecurityGroup",
            # Of the opposite calls only what takes inbound rules back when EC2 refuses the outbound ones.
            add_rules="DescribeSecurityGroups AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress "
            "RevokeSecurityGroupIngress",
            remove_rules="DescribeSecurityGroups RevokeSecurityGroupIngress RevokeSecurityGroupEgress "
            "AuthorizeSecurityGroupIngress",
            tag=f"{_TAG_CHANGE} DescribeSecurityGroups",
        ),
        "key_pair": _kind(
            255,
            *_KEY,
            create="ImportKeyPair CreateTags DescribeKeyPairs",
            list="DescribeKeyPairs",
            get="DescribeKeyPairs",
            delete="DescribeKeyPairs DeleteKeyPair",
            tag=f"{_TAG_CHANGE} DescribeKeyPairs",
        ),
        "vm": _kind(
            255,
            *_TAG,
            create=f"RunInstances CreateTags {_VM_GET} DescribeImages DescribeInstanceTypes DescribeKeyPairs",
            list="DescribeInstances",
            get=_VM_GET,
            delete="DescribeInstances DescribeNetworkInterfaces TerminateInstances",
            suspend="DescribeInstances StopInstances",
            resume="DescribeInstances StartInstances",
            reboot="DescribeInstances RebootInstances",
            tag=f"{_TAG_CHANGE} DescribeInstances",
        ),
        "region_zone": _kind(255, *_TAG, list=_REGIONS, get=_REGIONS),
    },
    tagged=frozenset({"vpc", "subnet", "security_group", "key_pair", "vm"}),
    default_network=True,
    default_regions=("us-east-1",),
    marked=_ec2(f"{_VPC_READ} DescribeInternetGateways DescribeSecurityGroups DescribeKeyPairs DescribeInstances"),
)
