"""Instances: from RunInstances to their release."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from .bench import SECONDS, SMALL, UBUNTU, ZONE, Bench, Refused, tags

SCRIPT = base64.b64encode(b"#!/bin/sh\n").decode()


def test_what_is_asked_for_is_shown(alibaba: Bench) -> None:
    place = alibaba.place()
    alibaba.key_pair("key-1")
    given = {
        "InstanceName": "vm",
        "HostName": "host-1",
        "Description": "what it is for",
        "KeyPairName": "key-1",
        "UserData": SCRIPT,
        "SystemDisk__Size": "50",
        "SystemDisk__Category": "cloud_essd",
        "InternetMaxBandwidthOut": 5,
        "InternetChargeType": "PayByBandwidth",
    }
    vm = alibaba.instance(**place, **given, Tag=tags(a="b"))
    shown = alibaba.shown(vm)
    for name in ("InstanceName", "HostName", "Description", "KeyPairName", "InternetChargeType"):
        assert shown[name] == given[name]
    assert (shown["InstanceType"], shown["ImageId"], shown["ZoneId"]) == (SMALL, UBUNTU, ZONE)
    assert (shown["Cpu"], shown["Memory"], shown["OSType"]) == (2, 2048, "linux")
    assert shown["SecurityGroupIds"] == {"SecurityGroupId": [place["SecurityGroupId"]]}
    assert shown["VpcAttributes"]["VSwitchId"] == place["VSwitchId"]
    assert shown["VpcAttributes"]["PrivateIpAddress"] == {"IpAddress": ["10.0.1.1"]}
    assert shown["PublicIpAddress"]["IpAddress"][0].startswith("198.1")
    assert shown["Tags"] == {"Tag": [{"TagKey": "a", "TagValue": "b"}]}
    assert len(shown["CreationTime"]) == len("2026-11-25T10:00Z")
    assert alibaba.call("DescribeUserData", InstanceId=vm)["UserData"] == SCRIPT


def test_its_disk_and_interface_come_and_go_with_it(alibaba: Bench) -> None:
    vm = alibaba.instance(SystemDisk__Size="50")
    (disk,) = alibaba.call("DescribeDisks", InstanceId=vm, DiskType="system")["Disks"]["Disk"]
    assert (disk["Size"], disk["Status"], disk["Type"]) == (50, "In_use", "system")
    (interface,) = alibaba.call("DescribeNetworkInterfaces", InstanceId=vm)["NetworkInterfaceSets"][
        "NetworkInterfaceSet"
    ]
    shown = alibaba.shown(vm)["NetworkInterfaces"]["NetworkInterface"][0]
    assert interface["NetworkInterfaceId"] == shown["NetworkInterfaceId"]
    alibaba.call("DeleteInstance", InstanceId=vm, Force=True)
    alibaba.advance()
    assert alibaba.call("DescribeDisks")["TotalCount"] == 0
    assert alibaba.call("DescribeNetworkInterfaces")["TotalCount"] == 0


def test_the_states_of_a_new_one(alibaba: Bench) -> None:
    (vm,) = alibaba.run()
    seen = []
    for _ in range(8):
        seen.append(alibaba.status(vm))
        alibaba.advance(SECONDS / 8)
    assert list(dict.fromkeys(seen)) == ["Pending", "Stopped", "Starting"]
    assert alibaba.status(vm) == "Running"


@pytest.mark.parametrize("mode", ["KeepCharging", "StopCharging"])
def test_a_stopped_one_keeps_its_public_address_or_gets_another(alibaba: Bench, mode: str) -> None:
    vm = alibaba.instance(InternetMaxBandwidthOut=5)
    (before,) = alibaba.shown(vm)["PublicIpAddress"]["IpAddress"]
    alibaba.call("StopInstance", InstanceId=vm, StoppedMode=mode)
    assert alibaba.status(vm) == "Stopping"
    alibaba.advance()
    shown = alibaba.shown(vm)
    assert (shown["Status"], shown["StoppedMode"]) == ("Stopped", mode)
    assert shown["PublicIpAddress"]["IpAddress"] == ([before] if mode == "KeepCharging" else [])
    alibaba.call("StartInstance", InstanceId=vm)
    assert alibaba.status(vm) == "Starting"
    alibaba.advance()
    shown = alibaba.shown(vm)
    (after,) = shown["PublicIpAddress"]["IpAddress"]
    assert (shown["Status"], shown["StoppedMode"]) == ("Running", "Not-applicable")
    assert (after == before) is (mode == "KeepCharging")


def test_a_reboot(alibaba: Bench) -> None:
    vm = alibaba.instance()
    alibaba.call("RebootInstance", InstanceId=vm)
    assert alibaba.status(vm) == "Starting"
    alibaba.advance()
    assert alibaba.status(vm) == "Running"


def test_many_are_stopped_at_once_or_none(alibaba: Bench) -> None:
    one, two = alibaba.run(Amount=2, InstanceName="vm", UniqueSuffix=True)
    alibaba.advance()
    assert alibaba.shown(one)["InstanceName"] == "vm001"
    alibaba.call("StopInstance", InstanceId=two)
    alibaba.advance()
    with pytest.raises(Refused, match="IncorrectInstanceStatus"):
        alibaba.call("StopInstances", InstanceId=[one, two])
    assert alibaba.status(one) == "Running"
    (made,) = alibaba.call("StopInstances", InstanceId=[one])["InstanceResponses"]["InstanceResponse"]
    assert (made["PreviousStatus"], made["CurrentStatus"], made["Code"]) == ("Running", "Stopping", "200")
    alibaba.advance()
    alibaba.call("StartInstances", InstanceId=[one, two])
    alibaba.advance()
    alibaba.call("RebootInstances", InstanceId=[one, two])
    alibaba.advance()
    alibaba.call("DeleteInstances", InstanceId=[one, two], Force=True)
    assert alibaba.status(one) == "Stopping"
    alibaba.advance()
    assert alibaba.call("DescribeInstances")["TotalCount"] == 0


def test_the_same_token_is_the_same_instance_even_once_it_is_gone(alibaba: Bench) -> None:
    place = alibaba.place()
    vm = alibaba.instance(**place, ClientToken="t-1")
    assert alibaba.run(**place, ClientToken="t-1") == [vm]
    alibaba.call("DeleteInstance", InstanceId=vm, Force=True)
    alibaba.advance()
    assert alibaba.run(**place, ClientToken="t-1") == [vm]
    assert alibaba.call("DescribeInstances")["TotalCount"] == 0


def test_a_dry_run_makes_nothing(alibaba: Bench) -> None:
    place = alibaba.place()
    before = alibaba.cloud.contents()
    with pytest.raises(Refused, match="DryRunOperation"):
        alibaba.run(**place, DryRun=True)
    assert alibaba.cloud.contents() == before


def test_a_launch_that_finds_too_few_addresses_takes_none(alibaba: Bench) -> None:
    vpc = alibaba.vpc()
    place = {"VSwitchId": alibaba.vswitch(vpc, "10.0.1.0/29"), "SecurityGroupId": alibaba.group(vpc)}
    before = alibaba.cloud.contents()
    with pytest.raises(Refused, match=r"QuotaExceeded\.PrivateIpAddress"):
        alibaba.run(**place, Amount=5)
    assert alibaba.cloud.contents() == before
    assert len(alibaba.run(**place, Amount=4)) == 4


def test_attributes_and_groups_change(alibaba: Bench) -> None:
    vpc = alibaba.vpc()
    one, other = alibaba.group(vpc), alibaba.group(vpc)
    vm = alibaba.instance(VSwitchId=alibaba.vswitch(vpc), SecurityGroupId=one)
    alibaba.call("JoinSecurityGroup", InstanceId=vm, SecurityGroupId=other)
    alibaba.call("LeaveSecurityGroup", InstanceId=vm, SecurityGroupId=one)
    assert alibaba.shown(vm)["SecurityGroupIds"] == {"SecurityGroupId": [other]}
    alibaba.call("DeleteSecurityGroup", SecurityGroupId=one)
    alibaba.call("ModifyInstanceAttribute", InstanceId=vm, InstanceName="new", DeletionProtection=True)
    assert alibaba.shown(vm)["InstanceName"] == "new"
    with pytest.raises(Refused, match="DeletionProtection"):
        alibaba.call("DeleteInstance", InstanceId=vm, Force=True)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ({"InstanceName": "vm-*"}, True),
        ({"InstanceName": "vm"}, False),
        ({"Status": "Running"}, True),
        ({"Status": "Stopped"}, False),
        ({"InstanceType": SMALL}, True),
        ({"InstanceTypeFamily": "ecs.g7"}, False),
        ({"PrivateIpAddresses": '["10.0.1.1"]'}, True),
        ({"PublicIpAddresses": '["198.18.0.1"]'}, False),
        ({"Tag": tags(a="b")}, True),
        ({"Tag": [{"Key": "a"}]}, True),
        ({"Tag": tags(a="c")}, False),
        ({"VpcId": "vpc-none"}, False),
        ({"InstanceIds": json.dumps(["i-none"])}, False),
    ],
)
def test_lists_are_filtered(alibaba: Bench, wanted: dict[str, Any], there: bool) -> None:
    alibaba.instance(InstanceName="vm-1", Tag=tags(a="b"))
    assert alibaba.call("DescribeInstances", **wanted)["TotalCount"] == there


def test_statuses_alone(alibaba: Bench) -> None:
    vm = alibaba.instance()
    found = alibaba.call("DescribeInstanceStatus", InstanceId=[vm, "i-none"])
    assert found["InstanceStatuses"]["InstanceStatus"] == [{"InstanceId": vm, "Status": "Running"}]


def test_what_is_sold_out_is_said_where_stock_is_asked_for(alibaba: Bench) -> None:
    alibaba.cloud.settings.exhausted = [SMALL]
    asked = {"DestinationResource": "InstanceType", "InstanceType": SMALL, "ZoneId": ZONE}
    (zone,) = alibaba.call("DescribeAvailableResource", **asked)["AvailableZones"]["AvailableZone"]
    (kind,) = zone["AvailableResources"]["AvailableResource"]
    assert kind["SupportedResources"]["SupportedResource"][0]["StatusCategory"] == "WithoutStock"
    (verbose,) = [one for one in alibaba.call("DescribeZones")["Zones"]["Zone"] if one["ZoneId"] == ZONE]
    assert SMALL not in verbose["AvailableInstanceTypes"]["InstanceTypes"]
