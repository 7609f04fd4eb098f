"""Lists come in pages of MaxResults, whole and in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .bench import IMAGE, TYPE, ZONE, Bench

Make = Callable[[Bench, str, int], Any]


def vpc(aws: Bench, _: str, number: int) -> Any:
    return aws.ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]


def subnet(aws: Bench, home: str, number: int) -> Any:
    made = aws.ec2.create_subnet(VpcId=home, CidrBlock=f"10.200.{number}.0/24", AvailabilityZone=ZONE)
    return made["Subnet"]["SubnetId"]


def gateway(aws: Bench, _: str, __: int) -> Any:
    return aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]


def table(aws: Bench, home: str, _: int) -> Any:
    return aws.ec2.create_route_table(VpcId=home)["RouteTable"]["RouteTableId"]


def group(aws: Bench, home: str, number: int) -> Any:
    return aws.ec2.create_security_group(GroupName=f"g{number}", Description="d", VpcId=home)["GroupId"]


def acl(aws: Bench, home: str, _: int) -> Any:
    return aws.ec2.create_network_acl(VpcId=home)["NetworkAcl"]["NetworkAclId"]


def interface(aws: Bench, home: str, _: int) -> Any:
    found = aws.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [home]}])["Subnets"]
    inside = found[0]["SubnetId"] if found else subnet(aws, home, 0)
    return aws.ec2.create_network_interface(SubnetId=inside)["NetworkInterface"]["NetworkInterfaceId"]


def instance(aws: Bench, _: str, __: int) -> Any:
    made = aws.ec2.run_instances(ImageId=IMAGE, InstanceType=TYPE, MinCount=1, MaxCount=1)
    return made["Instances"][0]["InstanceId"]


def volume(aws: Bench, _: str, __: int) -> Any:
    return aws.ec2.create_volume(AvailabilityZone=ZONE, Size=8)["VolumeId"]


# operation: the answer's member, the member's id, what makes one
LISTS: dict[str, tuple[str, str, Make]] = {
    "describe_vpcs": ("Vpcs", "VpcId", vpc),
    "describe_subnets": ("Subnets", "SubnetId", subnet),
    "describe_internet_gateways": ("InternetGateways", "InternetGatewayId", gateway),
    "describe_route_tables": ("RouteTables", "RouteTableId", table),
    "describe_security_groups": ("SecurityGroups", "GroupId", group),
    "describe_network_acls": ("NetworkAcls", "NetworkAclId", acl),
    "describe_network_interfaces": ("NetworkInterfaces", "NetworkInterfaceId", interface),
    "describe_instances": ("Reservations", "ReservationId", instance),
    "describe_volumes": ("Volumes", "VolumeId", volume),
}


def pages(aws: Bench, operation: str, member: str, **asked: Any) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    token: dict[str, str] = {}
    while True:
        answer = getattr(aws.ec2, operation)(**asked, **token)
        found.append(answer[member])
        if "NextToken" not in answer:
            return found
        token = {"NextToken": answer["NextToken"]}


@pytest.fixture
def empty(aws: Bench) -> str:
    """A VPC, in a region without what comes by itself."""
    for found in aws.ec2.describe_subnets()["Subnets"]:
        aws.ec2.delete_subnet(SubnetId=found["SubnetId"])
    home: str = aws.ec2.create_vpc(CidrBlock="10.200.0.0/16")["Vpc"]["VpcId"]
    return home


@pytest.mark.parametrize("number", [0, 1, 5, 6, 15])
@pytest.mark.parametrize("operation", LISTS)
def test_a_list_is_whole_over_its_pages(aws: Bench, request: Any, operation: str, number: int) -> None:
    member, key, make = LISTS[operation]
    home = "" if operation == "describe_instances" else request.getfixturevalue("empty")
    before = [one[key] for page in pages(aws, operation, member, MaxResults=5) for one in page]
    made = [make(aws, home, count) for count in range(number)]
    found = pages(aws, operation, member, MaxResults=5)
    listed = [one[key] for page in found for one in page]
    assert len(listed) == len(set(listed)) == len(before) + number
    assert set(before) <= set(listed)
    assert operation == "describe_instances" or set(made) <= set(listed)
    assert [len(page) for page in found[:-1]] == [5] * (len(found) - 1)
    assert len(found) == max(1, -(-len(listed) // 5))
    assert [one[key] for one in getattr(aws.ec2, operation)()[member]] == listed


@pytest.mark.parametrize(
    ("operation", "member", "key", "size"),
    [
        ("describe_images", "Images", "ImageId", 500),
        ("describe_instance_types", "InstanceTypes", "InstanceType", 100),
    ],
)
def test_what_amazon_offers_comes_in_pages(aws: Bench, operation: str, member: str, key: str, size: int) -> None:
    found = pages(aws, operation, member, MaxResults=size)
    listed = [one[key] for page in found for one in page]
    assert len(found) > 2
    assert len(listed) == len(set(listed)) > 1000


def test_instance_types_come_in_pages_unasked(aws: Bench) -> None:
    answer = aws.ec2.describe_instance_types()
    assert len(answer["InstanceTypes"]) == 100
    assert answer["NextToken"]


def test_a_page_can_be_fetched_again(aws: Bench) -> None:
    for number in range(6):
        vpc(aws, "", number)
    token = aws.ec2.describe_vpcs(MaxResults=5)["NextToken"]
    first, again = (aws.ec2.describe_vpcs(MaxResults=5, NextToken=token)["Vpcs"] for _ in range(2))
    assert first == again
    assert len(first) == 2


def test_what_is_deleted_meanwhile_hides_nothing_else(aws: Bench) -> None:
    made = [vpc(aws, "", number) for number in range(12)]
    answer = aws.ec2.describe_vpcs(MaxResults=5)
    seen = [one["VpcId"] for one in answer["Vpcs"]]
    for gone in made[:3]:
        aws.ec2.delete_vpc(VpcId=gone)
    while "NextToken" in answer:
        answer = aws.ec2.describe_vpcs(MaxResults=5, NextToken=answer["NextToken"])
        seen += [one["VpcId"] for one in answer["Vpcs"]]
    assert set(made) <= set(seen)


@pytest.mark.parametrize(
    ("operation", "more"),
    [("describe_subnets", {}), ("describe_vpcs", {"Filters": [{"Name": "state", "Values": ["available"]}]})],
)
def test_a_token_is_of_its_request(aws: Bench, operation: str, more: dict[str, Any]) -> None:
    for number in range(6):
        vpc(aws, "", number)
    token = aws.ec2.describe_vpcs(MaxResults=5)["NextToken"]
    assert aws.refused(operation, MaxResults=5, NextToken=token, **more).code == "InvalidParameterValue"
