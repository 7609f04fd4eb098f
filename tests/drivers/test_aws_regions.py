"""Regions, zones, and VMs that name no network, seen at Cloud-Twin's EC2 and at a server that answers as EC2 does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from spider_drivers.contract import (
    Attempt,
    Invalid,
    NotFound,
    Ref,
    Refused,
    RegionZone,
    SecurityGroupRequest,
    Unsupported,
    VmRequest,
    ZoneStatus,
)

from tests.drivers.aws_support import Answer, Aws, Wire, connect, error, make_vpc, wire
from tests.drivers.support import PUBLIC_KEY, done, ref

LINUX = "ami-785db401"
VM = VmRequest("vm", Ref(LINUX, LINUX), "t3.micro", public_key=PUBLIC_KEY)


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as running:
        yield running


# Regions


def test_a_list_costs_a_call_and_one_per_region_each_recorded_in_its_region(aws: Aws) -> None:
    regions: list[RegionZone] = []
    apis = aws.apis_of(lambda: regions.extend(aws.connection.region_zone.list()))
    assert apis == ["DescribeRegions", *["DescribeAvailabilityZones"] * len(regions)]
    elsewhere = {region.name for region in regions} - {"us-east-1"}
    assert {record.scope.region for record in aws.records} == elsewhere | {""}  # no engine has set its own
    assert len(elsewhere) > 10


def test_each_region_has_its_own_zones(aws: Aws) -> None:
    for region in aws.connection.region_zone.list():
        assert region.zones, region.name
        assert all(zone.name.startswith(region.name) for zone in region.zones)
        assert {zone.status for zone in region.zones} == {ZoneStatus.AVAILABLE}


def test_a_region_that_is_not_enabled_is_absent(aws: Aws) -> None:
    raw = {one["RegionName"]: one["OptInStatus"] for one in aws.connection.region_zone.raw_regions()["Regions"]}
    absent = {name for name, status in raw.items() if status == "not-opted-in"}
    assert absent
    assert {region.name for region in aws.connection.region_zone.list()} == raw.keys() - absent
    with pytest.raises(NotFound, match="not enabled"):
        aws.connection.region_zone.get(Ref("", absent.pop()))


def test_raw_zones_are_those_of_the_connection(aws: Aws) -> None:
    zones = aws.connection.region_zone.raw_zones()["AvailabilityZones"]
    assert {zone["RegionName"] for zone in zones} == {"us-east-1"}


REGIONS = Answer(
    "<DescribeRegionsResponse><regionInfo>"
    "<item><regionName>eu-west-1</regionName></item><item><regionName>us-east-1</regionName></item>"
    "</regionInfo></DescribeRegionsResponse>"
)
ZONES = Answer(
    "<DescribeAvailabilityZonesResponse><availabilityZoneInfo>"
    "<item><zoneName>us-east-1a</zoneName><zoneState>available</zoneState></item>"
    "<item><zoneName>us-east-1b</zoneName><zoneState>constrained</zoneState></item>"
    "<item><zoneName>us-east-1c</zoneName></item>"
    "</availabilityZoneInfo></DescribeAvailabilityZonesResponse>"
)
DENIED = error("UnauthorizedOperation", "with an explicit deny in a service control policy", 403)


def test_a_region_that_refuses_the_credential_is_listed_without_zones(server: Wire) -> None:
    server.answers = [REGIONS, DENIED, ZONES]
    denied, own = connect(server.url).connection.region_zone.list()
    assert (denied.name, denied.zones) == ("eu-west-1", ())
    assert "explicit deny" in denied.details["ZonesRefused"]
    assert [zone.status for zone in own.zones] == [
        ZoneStatus.AVAILABLE,
        ZoneStatus.UNAVAILABLE,
        ZoneStatus.UNTOLD,
    ]


def test_a_region_that_is_asked_for_and_refuses_is_an_error(server: Wire) -> None:
    server.answers = [REGIONS, DENIED]
    with pytest.raises(Refused, match="explicit deny"):
        connect(server.url).connection.region_zone.get(Ref("", "eu-west-1"))


def test_the_connection_s_own_region_that_refuses_is_an_error(server: Wire) -> None:
    server.answers = [REGIONS, ZONES, DENIED]
    with pytest.raises(Refused, match="explicit deny"):
        connect(server.url).connection.region_zone.list()


# VMs that name no network


def test_a_vm_that_names_no_subnet_is_in_the_default_vpc_and_the_connection_s_zone(aws: Aws) -> None:
    (default,) = [vpc for vpc in aws.connection.vpc.list() if vpc.details["IsDefault"] == "true"]
    vm = done(lambda attempt: aws.connection.vm.create(VM, attempt))
    assert vm.vpc.id == default.iid.id
    (subnet,) = [subnet for subnet in default.subnets if subnet.iid.id == vm.subnet.id]
    assert subnet.zone == vm.zone == "us-east-1b"
    assert vm.public_ip


def test_without_a_zone_ec2_chooses(twin: str) -> None:
    aws = connect(twin, Zone="")
    assert done(lambda attempt: aws.connection.vm.create(VM, attempt)).zone.startswith("us-east-1")


def test_a_group_of_the_default_vpc_is_taken_by_its_id(aws: Aws) -> None:
    (default,) = [vpc for vpc in aws.connection.vpc.list() if vpc.details["IsDefault"] == "true"]
    request = SecurityGroupRequest("group", ref(default))
    group = ref(done(lambda attempt: aws.connection.security_group.create(request, attempt)))
    vm = done(lambda attempt: aws.connection.vm.create(replace(VM, security_groups=(group,)), attempt))
    assert [one.id for one in vm.security_groups] == [group.id]


def test_a_vpc_without_a_subnet_is_invalid(aws: Aws) -> None:
    vpc = make_vpc(aws)

    def refused() -> None:
        with pytest.raises(Invalid) as error:
            aws.connection.vm.create(replace(VM, vpc=ref(vpc)), Attempt("create"))
        assert error.value.field == "subnet"

    assert aws.apis_of(refused) == []


@pytest.mark.parametrize(("left", "code"), [("nothing", "VPCIdNotSpecified"), ("the_vpc", "MissingInput")])
def test_an_account_without_a_default_network_is_told_so_in_ec2_s_words(twin: str, left: str, code: str) -> None:
    region = {"nothing": "eu-west-2", "the_vpc": "eu-west-3"}[left]
    aws = connect(twin, Region=region, Zone="")
    (default,) = aws.connection.vpc.list()
    if left == "nothing":
        done(lambda attempt: aws.connection.vpc.delete(ref(default), attempt))
    for subnet in default.subnets if left == "the_vpc" else ():
        aws.ec2("delete_subnet", SubnetId=subnet.iid.id)
    with pytest.raises(Unsupported) as refused:
        aws.connection.vm.create(VM, Attempt("create"))
    assert refused.value.code == code
    assert "default VPC" in refused.value.text
