"""What the Alibaba driver makes of VPCs, security groups and key pairs, seen at Cloud-Twin's ECS and VPC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from spider_drivers.contract import (
    EVERYTHING_OUT,
    AlreadyExists,
    Attempt,
    Direction,
    InUse,
    Invalid,
    KeyPairRequest,
    MissingReference,
    NoCapacity,
    NotFound,
    Protocol,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroup,
    SecurityGroupRequest,
    SubnetRequest,
    VirtualClock,
    VpcRequest,
)

from cloud_twin.faults import Rule as Fault
from tests.drivers.alibaba_support import ZONE, Alibaba, Emulated, emulated, fresh, make_vpc, vm_request
from tests.drivers.support import PUBLIC_KEY, done, make_group, make_vm, ref

SSH_IN = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
DNS_OUT = Rule(Direction.OUTBOUND, Protocol.UDP, 53, 53, "10.0.0.0/8")
OTHER_ZONE = f"{ZONE[:-1]}b"


@pytest.fixture(scope="module")
def ecs() -> Iterator[Emulated]:
    with emulated(judged=True) as found:
        yield found


@pytest.fixture
def alibaba(ecs: Emulated) -> Iterator[Alibaba]:
    with fresh(ecs) as found:
        yield found


def inbound(protocol: str, first: int, last: int, cidr: str = "0.0.0.0/0") -> Rule:
    return Rule(Direction.INBOUND, Protocol(protocol), first, last, cidr)


def change(alibaba: Alibaba, verb: str, group: SecurityGroup, *rules: Rule) -> object:
    handler = alibaba.connection.security_group
    return done(lambda attempt: getattr(handler, verb)(ref(group), RulesRequest(rules), attempt))


def shown(alibaba: Alibaba, group: SecurityGroup) -> set[Rule]:
    return set(alibaba.connection.security_group.get(ref(group)).rules)


def permissions(alibaba: Alibaba, group: SecurityGroup) -> list[tuple[str, str, str, str]]:
    """Policy, priority, protocol and other end of those that go out."""
    found = alibaba.all("ecs.DescribeSecurityGroupAttribute", SecurityGroupId=group.iid.id, Direction="egress")
    return sorted(
        (one["Policy"], str(one["Priority"]), one["IpProtocol"], one["DestCidrIp"] or one["Ipv6DestCidrIp"])
        for one in found
    )


# VPC


def test_name_and_token_travel_in_the_call_that_creates(alibaba: Alibaba) -> None:
    subnets = (SubnetRequest("left", "10.1.1.0/24", tags={"side": "left"}), SubnetRequest("right", "10.1.2.0/24"))
    request = VpcRequest("net", "10.1.0.0/16", subnets, {"team": "Blau & Co"})
    attempt = Attempt("my-token", clock=VirtualClock())
    vpc = done(lambda attempt: alibaba.connection.vpc.create(request, attempt), attempt)
    assert not [record.api for record in alibaba.records if "Tag" in record.api]
    (found,) = alibaba.all("vpc.DescribeVpcs", VpcId=vpc.iid.id)
    assert {one["Key"]: one["Value"] for one in found["Tags"]["Tag"]} == {
        "spider-token": "my-token",
        "team": "Blau & Co",
    }
    assert (vpc.iid.name, vpc.cidr, vpc.tags) == ("net", "10.1.0.0/16", {"team": "Blau & Co"})
    assert {subnet.iid.name: subnet.tags for subnet in vpc.subnets} == {"left": {"side": "left"}, "right": {}}


def test_a_subnet_is_in_its_zone_else_in_the_connection_s(alibaba: Alibaba) -> None:
    subnets = (SubnetRequest("own", "10.1.1.0/24", OTHER_ZONE), SubnetRequest("other", "10.1.2.0/24"))
    vpc = done(lambda attempt: alibaba.connection.vpc.create(VpcRequest("net", "10.1.0.0/16", subnets), attempt))
    assert {subnet.iid.name: subnet.zone for subnet in vpc.subnets} == {"own": OTHER_ZONE, "other": ZONE}


def test_a_create_is_refused_nothing_while_its_parts_take_their_time(ecs: Emulated, alibaba: Alibaba) -> None:
    """Each new VSwitch bars the next one for a while: it is waited for, not tried."""
    ecs.cloud.settings.transition_seconds = 3.0
    subnets = tuple(SubnetRequest(name, f"10.1.{number}.0/24") for number, name in enumerate("abc"))
    request = VpcRequest("net", "10.1.0.0/16", subnets)
    try:
        vpc = done(lambda attempt: alibaba.connection.vpc.create(request, attempt), twin=ecs.twin)
        done(lambda attempt: alibaba.connection.vpc.delete(ref(vpc), attempt), twin=ecs.twin)
    finally:
        ecs.cloud.settings.transition_seconds = 0.0
    assert {code for _, code in alibaba.outcomes()} == {""}
    assert [name for name, _ in alibaba.outcomes() if name.startswith(("Create", "Delete"))] == [
        *("CreateVpc", "CreateVSwitch", "CreateVSwitch", "CreateVSwitch"),
        *("DeleteVSwitch", "DeleteVSwitch", "DeleteVSwitch", "DeleteVpc"),
    ]


def test_an_unknown_zone_is_a_matter_of_the_subnets(alibaba: Alibaba, ecs: Emulated) -> None:
    before, attempt = ecs.contents(), Attempt("unknown-zone", clock=VirtualClock())
    request = VpcRequest("net", "10.1.0.0/16", (SubnetRequest("a", "10.1.1.0/24", f"{ZONE}z"),))
    with pytest.raises((Invalid, MissingReference)) as refused:
        done(lambda attempt: alibaba.connection.vpc.create(request, attempt), attempt)
    assert refused.value.field == "subnets"
    done(lambda attempt: alibaba.connection.vpc.delete(Ref("net", None, "unknown-zone"), attempt), attempt)
    assert ecs.contents() == before


def test_a_vpc_that_was_made_and_not_noted_is_found_by_its_token(alibaba: Alibaba, ecs: Emulated) -> None:
    before, clock = ecs.contents(), VirtualClock()
    alibaba.call("vpc.CreateVpc", CidrBlock="10.2.0.0/16", Tag=[{"Key": "spider-token", "Value": "dead"}])
    attempt = Attempt("dead", unclean_since=clock.now() - timedelta(hours=1), clock=clock)
    done(lambda attempt: alibaba.connection.vpc.delete(Ref("net", None, "dead"), attempt), attempt)
    assert ecs.contents() == before


def test_a_vpc_that_spider_has_not_made_is_deleted_whole(alibaba: Alibaba, ecs: Emulated) -> None:
    before = ecs.contents()
    vpc = alibaba.call("vpc.CreateVpc", CidrBlock="10.3.0.0/16")["VpcId"]
    alibaba.call("vpc.CreateVSwitch", VpcId=vpc, CidrBlock="10.3.1.0/24", ZoneId=ZONE)
    (found,) = alibaba.connection.vpc.list()
    assert (found.iid.id, found.iid.name, len(found.subnets)) == (vpc, "", 1)
    done(lambda attempt: alibaba.connection.vpc.delete(Ref("", vpc), attempt))
    assert ecs.contents() == before


@pytest.mark.parametrize("user", ["group", "machine"])
def test_what_uses_a_vpc_is_named_and_nothing_is_changed(alibaba: Alibaba, ecs: Emulated, user: str) -> None:
    vpc = make_vpc(alibaba)
    group = make_group(alibaba, vpc)
    made = group if user == "group" else make_vm(alibaba, vm_request(vpc, group))
    before = ecs.contents()
    with pytest.raises(InUse, match=made.iid.id):
        done(lambda attempt: alibaba.connection.vpc.delete(ref(vpc), attempt))
    assert ecs.contents() == before


def test_no_quota_is_no_capacity(alibaba: Alibaba, ecs: Emulated) -> None:
    ecs.cloud.settings.quotas["vpcs"] = 0
    with pytest.raises(NoCapacity, match=r"QuotaExceeded\.Vpc"):
        make_vpc(alibaba)


# Security groups


@pytest.mark.parametrize("rules", [(), (SSH_IN,), (SSH_IN, EVERYTHING_OUT), (DNS_OUT, EVERYTHING_OUT)], ids=str)
def test_a_group_whose_rules_say_nothing_else_lets_everything_out(alibaba: Alibaba, rules: tuple[Rule, ...]) -> None:
    group = make_group(alibaba, make_vpc(alibaba), *rules)
    assert set(group.rules) == {*rules, EVERYTHING_OUT}
    assert not [one for one in permissions(alibaba, group) if one[0] == "Drop"]


def test_a_group_with_outbound_rules_lets_out_what_they_say(alibaba: Alibaba) -> None:
    group = make_group(alibaba, make_vpc(alibaba), SSH_IN, DNS_OUT)
    assert set(group.rules) == {SSH_IN, DNS_OUT}
    assert permissions(alibaba, group) == [
        ("Accept", "1", "UDP", "10.0.0.0/8"),
        ("Drop", "100", "ALL", "0.0.0.0/0"),
        ("Drop", "100", "ALL", "::/0"),
    ]
    assert "Permissions" not in group.details, "Spider's own permissions are shown"


def test_members_of_a_group_reach_each_other_by_its_rules_alone(alibaba: Alibaba) -> None:
    group = make_group(alibaba, make_vpc(alibaba))
    told = alibaba.call("ecs.DescribeSecurityGroupAttribute", SecurityGroupId=group.iid.id)
    assert told["InnerAccessPolicy"] == "Drop"


def test_that_everything_may_go_out_can_be_taken_and_given_back(alibaba: Alibaba) -> None:
    group = make_group(alibaba, make_vpc(alibaba), SSH_IN)
    with pytest.raises(AlreadyExists):
        change(alibaba, "add_rules", group, EVERYTHING_OUT)
    change(alibaba, "remove_rules", group, EVERYTHING_OUT)
    assert shown(alibaba, group) == {SSH_IN}
    with pytest.raises(MissingReference):
        change(alibaba, "remove_rules", group, EVERYTHING_OUT)
    change(alibaba, "add_rules", group, EVERYTHING_OUT, DNS_OUT)
    assert shown(alibaba, group) == {SSH_IN, EVERYTHING_OUT, DNS_OUT}
    change(alibaba, "remove_rules", group, EVERYTHING_OUT)
    assert shown(alibaba, group) == {SSH_IN, DNS_OUT}


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (inbound("TCP", -1, -1), inbound("TCP", 0, 65535)),
        (inbound("UDP", 1, 65535), inbound("UDP", 0, 65535)),
        (inbound("TCP", 22, 22, "10.1.2.3/8"), inbound("TCP", 22, 22, "10.0.0.0/8")),
        (inbound("ALL", 0, 0, "10.0.0.0/8"), inbound("ALL", -1, -1, "10.0.0.0/8")),
        (inbound("ICMP", -1, -1, "::/0"), inbound("ICMP", -1, -1, "::/0")),
        (inbound("TCP", 80, 90, "fd00::/8"), inbound("TCP", 80, 90, "fd00::/8")),
    ],
    ids=str,
)
def test_a_rule_has_one_spelling(alibaba: Alibaba, asked: Rule, meant: Rule) -> None:
    group = make_group(alibaba, make_vpc(alibaba))
    change(alibaba, "add_rules", group, asked)
    assert shown(alibaba, group) == {meant, EVERYTHING_OUT}
    with pytest.raises(AlreadyExists):
        change(alibaba, "add_rules", group, asked)
    change(alibaba, "remove_rules", group, asked)
    assert shown(alibaba, group) == {EVERYTHING_OUT}


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Direction.INBOUND, Protocol.TCP, 22, 22, "nowhere"),
        Rule(Direction.INBOUND, Protocol.ICMP, 8, 0),
        Rule(Direction.INBOUND, Protocol.TCP, 0, 22),
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_is_invalid(alibaba: Alibaba, ecs: Emulated, rule: Rule) -> None:
    vpc = make_vpc(alibaba)
    before, attempt = ecs.contents(), Attempt("no-such-rule", clock=VirtualClock())
    request = SecurityGroupRequest("group", ref(vpc), (rule,))
    with pytest.raises(Invalid) as refused:
        done(lambda attempt: alibaba.connection.security_group.create(request, attempt), attempt)
    assert refused.value.field == "rules"
    undone = Ref("group", None, "no-such-rule")
    done(lambda attempt: alibaba.connection.security_group.delete(undone, attempt), attempt)
    assert ecs.contents() == before


def test_a_refused_direction_takes_the_other_one_back(alibaba: Alibaba, ecs: Emulated) -> None:
    group = make_group(alibaba, make_vpc(alibaba), SSH_IN)
    http = Rule(Direction.INBOUND, Protocol.TCP, 80, 80)
    api = "AuthorizeSecurityGroupEgress"
    ecs.twin.rules.add(Fault(api=api, times=1, status=403, code="AuthorizationLimitExceed", message="no more"))
    with pytest.raises(NoCapacity):
        change(alibaba, "add_rules", group, http, DNS_OUT)
    assert shown(alibaba, group) == {SSH_IN, EVERYTHING_OUT}


@pytest.mark.parametrize("verb", ["add_rules", "remove_rules"])
def test_a_refused_half_of_a_direction_takes_the_other_one_back(alibaba: Alibaba, ecs: Emulated, verb: str) -> None:
    many = [inbound("TCP", port, port) for port in range(1000, 1030)]
    adding = verb == "add_rules"
    group = make_group(alibaba, make_vpc(alibaba), *([] if adding else many))
    before = shown(alibaba, group)
    api = "AuthorizeSecurityGroup" if adding else "RevokeSecurityGroup"
    refusal = Fault(api=api, first=2, times=1, status=403, code="AuthorizationLimitExceed", message="no more")
    ecs.twin.rules.add(refusal)
    with pytest.raises(NoCapacity):
        change(alibaba, verb, group, *many)
    assert shown(alibaba, group) == before


def test_a_rule_is_removed_whatever_its_priority_is(alibaba: Alibaba) -> None:
    group = make_group(alibaba, make_vpc(alibaba))
    for priority in (7, 50):
        one = {"IpProtocol": "TCP", "PortRange": "22/22", "SourceCidrIp": "0.0.0.0/0", "Priority": priority}
        alibaba.call("ecs.AuthorizeSecurityGroup", SecurityGroupId=group.iid.id, Permissions=[one])
    assert shown(alibaba, group) == {SSH_IN, EVERYTHING_OUT}
    change(alibaba, "remove_rules", group, SSH_IN)
    assert shown(alibaba, group) == {EVERYTHING_OUT}


def test_permissions_of_other_kinds_are_told_in_the_details(alibaba: Alibaba) -> None:
    vpc = make_vpc(alibaba)
    one, two = make_group(alibaba, vpc), make_group(alibaba, vpc, name="other")
    about = [
        {"IpProtocol": "TCP", "PortRange": "80/80", "SourceGroupId": two.iid.id},
        {"IpProtocol": "TCP", "PortRange": "81/81", "SourceCidrIp": "10.0.0.0/8", "Policy": "Drop"},
        {"IpProtocol": "GRE", "PortRange": "-1/-1", "SourceCidrIp": "10.0.0.0/8"},
    ]
    alibaba.call("ecs.AuthorizeSecurityGroup", SecurityGroupId=one.iid.id, Permissions=about)
    group = alibaba.connection.security_group.get(ref(one))
    assert group.rules == (EVERYTHING_OUT,)
    assert all(word in group.details["Permissions"] for word in (two.iid.id, "Drop", "GRE"))
    with pytest.raises(InUse, match=one.iid.id):
        done(lambda attempt: alibaba.connection.security_group.delete(ref(two), attempt))


def test_more_rules_than_a_call_or_a_page_takes(alibaba: Alibaba, ecs: Emulated) -> None:
    """25 permissions go into a call, for they stand in its URL; a page of them has 10 at least."""
    rules = tuple(Rule(Direction.INBOUND, Protocol.TCP, port, port) for port in range(1000, 1103))
    group = make_group(alibaba, make_vpc(alibaba), *rules)
    paged = ecs.connect(page_size=10)
    assert shown(paged, group) == {*rules, EVERYTHING_OUT}
    assert [name for name, _ in alibaba.outcomes()].count("AuthorizeSecurityGroup") == 5
    assert [name for name, _ in paged.outcomes()].count("DescribeSecurityGroupAttribute") == 11


def test_a_group_of_a_vpc_that_is_gone_is_missing_a_reference(alibaba: Alibaba) -> None:
    vpc = make_vpc(alibaba)
    done(lambda attempt: alibaba.connection.vpc.delete(ref(vpc), attempt))
    with pytest.raises((MissingReference, Invalid)) as refused:
        make_group(alibaba, vpc)
    assert refused.value.field == "vpc"


# Key pairs


def test_a_key_pair_is_known_by_its_name(alibaba: Alibaba) -> None:
    request = KeyPairRequest("mine", PUBLIC_KEY, {"team": "blue"})
    made = done(lambda attempt: alibaba.connection.key_pair.create(request, attempt))
    assert (made.iid.id, made.tags) == ("mine", {"team": "blue"})
    assert made.public_key.split()[:2] == PUBLIC_KEY.split()[:2]
    assert made.fingerprint
    with pytest.raises(AlreadyExists):
        done(lambda attempt: alibaba.connection.key_pair.create(KeyPairRequest("mine", PUBLIC_KEY), attempt))
    assert alibaba.connection.key_pair.get(ref(made)) == made


def test_a_star_in_a_name_stands_for_itself(alibaba: Alibaba) -> None:
    done(lambda attempt: alibaba.connection.key_pair.create(KeyPairRequest("mine", PUBLIC_KEY), attempt))
    with pytest.raises(NotFound):
        alibaba.connection.key_pair.get(Ref("", "mi*"))


def test_a_key_of_another_kind_is_invalid_without_a_call(alibaba: Alibaba) -> None:
    with pytest.raises(Invalid) as refused:
        alibaba.connection.key_pair.create(KeyPairRequest("mine", "ssh-dss AAAA"), Attempt("token"))
    assert refused.value.field == "public_key"
    assert alibaba.records == []
