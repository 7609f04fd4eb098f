"""Requests that Alibaba Cloud refuses."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from .bench import PUBLIC_KEY, SMALL, ZONE, Bench, tags

Case = Callable[[Bench], object]


def called(action: str, product: str = "", **parameters: Any) -> Case:
    return lambda alibaba: alibaba.call(action, product, **parameters)


def run(**more: Any) -> Case:
    return lambda alibaba: alibaba.run(**more)


def of_instance(action: str, **more: Any) -> Case:
    """A call of a running instance."""
    return lambda alibaba: alibaba.call(action, InstanceId=alibaba.instance(), **more)


def of_new_instance(action: str, **more: Any) -> Case:
    return lambda alibaba: alibaba.call(action, InstanceId=alibaba.run()[0], **more)


def vswitch(**more: Any) -> Case:
    return lambda alibaba: alibaba.call(
        "CreateVSwitch", **{"VpcId": alibaba.vpc(), "CidrBlock": "10.0.1.0/24", "ZoneId": ZONE, **more}
    )


def group(**more: Any) -> Case:
    return lambda alibaba: alibaba.group(alibaba.vpc(), **more)


def rule(action: str = "AuthorizeSecurityGroup", **more: Any) -> Case:
    """SSH from anywhere, but for what is given."""
    given = {"IpProtocol": "tcp", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0", **more}
    kept = {name: value for name, value in given.items() if value is not None}
    return lambda alibaba: alibaba.call(action, SecurityGroupId=alibaba.group(alibaba.vpc()), **kept)


def tagged(**more: Any) -> Case:
    given = {"ResourceType": "securitygroup", "Tag": tags(a="b"), **more}
    return lambda alibaba: alibaba.call(
        "TagResources", **{"ResourceId": [alibaba.group(alibaba.vpc())], "product": "ecs", **given}
    )


def vswitch_of_new_vpc(alibaba: Bench) -> object:
    vpc = alibaba.call("CreateVpc")["VpcId"]
    return alibaba.call("CreateVSwitch", VpcId=vpc, CidrBlock="172.16.0.0/24", ZoneId=ZONE)


def overlapping(alibaba: Bench) -> object:
    vpc = alibaba.vpc()
    alibaba.vswitch(vpc, "10.0.0.0/20")
    return alibaba.vswitch(vpc, "10.0.1.0/24")


def vpc_with_vswitch(alibaba: Bench) -> object:
    vpc = alibaba.vpc()
    alibaba.vswitch(vpc)
    return alibaba.call("DeleteVpc", VpcId=vpc)


def vpc_with_group(alibaba: Bench) -> object:
    vpc = alibaba.vpc()
    alibaba.group(vpc)
    return alibaba.call("DeleteVpc", VpcId=vpc)


def new_vpc_deleted(alibaba: Bench) -> object:
    return alibaba.call("DeleteVpc", VpcId=alibaba.call("CreateVpc")["VpcId"])


def new_vswitch_deleted(alibaba: Bench) -> object:
    made = alibaba.call("CreateVSwitch", VpcId=alibaba.vpc(), CidrBlock="10.0.1.0/24", ZoneId=ZONE)
    return alibaba.call("DeleteVSwitch", VSwitchId=made["VSwitchId"])


def used_vswitch(alibaba: Bench) -> object:
    place = alibaba.place()
    alibaba.instance(**place)
    return alibaba.call("DeleteVSwitch", VSwitchId=place["VSwitchId"])


def used_group(alibaba: Bench) -> object:
    place = alibaba.place()
    alibaba.instance(**place)
    return alibaba.call("DeleteSecurityGroup", SecurityGroupId=place["SecurityGroupId"])


def group_in_new_vpc(alibaba: Bench) -> object:
    return alibaba.group(alibaba.call("CreateVpc")["VpcId"])


def rule_for_group_elsewhere(alibaba: Bench) -> object:
    other = alibaba.group(alibaba.vpc())
    return rule(SourceCidrIp=None, SourceGroupId=other)(alibaba)


def too_many_rules(alibaba: Bench) -> object:
    alibaba.cloud.settings.quotas = {"security_group_rules": 1}
    rules = [{"IpProtocol": "tcp", "PortRange": f"{port}/{port}", "SourceCidrIp": "10.0.0.0/8"} for port in (1, 2)]
    return alibaba.call("AuthorizeSecurityGroup", SecurityGroupId=alibaba.group(alibaba.vpc()), Permissions=rules)


def key_pair_twice(alibaba: Bench) -> object:
    alibaba.key_pair("key-1")
    return alibaba.call("ImportKeyPair", KeyPairName="key-1", PublicKeyBody=PUBLIC_KEY)


def on_new_vswitch(alibaba: Bench) -> object:
    vpc = alibaba.vpc()
    made = alibaba.call("CreateVSwitch", VpcId=vpc, CidrBlock="10.0.1.0/24", ZoneId=ZONE)
    return alibaba.run(VSwitchId=made["VSwitchId"], SecurityGroupId=alibaba.group(vpc))


def in_pending_vpc(alibaba: Bench) -> object:
    vpc = alibaba.vpc()
    place = {"VSwitchId": alibaba.vswitch(vpc), "SecurityGroupId": alibaba.group(vpc)}
    alibaba.call("CreateVSwitch", VpcId=vpc, CidrBlock="10.0.2.0/24", ZoneId=ZONE)
    return alibaba.run(**place)


def group_of_another_vpc(alibaba: Bench) -> object:
    return alibaba.run(VSwitchId=alibaba.vswitch(alibaba.vpc()), SecurityGroupId=alibaba.group(alibaba.vpc()))


def other_zone(alibaba: Bench) -> object:
    return alibaba.run(**alibaba.place(), ZoneId="cn-hangzhou-k")


def address_twice(alibaba: Bench) -> object:
    place = alibaba.place()
    alibaba.run(**place, PrivateIpAddress="10.0.1.7")
    return alibaba.run(**place, PrivateIpAddress="10.0.1.7")


def sold_out(alibaba: Bench) -> object:
    alibaba.cloud.settings.exhausted = [SMALL]
    return alibaba.run()


def sold_out_at_start(alibaba: Bench) -> object:
    vm = alibaba.instance()
    alibaba.call("StopInstance", InstanceId=vm, StoppedMode="StopCharging")
    alibaba.advance()
    alibaba.cloud.settings.exhausted = [SMALL]
    return alibaba.call("StartInstance", InstanceId=vm)


def token_of_another(alibaba: Bench) -> object:
    place = alibaba.place()
    alibaba.run(**place, ClientToken="t-1")
    return alibaba.run(**place, ClientToken="t-1", Amount=2)


def stopped_twice(alibaba: Bench) -> object:
    vm = alibaba.instance()
    alibaba.call("StopInstance", InstanceId=vm)
    alibaba.advance()
    return alibaba.call("StopInstance", InstanceId=vm)


def started_while_stopping(alibaba: Bench) -> object:
    vm = alibaba.instance()
    alibaba.call("StopInstance", InstanceId=vm)
    return alibaba.call("StartInstance", InstanceId=vm)


def deleted_twice(alibaba: Bench) -> object:
    vm = alibaba.instance()
    alibaba.call("DeleteInstance", InstanceId=vm, Force=True)
    alibaba.advance()
    return alibaba.call("DeleteInstance", InstanceId=vm)


def last_group_left(alibaba: Bench) -> object:
    place = alibaba.place()
    vm = alibaba.instance(**place)
    return alibaba.call("LeaveSecurityGroup", InstanceId=vm, SecurityGroupId=place["SecurityGroupId"])


def joined_twice(alibaba: Bench) -> object:
    place = alibaba.place()
    vm = alibaba.instance(**place)
    return alibaba.call("JoinSecurityGroup", InstanceId=vm, SecurityGroupId=place["SecurityGroupId"])


def joined_elsewhere(alibaba: Bench) -> object:
    return alibaba.call(
        "JoinSecurityGroup", InstanceId=alibaba.instance(), SecurityGroupId=alibaba.group(alibaba.vpc())
    )


def eip_for_public(alibaba: Bench) -> object:
    vm = alibaba.instance(InternetMaxBandwidthOut=5)
    eip = alibaba.call("AllocateEipAddress")["AllocationId"]
    return alibaba.call("AssociateEipAddress", AllocationId=eip, InstanceId=vm)


def used_eip(alibaba: Bench) -> object:
    vm = alibaba.instance()
    eip = alibaba.call("AllocateEipAddress")["AllocationId"]
    alibaba.call("AssociateEipAddress", AllocationId=eip, InstanceId=vm)
    alibaba.advance()
    return alibaba.call("ReleaseEipAddress", AllocationId=eip)


def over_quota(kind: str, limit: int, case: Case) -> Case:
    def limited(alibaba: Bench) -> object:
        alibaba.cloud.settings.quotas = {kind: limit}
        return case(alibaba)

    return limited


BIG_USER_DATA = base64.b64encode(b"x" * (32 * 1024 + 1)).decode()
