"""VPCs, VSwitches, route tables, elastic addresses."""

from __future__ import annotations

import pytest

from .bench import SECONDS, Bench, Refused, tags


def test_a_vpc_is_pending_then_available(alibaba: Bench) -> None:
    made = alibaba.call("CreateVpc", CidrBlock="10.0.0.0/16", VpcName="net", Tag=tags(a="b"))
    alibaba.advance(SECONDS - 1)
    assert alibaba.call("DescribeVpcAttribute", VpcId=made["VpcId"])["Status"] == "Pending"
    alibaba.advance(1)
    shown = alibaba.call("DescribeVpcs", VpcId=made["VpcId"])["Vpcs"]["Vpc"][0]
    assert (shown["Status"], shown["VpcName"], shown["CidrBlock"]) == ("Available", "net", "10.0.0.0/16")
    assert shown["Tags"] == {"Tag": [{"Key": "a", "Value": "b"}]}
    assert shown["RouterTableIds"] == {"RouterTableIds": [made["RouteTableId"]]}
    assert shown["VRouterId"] == made["VRouterId"]


@pytest.mark.parametrize("verb", ["CreateVSwitch", "DeleteVSwitch"])
def test_a_change_of_a_vswitch_puts_its_vpc_back_to_pending(alibaba: Bench, verb: str) -> None:
    vpc = alibaba.vpc()
    switch = alibaba.vswitch(vpc)
    if verb == "CreateVSwitch":
        alibaba.call(verb, VpcId=vpc, CidrBlock="10.0.2.0/24", ZoneId="cn-hangzhou-i")
    else:
        alibaba.call(verb, VSwitchId=switch)
    assert alibaba.call("DescribeVpcs", VpcId=vpc)["Vpcs"]["Vpc"][0]["Status"] == "Pending"
    with pytest.raises(Refused, match="IncorrectVpcStatus"):
        alibaba.call("CreateVSwitch", VpcId=vpc, CidrBlock="10.0.3.0/24", ZoneId="cn-hangzhou-i")
    alibaba.advance()
    assert alibaba.call("DescribeVpcs", VpcId=vpc)["Vpcs"]["Vpc"][0]["Status"] == "Available"


def test_a_vswitch_is_part_of_its_vpc_and_route_table(alibaba: Bench) -> None:
    vpc = alibaba.vpc()
    switch = alibaba.vswitch(vpc, VSwitchName="sub", Tag=tags(a="b"))
    shown = alibaba.call("DescribeVSwitchAttributes", VSwitchId=switch)
    assert (shown["VpcId"], shown["ZoneId"], shown["Status"]) == (vpc, "cn-hangzhou-h", "Available")
    assert shown["AvailableIpAddressCount"] == 252
    table = alibaba.call("DescribeRouteTableList", VpcId=vpc)["RouterTableList"]["RouterTableListType"][0]
    assert table["RouteTableId"] == shown["RouteTable"]["RouteTableId"]
    assert table["VSwitchIds"] == {"VSwitchId": [switch]}
    assert alibaba.call("DescribeVpcAttribute", VpcId=vpc)["VSwitchIds"] == {"VSwitchId": [switch]}


def test_what_is_deleted_is_pending_and_then_gone(alibaba: Bench) -> None:
    vpc = alibaba.vpc()
    switch = alibaba.vswitch(vpc)
    alibaba.call("DeleteVSwitch", VSwitchId=switch)
    assert alibaba.call("DescribeVSwitches", VSwitchId=switch)["VSwitches"]["VSwitch"][0]["Status"] == "Pending"
    alibaba.advance()
    assert alibaba.call("DescribeVSwitches", VpcId=vpc)["TotalCount"] == 0
    alibaba.call("DeleteVpc", VpcId=vpc)
    alibaba.advance()
    assert alibaba.call("DescribeVpcs", VpcId=vpc)["TotalCount"] == 0
    assert alibaba.cloud.contents() == []


def test_names_and_descriptions_change(alibaba: Bench) -> None:
    vpc = alibaba.vpc()
    switch = alibaba.vswitch(vpc)
    alibaba.call("ModifyVpcAttribute", VpcId=vpc, VpcName="other", Description="what it is for")
    alibaba.call("ModifyVSwitchAttribute", VSwitchId=switch, VSwitchName="another")
    shown = alibaba.call("DescribeVpcAttribute", VpcId=vpc)
    assert (shown["VpcName"], shown["Description"]) == ("other", "what it is for")
    assert alibaba.call("DescribeVSwitchAttributes", VSwitchId=switch)["VSwitchName"] == "another"


def test_one_region_knows_nothing_of_another(alibaba: Bench) -> None:
    vpc = alibaba.vpc()
    assert alibaba.call("DescribeVpcs", RegionId="ap-northeast-2")["TotalCount"] == 0
    with pytest.raises(Refused, match=r"InvalidVpcId\.NotFound"):
        alibaba.call("DescribeVpcAttribute", VpcId=vpc, RegionId="ap-northeast-2")


def test_a_refusal_says_whose_it_is(alibaba: Bench) -> None:
    for product, action in (("vpc", "DescribeVpcAttribute"), ("ecs", "DescribeSecurityGroupAttribute")):
        with pytest.raises(Refused) as refused:
            alibaba.call(action)
        assert refused.value.error["HostId"] == f"{product}.aliyuncs.com"
        assert f"product={product.title()}&requestId=" in refused.value.error["Recommend"]


def test_the_same_token_is_the_same_vpc(alibaba: Bench) -> None:
    first = alibaba.call("CreateVpc", CidrBlock="10.0.0.0/16", ClientToken="t-1")
    again = alibaba.call("CreateVpc", CidrBlock="10.0.0.0/16", ClientToken="t-1")
    assert again["VpcId"] == first["VpcId"]
    assert again["RequestId"] != first["RequestId"]
    assert alibaba.call("DescribeVpcs")["TotalCount"] == 1


def test_an_elastic_address_is_associated_and_freed(alibaba: Bench) -> None:
    vm = alibaba.instance()
    made = alibaba.call("AllocateEipAddress", Bandwidth="10")
    eip = made["AllocationId"]
    alibaba.call("AssociateEipAddress", AllocationId=eip, InstanceId=vm)
    assert _eip(alibaba, eip)["Status"] == "Associating"
    alibaba.advance()
    shown = _eip(alibaba, eip)
    assert (shown["Status"], shown["InstanceId"]) == ("InUse", vm)
    assert alibaba.shown(vm)["EipAddress"]["IpAddress"] == made["EipAddress"]
    alibaba.call("UnassociateEipAddress", AllocationId=eip)
    assert _eip(alibaba, eip)["Status"] == "Unassociating"
    alibaba.advance()
    assert _eip(alibaba, eip)["Status"] == "Available"
    alibaba.call("ReleaseEipAddress", AllocationId=eip)
    assert alibaba.call("DescribeEipAddresses")["TotalCount"] == 0


def test_an_instance_that_leaves_leaves_its_elastic_address_free(alibaba: Bench) -> None:
    vm = alibaba.instance()
    eip = alibaba.call("AllocateEipAddress")["AllocationId"]
    alibaba.call("AssociateEipAddress", AllocationId=eip, InstanceId=vm)
    alibaba.advance()
    alibaba.call("DeleteInstance", InstanceId=vm, Force=True)
    alibaba.advance()
    assert (_eip(alibaba, eip)["Status"], _eip(alibaba, eip)["InstanceId"]) == ("Available", "")


def _eip(alibaba: Bench, eip: str) -> dict[str, str]:
    return dict(alibaba.call("DescribeEipAddresses", AllocationId=eip)["EipAddresses"]["EipAddress"][0])
