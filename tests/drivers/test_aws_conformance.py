"""The AWS driver passes the suite that every driver must pass, against moto."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import pytest
from spider_drivers.aws import AwsDriver
from spider_drivers.conformance import Cloud, cases_for
from spider_drivers.contract import ConnectionInfo

from tests.drivers.aws_support import CREDENTIAL, Aws, connect
from tests.servers import moto_server

PAGE = 5
IMAGE = "ami-785db401"

# What a bench may leave behind: operation, its answer's member, the member's id.
HELD = (
    ("describe_vpcs", "Vpcs", "VpcId"),
    ("describe_subnets", "Subnets", "SubnetId"),
    ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("describe_route_tables", "RouteTables", "RouteTableId"),
    ("describe_security_groups", "SecurityGroups", "GroupId"),
    ("describe_key_pairs", "KeyPairs", "KeyPairId"),
    ("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ("describe_volumes", "Volumes", "VolumeId"),
    ("describe_addresses", "Addresses", "AllocationId"),
)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture
def cloud(moto: str) -> Iterator[Cloud]:
    urllib.request.urlopen(urllib.request.Request(f"{moto}/moto-api/reset", method="POST"), timeout=10).close()
    info = ConnectionInfo("aws", "AWS", CREDENTIAL, {"Region": "us-east-1", "Endpoint": moto})
    looking = connect(moto)
    cloud = Cloud(
        AwsDriver(page_size=PAGE),
        info,
        image=IMAGE,
        spec="t3.micro",
        page_size=PAGE,
        contents=lambda: set(_contents(looking)),
    )
    yield cloud
    cloud.disconnect()
    looking.connection.close()


def _contents(aws: Aws) -> Iterator[str]:
    for operation, member, key in HELD:
        yield from (one[key] for one in aws.ec2(operation)[member])
    for reservation in aws.ec2("describe_instances")["Reservations"]:
        yield from (one["InstanceId"] for one in reservation["Instances"] if one["State"]["Name"] != "terminated")


globals().update(cases_for(AwsDriver().capability()))
