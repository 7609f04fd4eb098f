"""What the driver says of itself. Each verb's RAM actions are complete: they allow it and nothing more is asked for."""

from __future__ import annotations

from ..contract import CA, ENDPOINT, Capability, Key, KindCapability

# How late lists show what was made, Alibaba does not say. 30 s is a safe guess.
LAG_SECONDS = 30.0

# How a VM is stopped: in economical mode, in which it is not paid for and may lose its public address, or not.
STOPPED_MODE = "StoppedMode"
STOPPED_MODES = ("StopCharging", "KeepCharging")


def _kind(max_name: int, pattern: str, rule: str, **verbs: str) -> KindCapability:
    """`verbs`: RAM actions, separated by blanks."""
    return KindCapability(
        max_name=max_name,
        name_pattern=pattern,
        name_rule=rule,
        lag_seconds=LAG_SECONDS if "create" in verbs else 0.0,
        permissions={verb: tuple(actions.split()) for verb, actions in verbs.items()},
    )


# The API references' pages of the creating operations.
_ANY = r"(?s).+", ""
_NETWORK = r"(?!https?://).{1,128}", "begins with http:// or https://"
_NAME = r"(?!https?://)[^\W\d_][\w:.-]+", "does not begin with a letter, or has others than letters, digits and :_.-"
_KEY = r"(?!https?://)[^\W\d_][\w:-]+", "does not begin with a letter, or has others than letters, digits and :_-"
_INSTANCE = (
    r"(?!https?://)[^\W\d_][\w:.,\[\]-]+",
    "does not begin with a letter, or has others than letters, digits and :_.,[]-",
)

_VPC_READ = "vpc:DescribeVpcs vpc:DescribeVSwitches"
_GROUP_READ = "ecs:DescribeSecurityGroups ecs:DescribeSecurityGroupAttribute"
_AUTHORIZE = "ecs:AuthorizeSecurityGroup ecs:AuthorizeSecurityGroupEgress"
_REVOKE = "ecs:RevokeSecurityGroup ecs:RevokeSecurityGroupEgress"
_VM_GET = "ecs:DescribeInstances ecs:DescribeDisks"
_TAG_ECS, _TAG_VPC = "ecs:TagResources ecs:UntagResources", "vpc:TagResources vpc:UnTagResources"
_REGIONS = "ecs:DescribeRegions ecs:DescribeZones"

CAPABILITY = Capability(
    credential_keys=(
        Key("ClientId", ("AccessKeyId",)),
        Key("ClientSecret", ("AccessKeySecret",)),
        Key("StsToken", ("SecurityToken",), required=False),
    ),
    region_keys=(Key("Region"), Key("Zone", required=False), Key(STOPPED_MODE, required=False), ENDPOINT, CA),
    kinds={
        "image": _kind(255, *_ANY, create="ecs:DescribeImages", list="ecs:DescribeImages", get="ecs:DescribeImages"),
        "spec": _kind(255, *_ANY, list="ecs:DescribeInstanceTypes", get="ecs:DescribeInstanceTypes"),
        "vpc": _kind(
            128,
            *_NETWORK,
            create=f"vpc:CreateVpc vpc:CreateVSwitch {_VPC_READ}",
            list=_VPC_READ,
            get=_VPC_READ,
            delete=f"{_VPC_READ} ecs:DescribeNetworkInterfaces ecs:DescribeSecurityGroups "
            "vpc:DeleteVSwitch vpc:DeleteVpc",
            add_subnet=f"vpc:CreateVSwitch {_VPC_READ}",
            remove_subnet=f"{_VPC_READ} ecs:DescribeNetworkInterfaces vpc:DeleteVSwitch",
            tag=f"{_TAG_VPC} {_VPC_READ}",
        ),
        "security_group": _kind(
            128,
            *_NAME,
            create=f"ecs:CreateSecurityGroup ecs:ModifySecurityGroupPolicy {_AUTHORIZE} {_GROUP_READ}",
            list=_GROUP_READ,
            get=_GROUP_READ,
            delete="ecs:DescribeSecurityGroups ecs:DescribeNetworkInterfaces ecs:DescribeSecurityGroupReferences "
            "ecs:DeleteSecurityGroup",
            # The opposite calls take back what was done before ECS has refused the rest.
            add_rules=f"{_GROUP_READ} {_AUTHORIZE} {_REVOKE}",
            # To take the rule that lets everything out is to add one that drops the rest.
            remove_rules=f"{_GROUP_READ} {_REVOKE} {_AUTHORIZE}",
            tag=f"{_TAG_ECS} ecs:DescribeSecurityGroups",
        ),
        "key_pair": _kind(
            128,
            *_KEY,
            create="ecs:ImportKeyPair ecs:DescribeKeyPairs",
            list="ecs:DescribeKeyPairs",
            get="ecs:DescribeKeyPairs",
            delete="ecs:DescribeKeyPairs ecs:DeleteKeyPairs",
            tag=f"{_TAG_ECS} ecs:DescribeKeyPairs",
        ),
        "vm": _kind(
            128,
            *_INSTANCE,
            create=f"ecs:RunInstances ecs:TagResources {_VM_GET} ecs:DescribeImages ecs:DescribeKeyPairs",
            list="ecs:DescribeInstances",
            get=_VM_GET,
            delete="ecs:DescribeInstances ecs:DescribeNetworkInterfaces ecs:DeleteInstance",
            suspend="ecs:DescribeInstances ecs:StopInstance",
            resume="ecs:DescribeInstances ecs:StartInstance",
            reboot="ecs:DescribeInstances ecs:RebootInstance",
            tag=f"{_TAG_ECS} ecs:DescribeInstances",
        ),
        "region_zone": _kind(255, *_ANY, list=_REGIONS, get=_REGIONS),
    },
    tagged=frozenset({"vpc", "subnet", "security_group", "key_pair", "vm"}),
    default_regions=("cn-hangzhou",),
    marked=(
        "vpc:DescribeVpcs",
        "vpc:DescribeVSwitches",
        "ecs:DescribeSecurityGroups",
        "ecs:DescribeKeyPairs",
        "ecs:DescribeInstances",
    ),
)
