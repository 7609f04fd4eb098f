"""Lists: pages by number and by token, regions, zones, types, images."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import REGION, UBUNTU, ZONE, Bench, Refused

TYPES = ("InstanceTypes", "InstanceType", "InstanceTypeId")
IMAGES = ("Images", "Image", "ImageId")
GROUPS = ("SecurityGroups", "SecurityGroup", "SecurityGroupId")
VPCS = ("Vpcs", "Vpc", "VpcId")


def _names(answer: dict[str, Any], where: tuple[str, str, str]) -> list[str]:
    outer, inner, name = where
    return [str(one[name]) for one in answer[outer][inner]]


def _by_number(alibaba: Bench, action: str, where: tuple[str, str, str], **more: Any) -> tuple[list[str], int]:
    """Names on all pages, and how many pages there are."""
    names, page, answer = list[str](), 0, dict[str, Any]()
    while not answer or len(names) < answer["TotalCount"]:
        page += 1
        answer = alibaba.call(action, PageNumber=page, **more)
        assert len(answer[where[0]][where[1]]) <= answer["PageSize"]
        names += _names(answer, where)
    return names, page


def _by_token(alibaba: Bench, action: str, where: tuple[str, str, str], **more: Any) -> tuple[list[str], int]:
    names, pages, token = list[str](), 0, ""
    while token or not pages:
        answer = alibaba.call(action, **more, **({"NextToken": token} if token else {}))
        names += _names(answer, where)
        token, pages = answer["NextToken"], pages + 1
    return names, pages


@pytest.mark.parametrize("size", [1, 2, 3, 4, 50])
def test_pages_by_number(alibaba: Bench, size: int) -> None:
    for _ in range(3):
        alibaba.vpc()
    names, pages = _by_number(alibaba, "DescribeVpcs", VPCS, PageSize=size)
    assert (len(names), len(set(names)), pages) == (3, 3, -(-3 // size))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
def test_pages_by_token(alibaba: Bench, size: int) -> None:
    vpc = alibaba.vpc()
    for _ in range(3):
        alibaba.group(vpc)
    names, pages = _by_token(alibaba, "DescribeSecurityGroups", GROUPS, MaxResults=size)
    assert (len(names), len(set(names)), pages) == (3, 3, -(-3 // size))


def test_less_than_ten_instances_by_token_are_ten(alibaba: Bench) -> None:
    alibaba.run(Amount=12)
    where = ("Instances", "Instance", "InstanceId")
    names, pages = _by_token(alibaba, "DescribeInstances", where, MaxResults=1)
    assert (len(set(names)), pages) == (12, 2)


def test_the_twin_can_be_told_to_make_smaller_pages(alibaba: Bench) -> None:
    alibaba.run(Amount=3)
    alibaba.cloud.settings.page_size = 1
    where = ("Instances", "Instance", "InstanceId")
    assert _by_token(alibaba, "DescribeInstances", where, MaxResults=100)[1] == 3
    assert _by_number(alibaba, "DescribeInstances", where, PageSize=100)[1] == 3


def test_what_comes_and_goes_meanwhile_shifts_no_page_by_token(alibaba: Bench) -> None:
    vpc = alibaba.vpc()
    groups = sorted(alibaba.group(vpc) for _ in range(4))
    first = alibaba.call("DescribeSecurityGroups", MaxResults=2)
    alibaba.call("DeleteSecurityGroup", SecurityGroupId=groups[0])
    rest = alibaba.call("DescribeSecurityGroups", MaxResults=2, NextToken=first["NextToken"])
    assert _names(rest, GROUPS) == groups[2:]


def test_an_empty_list(alibaba: Bench) -> None:
    answer = alibaba.call("DescribeInstances")
    assert (answer["Instances"], answer["TotalCount"]) == ({"Instance": []}, 0)


@pytest.mark.parametrize("size", [0, -1, 101])
def test_a_page_size_out_of_bounds(alibaba: Bench, size: int) -> None:
    with pytest.raises(Refused, match="InvalidPageSize: Specified parameter PageSize is not valid."):
        alibaba.call("DescribeInstances", PageSize=size)


@pytest.mark.parametrize("product", ["ecs", "vpc"])
def test_regions_and_zones(alibaba: Bench, product: str) -> None:
    regions = alibaba.call("DescribeRegions", product, AcceptLanguage="en-US")["Regions"]["Region"]
    (here,) = [one for one in regions if one["RegionId"] == REGION]
    assert here["RegionEndpoint"] == f"{product}.{REGION}.aliyuncs.com"
    zones = alibaba.call("DescribeZones", product)["Zones"]["Zone"]
    assert ZONE in {one["ZoneId"] for one in zones}


def test_zones_are_short_where_asked_so(alibaba: Bench) -> None:
    zones = alibaba.call("DescribeZones", Verbose=False)["Zones"]["Zone"]
    assert zones[0].keys() == {"ZoneId", "LocalName", "ZoneType"}


def test_types_are_on_one_page_unless_asked_otherwise(alibaba: Bench) -> None:
    whole = alibaba.call("DescribeInstanceTypes")
    assert whole["NextToken"] == ""
    names, pages = _by_token(alibaba, "DescribeInstanceTypes", TYPES, MaxResults=30)
    assert sorted(names) == sorted(_names(whole, TYPES))
    assert pages == -(-len(names) // 30)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"InstanceTypes": ["ecs.g7.large", "ecs.none.large"]}, {"ecs.g7.large"}),
        ({"InstanceTypeFamily": "ecs.u1"}, {"ecs.u1-c1m1.large", "ecs.u1-c1m2.large", "ecs.u1-c1m2.xlarge"}),
        ({"MinimumCpuCoreCount": 100}, {"ecs.gn7i-c32g1.32xlarge"}),
        ({"MaximumMemorySize": "0.5"}, {"ecs.t5-lc2m1.nano"}),
    ],
)
def test_types_are_filtered(alibaba: Bench, wanted: dict[str, Any], expected: set[str]) -> None:
    assert set(_names(alibaba.call("DescribeInstanceTypes", **wanted), TYPES)) == expected


def test_a_type_has_the_gpu_that_it_has(alibaba: Bench) -> None:
    found = alibaba.call("DescribeInstanceTypes", InstanceTypes=["ecs.gn6i-c24g1.12xlarge"])
    (shown,) = found["InstanceTypes"]["InstanceType"]
    assert (shown["GPUSpec"], shown["GPUAmount"], shown["GPUMemorySize"]) == ("NVIDIA T4", 2, 16.0)


def test_families(alibaba: Bench) -> None:
    found = alibaba.call("DescribeInstanceTypeFamilies", Generation="ecs-6")["InstanceTypeFamilies"]
    assert {one["InstanceTypeFamilyId"] for one in found["InstanceTypeFamily"]} >= {"ecs.g7", "ecs.c7", "ecs.r7"}


def test_images_in_pages(alibaba: Bench) -> None:
    names, pages = _by_number(alibaba, "DescribeImages", IMAGES, PageSize=5)
    assert len(names) == len(set(names))
    assert pages == -(-len(names) // 5)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ({"ImageId": UBUNTU}, True),
        ({"ImageId": f"none,{UBUNTU}"}, True),
        ({"ImageName": "ubuntu_22_04*"}, True),
        ({"ImageFamily": "acs:ubuntu_22_04_x64"}, True),
        ({"ImageOwnerAlias": "system"}, True),
        ({"ImageOwnerAlias": "self"}, False),
        ({"OSType": "windows"}, False),
        ({"Architecture": "arm64"}, False),
        ({"InstanceType": "ecs.g8y.large"}, False),
        ({"Status": "Available,Deprecated"}, True),
        ({"Status": "Deprecated"}, False),
    ],
)
def test_images_are_filtered(alibaba: Bench, wanted: dict[str, str], there: bool) -> None:
    assert (UBUNTU in _names(alibaba.call("DescribeImages", **wanted, PageSize=100), IMAGES)) is there
