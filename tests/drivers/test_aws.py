"""What the AWS driver makes at EC2, seen at moto. What holds for every driver is in the conformance suite."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from spider_drivers.contract import (
    Attempt,
    Direction,
    ImageType,
    InUse,
    Invalid,
    KeyPairRequest,
    MissingReference,
    NotFound,
    Platform,
    Protocol,
    Ref,
    Rule,
    SecurityGroup,
    SecurityGroupRequest,
    SubnetRequest,
    VirtualClock,
    Vm,
    VmRequest,
    Vpc,
    VpcRequest,
)

from tests.drivers.aws_support import PUBLIC_KEY, Aws, connect, done, ref
from tests.servers import moto_server

LINUX, WINDOWS = "ami-785db401", "ami-03cf127a"  # two of moto's
SSH_IN = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
ALL_OUT = Rule(Direction.OUTBOUND, Protocol.ALL, -1, -1)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture
def aws(moto: str) -> Iterator[Aws]:
    found = connect(moto, page_size=5)
    yield found
    found.connection.close()


@pytest.fixture
def vpc(aws: Aws) -> Vpc:
    request = VpcRequest("net", "10.0.0.0/16", (SubnetRequest("a", "10.0.1.0/24"),))
    return done(lambda attempt: aws.connection.vpc.create(request, attempt))


def make_vm(aws: Aws, vpc: Vpc, **changes: Any) -> Vm:
    request = VmRequest("vm", Ref(LINUX, LINUX), "t3.micro", ref(vpc), ref(vpc.subnets[0]), public_key=PUBLIC_KEY)
    request = replace(request, **changes)
    return done(lambda attempt: aws.connection.vm.create(request, attempt))


def make_group(aws: Aws, vpc: Vpc, *rules: Rule, name: str = "group") -> SecurityGroup:
    request = SecurityGroupRequest(name, ref(vpc), rules)
    return done(lambda attempt: aws.connection.security_group.create(request, attempt))


def tags_of(aws: Aws, cloud_id: str) -> dict[str, str]:
    found = aws.ec2("describe_tags", Filters=[{"Name": "resource-id", "Values": [cloud_id]}])
    return {tag["Key"]: tag["Value"] for tag in found["Tags"]}


def instance_of(aws: Aws, cloud_id: str) -> dict[str, Any]:
    found = aws.ec2("describe_instances", InstanceIds=[cloud_id])
    return dict(found["Reservations"][0]["Instances"][0])


# VPC


def test_a_vpc_reaches_the_internet(aws: Aws, vpc: Vpc) -> None:
    main = [{"Name": "vpc-id", "Values": [vpc.iid.id]}, {"Name": "association.main", "Values": ["true"]}]
    (table,) = aws.ec2("describe_route_tables", Filters=main)["RouteTables"]
    routes = {route["DestinationCidrBlock"]: route["GatewayId"] for route in table["Routes"]}
    assert routes.keys() == {"10.0.0.0/16", "0.0.0.0/0"}
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc.iid.id]}]
    (gateway,) = aws.ec2("describe_internet_gateways", Filters=attached)["InternetGateways"]
    assert routes["0.0.0.0/0"] == gateway["InternetGatewayId"]


def test_name_and_token_travel_in_the_call_that_creates(aws: Aws) -> None:
    subnets = (SubnetRequest("left", "10.1.1.0/24", tags={"side": "left"}), SubnetRequest("right", "10.1.2.0/24"))
    request = VpcRequest("net", "10.1.0.0/16", subnets, {"team": "blue"})
    attempt = Attempt("my-token", clock=VirtualClock())
    made: list[Vpc] = []
    apis = aws.apis_of(lambda: made.append(done(lambda attempt: aws.connection.vpc.create(request, attempt), attempt)))
    assert "CreateTags" not in apis
    (vpc,) = made
    assert tags_of(aws, vpc.iid.id) == {"Name": "net", "spider-token": "my-token", "team": "blue"}
    assert tags_of(aws, attempt.parts["gateway"]) == {"Name": "net", "spider-token": "my-token"}
    assert tags_of(aws, attempt.parts["subnet left"]) == {"Name": "left", "spider-token": "my-token", "side": "left"}
    assert vpc.tags == {"team": "blue"}
    assert {subnet.iid.name: subnet.tags for subnet in vpc.subnets} == {"left": {"side": "left"}, "right": {}}


def test_a_subnet_is_in_its_zone_else_in_the_connection_s(aws: Aws) -> None:
    subnets = (SubnetRequest("own", "10.1.1.0/24", "us-east-1c"), SubnetRequest("other", "10.1.2.0/24"))
    vpc = done(lambda attempt: aws.connection.vpc.create(VpcRequest("net", "10.1.0.0/16", subnets), attempt))
    assert {subnet.iid.name: subnet.zone for subnet in vpc.subnets} == {"own": "us-east-1c", "other": "us-east-1b"}


def test_an_unknown_zone_is_a_matter_of_the_subnets(aws: Aws) -> None:
    subnet = SubnetRequest("a", "10.1.1.0/24", "us-east-1z")
    attempt = Attempt("unknown-zone")
    with pytest.raises(Invalid) as refused:
        aws.connection.vpc.create(VpcRequest("net", "10.1.0.0/16", (subnet,)), attempt)
    assert refused.value.field == "subnets"
    done(lambda attempt: aws.connection.vpc.delete(Ref("net", None, "unknown-zone"), attempt), attempt)


def test_a_gateway_that_was_made_and_not_attached_is_removed(aws: Aws) -> None:
    """Its maker died before it could note it: only the tag tells."""
    clock = VirtualClock()
    tags = [{"ResourceType": "internet-gateway", "Tags": [{"Key": "spider-token", "Value": "dead"}]}]
    made = aws.ec2("create_internet_gateway", TagSpecifications=tags)["InternetGateway"]["InternetGatewayId"]
    vpc = aws.ec2("create_vpc", CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    attempt = Attempt("dead", parts={"vpc": vpc}, unclean_since=clock.now() - timedelta(hours=1), clock=clock)
    assert aws.connection.vpc.delete(Ref("net", None, "dead"), attempt) is None
    with pytest.raises(NotFound):
        aws.ec2("describe_internet_gateways", InternetGatewayIds=[made])
    with pytest.raises(NotFound):
        aws.connection.vpc.get(Ref("net", vpc))


def test_a_vpc_that_spider_has_not_made_is_deleted_whole(aws: Aws) -> None:
    vpc = aws.ec2("create_vpc", CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
    gateway = aws.ec2("create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    aws.ec2("attach_internet_gateway", VpcId=vpc, InternetGatewayId=gateway)
    subnet = aws.ec2("create_subnet", VpcId=vpc, CidrBlock="10.3.1.0/24")["Subnet"]["SubnetId"]
    done(lambda attempt: aws.connection.vpc.delete(Ref("", vpc), attempt))
    for operation, key, gone in (
        ("describe_vpcs", "VpcIds", vpc),
        ("describe_internet_gateways", "InternetGatewayIds", gateway),
        ("describe_subnets", "SubnetIds", subnet),
    ):
        with pytest.raises(NotFound):
            aws.ec2(operation, **{key: [gone]})


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("create_route_table", ("RouteTable", "RouteTableId")),
        ("create_network_acl", ("NetworkAcl", "NetworkAclId")),
    ],
)
def test_a_vpc_with_foreign_parts_is_left_as_it_is(aws: Aws, vpc: Vpc, operation: str, answer: tuple[str, str]) -> None:
    foreign = aws.ec2(operation, VpcId=vpc.iid.id)[answer[0]][answer[1]]
    with pytest.raises(InUse, match=foreign):
        aws.connection.vpc.delete(ref(vpc), Attempt("delete"))
    assert aws.connection.vpc.get(ref(vpc)) == vpc


# Security groups


@pytest.mark.parametrize("name", ["sg-01", "SG-02"])
def test_a_group_s_name_may_look_like_an_id(aws: Aws, vpc: Vpc, name: str) -> None:
    group = make_group(aws, vpc, name=name)
    assert group.iid.name == name
    assert group.details["GroupName"] == f"_{name}"
    assert aws.connection.security_group.get(ref(group)) == group


def test_without_outbound_rules_everything_may_go_out(aws: Aws, vpc: Vpc) -> None:
    assert set(make_group(aws, vpc, SSH_IN).rules) == {SSH_IN, ALL_OUT}


@pytest.mark.parametrize(
    "rules",
    [
        {SSH_IN, Rule(Direction.OUTBOUND, Protocol.UDP, 53, 53, "10.0.0.0/8")},
        {Rule(Direction.OUTBOUND, Protocol.TCP, 443, 443), ALL_OUT},
        {Rule(Direction.INBOUND, Protocol.ALL, -1, -1, "10.0.0.0/8"), ALL_OUT},
        {Rule(Direction.INBOUND, Protocol.ICMP, -1, -1), ALL_OUT},
    ],
)
def test_with_outbound_rules_the_group_has_exactly_those_asked_for(aws: Aws, vpc: Vpc, rules: set[Rule]) -> None:
    group = make_group(aws, vpc, *rules, *rules)
    assert set(group.rules) == rules
    assert len(group.rules) == len(rules)


def test_tcp_without_ports_means_every_port(aws: Aws, vpc: Vpc) -> None:
    group = make_group(aws, vpc, Rule(Direction.INBOUND, Protocol.TCP, -1, -1))
    assert Rule(Direction.INBOUND, Protocol.TCP, 0, 65535) in group.rules


def test_rules_that_an_earlier_try_has_made_are_no_error(aws: Aws, vpc: Vpc) -> None:
    clock, dns = VirtualClock(), Rule(Direction.INBOUND, Protocol.UDP, 53, 53)
    group = make_group(aws, vpc, SSH_IN)
    attempt = Attempt("again", parts={"group": group.iid.id}, unclean_since=clock.now(), clock=clock)
    clock.advance(60)
    request = SecurityGroupRequest("group", ref(vpc), (SSH_IN, dns))
    again = done(lambda attempt: aws.connection.security_group.create(request, attempt), attempt)
    assert set(again.rules) == {SSH_IN, dns, ALL_OUT}


def test_rules_about_groups_are_told_in_the_details(aws: Aws, vpc: Vpc) -> None:
    one, two = make_group(aws, vpc), make_group(aws, vpc, name="other")
    about = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": two.iid.id}]}
    aws.ec2("authorize_security_group_ingress", GroupId=one.iid.id, IpPermissions=[about])
    group = aws.connection.security_group.get(ref(one))
    assert group.rules == (ALL_OUT,)
    assert two.iid.id in group.details["IpPermissions"]
    with pytest.raises(InUse, match=one.iid.id):
        aws.connection.security_group.delete(ref(two), Attempt("delete"))


# VM


def test_user_data_makes_cb_user(aws: Aws, vpc: Vpc) -> None:
    vm = make_vm(aws, vpc)
    kept = aws.ec2("describe_instance_attribute", InstanceId=vm.iid.id, Attribute="userData")["UserData"]["Value"]
    first, _, rest = base64.b64decode(kept).decode().partition("\n")
    assert first == "#cloud-config"
    default, user = json.loads(rest)["users"]
    assert default == "default"
    assert user["name"] == vm.user == "cb-user"
    assert user["ssh_authorized_keys"] == [PUBLIC_KEY]
    assert user["sudo"] == "ALL=(ALL) NOPASSWD:ALL"


def test_the_public_key_of_a_foreign_key_pair_is_ec2_s(aws: Aws, vpc: Vpc) -> None:
    request = KeyPairRequest("mine", PUBLIC_KEY)
    done(lambda attempt: aws.connection.key_pair.create(request, attempt))
    vm = done(
        lambda attempt: aws.connection.vm.create(
            VmRequest("vm", Ref(LINUX, LINUX), "t3.micro", ref(vpc), ref(vpc.subnets[0]), key_pair=Ref("mine", "mine")),
            attempt,
        )
    )
    kept = aws.ec2("describe_instance_attribute", InstanceId=vm.iid.id, Attribute="userData")["UserData"]["Value"]
    assert PUBLIC_KEY in base64.b64decode(kept).decode()
    assert vm.key_pair.id == "mine"


def test_a_vm_has_one_interface_with_a_public_address_and_goes_whole(aws: Aws, vpc: Vpc) -> None:
    vm = make_vm(aws, vpc, tags={"team": "blue"}, root_disk_type="gp3", root_disk_gib=41)
    assert vm.public_ip
    found = instance_of(aws, vm.iid.id)
    (interface,) = found["NetworkInterfaces"]
    assert interface["Attachment"]["DeleteOnTermination"] is True
    (disk,) = found["BlockDeviceMappings"]
    assert disk["Ebs"]["DeleteOnTermination"] is True
    assert tags_of(aws, disk["Ebs"]["VolumeId"])["Name"] == "vm"
    assert tags_of(aws, vm.iid.id).items() >= {"Name": "vm", "team": "blue"}.items()
    assert vm.tags == {"team": "blue"}
    assert (vm.root_disk_type, vm.root_disk_gib) == ("gp3", 41)
    done(lambda attempt: aws.connection.vm.delete(ref(vm), attempt))
    for operation, key, gone in (
        ("describe_volumes", "VolumeIds", disk["Ebs"]["VolumeId"]),
        ("describe_network_interfaces", "NetworkInterfaceIds", interface["NetworkInterfaceId"]),
    ):
        with pytest.raises(NotFound):
            aws.ec2(operation, **{key: [gone]})


def test_a_terminated_vm_is_absent_though_ec2_still_shows_it(aws: Aws, vpc: Vpc) -> None:
    vm = make_vm(aws, vpc)
    done(lambda attempt: aws.connection.vm.delete(ref(vm), attempt))
    assert instance_of(aws, vm.iid.id)["State"]["Name"] == "terminated"
    assert vm.iid.id not in {one.iid.id for one in aws.connection.vm.list()}
    with pytest.raises(NotFound):
        aws.connection.vm.get(ref(vm))
    with pytest.raises(NotFound):
        aws.connection.vm.status(ref(vm))
    assert aws.connection.vm.delete(ref(vm), Attempt("again")) is None


def test_my_image_stays_my_image(aws: Aws, vpc: Vpc) -> None:
    assert make_vm(aws, vpc, image_type=ImageType.MINE).image_type is ImageType.MINE
    assert make_vm(aws, vpc).image_type is ImageType.PUBLIC


def test_windows(aws: Aws, vpc: Vpc) -> None:
    vm = make_vm(aws, vpc, image=Ref(WINDOWS, WINDOWS))
    assert (vm.platform, vm.user, vm.ssh_port) == (Platform.WINDOWS, "Administrator", 3389)
    kept = aws.ec2("describe_instance_attribute", InstanceId=vm.iid.id, Attribute="userData")
    assert not kept["UserData"].get("Value")


@pytest.mark.parametrize(
    ("field", "value"), [("image", Ref("ami-12345678", "ami-12345678")), ("spec", "t0.none")], ids=["image", "spec"]
)
def test_nothing_is_made_for_an_unknown_image_or_spec(aws: Aws, vpc: Vpc, field: str, value: Any) -> None:
    def refused() -> None:
        with pytest.raises(MissingReference) as error:
            make_vm(aws, vpc, **{field: value})
        assert error.value.field == field
        assert error.value.code

    assert "RunInstances" not in aws.apis_of(refused)


def test_a_list_of_50_vms_costs_its_pages(moto: str, vpc: Vpc) -> None:
    aws = connect(moto, page_size=20)
    before = len(aws.connection.vm.list())
    for _ in range(50):
        aws.ec2("run_instances", ImageId=LINUX, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    listed: list[Any] = []
    assert aws.apis_of(lambda: listed.extend(aws.connection.vm.list())) == ["DescribeInstances"] * -(
        -(before + 50) // 20
    )
    assert len({vm.iid.id for vm in listed}) == before + 50


# Images and specs


def test_an_image_tells_its_platform_and_disk(aws: Aws) -> None:
    image = aws.connection.image.get(Ref(WINDOWS, WINDOWS))
    assert image.platform is Platform.WINDOWS
    assert image.disk_gib == 15
    assert image.details["RootDeviceName"] == "/dev/sda1"
    assert image.iid.name == image.iid.id == WINDOWS
    assert aws.connection.image.get(Ref(LINUX, LINUX)).platform is Platform.LINUX


def test_a_spec_tells_its_gpus_and_disk(aws: Aws) -> None:
    spec = aws.connection.spec.get(Ref("g4dn.12xlarge", "g4dn.12xlarge"))
    (gpu,) = spec.gpus
    assert (gpu.count, gpu.vendor, gpu.model, gpu.memory_mib) == (4, "NVIDIA", "T4", 16384)
    assert (spec.vcpus, spec.memory_mib, spec.disk_gib) == (48, 196608, 900)
    assert aws.connection.spec.raw_get(Ref("", "g4dn.12xlarge"))["InstanceType"] == "g4dn.12xlarge"
