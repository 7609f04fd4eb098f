"""A call of each operation that is granted, and what it needs to be there."""

from __future__ import annotations

from typing import Any

from .bench import PUBLIC_KEY, SMALL, UBUNTU, ZONE, Bench, tags

RULE = {"IpProtocol": "tcp", "PortRange": "22/22"}
MOVED = {"SecurityGroupId": "{free}", "Permissions": [{**RULE, "SourceCidrIp": "10.0.0.0/8"}]}
LEAVING = {"SecurityGroupId": "{free}", "Permissions": [{**RULE, "DestCidrIp": "10.0.0.0/8"}]}
# What an operation is given besides the region; {…} is the id of a thing that was made before.
GIVEN: dict[str, dict[str, Any]] = {
    "vpc:CreateVpc": {"CidrBlock": "10.0.0.0/16"},
    "vpc:DeleteVpc": {"VpcId": "{empty}"},
    "vpc:DescribeVpcAttribute": {"VpcId": "{vpc}"},
    "vpc:ModifyVpcAttribute": {"VpcId": "{vpc}", "VpcName": "new"},
    "vpc:CreateVSwitch": {"VpcId": "{vpc}", "CidrBlock": "10.0.9.0/24", "ZoneId": ZONE},
    "vpc:DeleteVSwitch": {"VSwitchId": "{unused}"},
    "vpc:DescribeVSwitchAttributes": {"VSwitchId": "{vswitch}"},
    "vpc:ModifyVSwitchAttribute": {"VSwitchId": "{vswitch}", "VSwitchName": "new"},
    "vpc:ReleaseEipAddress": {"AllocationId": "{eip}"},
    "vpc:AssociateEipAddress": {"AllocationId": "{eip}", "InstanceId": "{vm}"},
    "vpc:UnassociateEipAddress": {"AllocationId": "{used}"},
    "vpc:TagResources": {"ResourceType": "VPC", "ResourceId": ["{vpc}"], "Tag": tags(a="b")},
    "vpc:UnTagResources": {"ResourceType": "VPC", "ResourceId": ["{vpc}"], "All": True},
    "vpc:ListTagResources": {"ResourceType": "VPC", "ResourceId": ["{vpc}"]},
    "ecs:DescribeAvailableResource": {"DestinationResource": "SystemDisk"},
    "ecs:CreateSecurityGroup": {"VpcId": "{vpc}"},
    "ecs:DeleteSecurityGroup": {"SecurityGroupId": "{free}"},
    "ecs:DescribeSecurityGroupAttribute": {"SecurityGroupId": "{group}"},
    "ecs:ModifySecurityGroupAttribute": {"SecurityGroupId": "{group}", "SecurityGroupName": "new"},
    "ecs:ModifySecurityGroupPolicy": {"SecurityGroupId": "{group}", "InnerAccessPolicy": "Drop"},
    "ecs:DescribeSecurityGroupReferences": {"SecurityGroupId": ["{group}"]},
    "ecs:AuthorizeSecurityGroup": {**MOVED, "Permissions": [{**RULE, "Ipv6SourceCidrIp": "::/0"}]},
    "ecs:AuthorizeSecurityGroupEgress": {**LEAVING, "Permissions": [{**RULE, "Ipv6DestCidrIp": "::/0"}]},
    "ecs:RevokeSecurityGroup": MOVED,
    "ecs:RevokeSecurityGroupEgress": LEAVING,
    "ecs:CreateKeyPair": {"KeyPairName": "new"},
    "ecs:ImportKeyPair": {"KeyPairName": "new", "PublicKeyBody": PUBLIC_KEY},
    "ecs:DeleteKeyPairs": {"KeyPairNames": '["key-1"]'},
    "ecs:RunInstances": {
        "ImageId": UBUNTU,
        "InstanceType": SMALL,
        "VSwitchId": "{vswitch}",
        "SecurityGroupId": "{group}",
        "KeyPairName": "key-1",
        "Tag": tags(a="b"),
    },
    "ecs:DescribeUserData": {"InstanceId": "{vm}"},
    "ecs:ModifyInstanceAttribute": {"InstanceId": "{vm}", "InstanceName": "new"},
    "ecs:JoinSecurityGroup": {"InstanceId": "{vm}", "SecurityGroupId": "{free}"},
    "ecs:LeaveSecurityGroup": {"InstanceId": "{vm}", "SecurityGroupId": "{second}"},
    "ecs:StartInstance": {"InstanceId": "{stopped}"},
    "ecs:StartInstances": {"InstanceId": ["{stopped}"]},
    "ecs:StopInstance": {"InstanceId": "{vm}", "ForceStop": True},
    "ecs:StopInstances": {"InstanceId": ["{vm}"], "StoppedMode": "StopCharging"},
    "ecs:RebootInstance": {"InstanceId": "{vm}"},
    "ecs:RebootInstances": {"InstanceId": ["{vm}"], "ForceReboot": True},
    "ecs:DeleteInstance": {"InstanceId": "{stopped}"},
    "ecs:DeleteInstances": {"InstanceId": ["{vm}"], "Force": True},
    "ecs:TagResources": {"ResourceType": "instance", "ResourceId": ["{vm}"], "Tag": tags(a="b")},
    "ecs:UntagResources": {"ResourceType": "instance", "ResourceId": ["{vm}"], "TagKey": ["a"]},
    "ecs:ListTagResources": {"ResourceType": "instance", "ResourceId": ["{vm}"]},
}


def furnish(alibaba: Bench) -> dict[str, str]:
    """One of each, by the names that GIVEN has for them."""
    vpc = alibaba.vpc()
    made = {"vpc": vpc, "empty": alibaba.vpc(), "vswitch": alibaba.vswitch(vpc)}
    made["unused"] = alibaba.vswitch(vpc, "10.0.2.0/24")
    for name in ("group", "second", "free"):
        made[name] = alibaba.group(vpc)
    alibaba.call("AuthorizeSecurityGroup", **filled(MOVED, made))
    alibaba.call("AuthorizeSecurityGroupEgress", **filled(LEAVING, made))
    alibaba.key_pair("key-1")
    place = {"VSwitchId": made["vswitch"], "SecurityGroupIds": [made["group"], made["second"]]}
    made["vm"], made["stopped"] = alibaba.run(**place, Amount=2)
    alibaba.advance()
    alibaba.call("StopInstance", InstanceId=made["stopped"])
    made["eip"], made["used"] = (alibaba.call("AllocateEipAddress")["AllocationId"] for _ in range(2))
    alibaba.advance()
    alibaba.call("AssociateEipAddress", AllocationId=made["used"], InstanceId=made["stopped"])
    alibaba.advance()
    return made


def filled(given: Any, made: dict[str, str]) -> Any:
    if isinstance(given, dict):
        return {name: filled(value, made) for name, value in given.items()}
    if isinstance(given, list):
        return [filled(one, made) for one in given]
    return given.format(**made) if isinstance(given, str) and given.startswith("{") else given
