"""What the AWS driver makes of VPCs and security groups, seen at Cloud-Twin's EC2."""

from __future__ import annotations

from datetime import timedelta

import pytest
from spider_drivers.contract import (
    Attempt,
    Direction,
    InUse,
    Invalid,
    NotFound,
    Protocol,
    Ref,
    Rule,
    SecurityGroup,
    SecurityGroupRequest,
    SubnetRequest,
    VirtualClock,
    Vpc,
    VpcRequest,
)

from tests.drivers.aws_support import Aws
from tests.drivers.support import done, ref

SSH_IN = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
ALL_OUT = Rule(Direction.OUTBOUND, Protocol.ALL, -1, -1)


def make_group(aws: Aws, vpc: Vpc, *rules: Rule, name: str = "group") -> SecurityGroup:
    request = SecurityGroupRequest(name, ref(vpc), rules)
    return done(lambda attempt: aws.connection.security_group.create(request, attempt))


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
    assert aws.tags(vpc.iid.id) == {"Name": "net", "spider-token": "my-token", "team": "blue"}
    assert aws.tags(attempt.parts["gateway"]) == {"Name": "net", "spider-token": "my-token"}
    assert aws.tags(attempt.parts["subnet left"]) == {"Name": "left", "spider-token": "my-token", "side": "left"}
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


def test_host_bits_of_a_rule_s_cidr_do_not_count(aws: Aws, vpc: Vpc) -> None:
    group = make_group(aws, vpc, Rule(Direction.INBOUND, Protocol.TCP, 22, 22, "10.1.2.3/8"))
    assert Rule(Direction.INBOUND, Protocol.TCP, 22, 22, "10.0.0.0/8") in group.rules


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Direction.INBOUND, Protocol.TCP, 22, 22, "10.0.0.0/99"),
        Rule(Direction.INBOUND, Protocol.TCP, 22, 22, "nowhere"),
        Rule(Direction.INBOUND, Protocol.ICMP, 8, 0),
    ],
    ids=lambda rule: f"{rule.protocol} {rule.from_port} {rule.cidr}",
)
def test_a_rule_that_cannot_be_is_invalid(aws: Aws, vpc: Vpc, rule: Rule) -> None:
    before = aws.connection.security_group.list()
    attempt = Attempt("no-such-rule", clock=VirtualClock())
    with pytest.raises(Invalid) as refused:
        aws.connection.security_group.create(SecurityGroupRequest("group", ref(vpc), (rule,)), attempt)
    assert refused.value.field == "rules"
    done(lambda attempt: aws.connection.security_group.delete(Ref("group", None, "no-such-rule"), attempt), attempt)
    assert aws.connection.security_group.list() == before


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
