"""What the AWS driver changes in VPCs and security groups that are there already, seen at Cloud-Twin's EC2.

What holds for every driver, deaths above all, is in the conformance suite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    Direction,
    InUse,
    Invalid,
    MissingReference,
    NoAnswer,
    NoCapacity,
    NotFound,
    Protocol,
    Ref,
    Refused,
    Rule,
    RulesRequest,
    SecurityGroup,
    SecurityGroupRequest,
    SpiderError,
    SubnetRequest,
    VirtualClock,
    Vpc,
    Wait,
)

from cloud_twin.faults import EC2
from cloud_twin.faults import Rule as Fault
from tests.drivers.aws_support import Aws, connect
from tests.drivers.support import done, ref
from tests.servers import Proxy, proxy

SSH_IN = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
WEB_IN = Rule(Direction.INBOUND, Protocol.TCP, 80, 80, "10.0.0.0/8")
DNS_OUT = Rule(Direction.OUTBOUND, Protocol.UDP, 53, 53)
ALL_OUT = Rule(Direction.OUTBOUND, Protocol.ALL, -1, -1)
ALL_OUT_6 = Rule(Direction.OUTBOUND, Protocol.ALL, -1, -1, "::/0")
SECOND = SubnetRequest("b", "10.0.2.0/24")


@pytest.fixture(scope="module")
def module_proxy(twin: str) -> Iterator[Proxy]:
    with proxy(twin, EC2) as found:
        yield found


@pytest.fixture
def proxied(module_proxy: Proxy) -> Proxy:
    module_proxy.faults.reset()
    return module_proxy


@pytest.fixture
def aws(proxied: Proxy) -> Iterator[Aws]:
    found = connect(proxied.url, page_size=5)
    yield found
    found.connection.close()


@dataclass
class Group:
    """A security group with EC2's own rule and SSH_IN, to be changed."""

    aws: Aws
    ref: Ref

    def shown(self) -> set[Rule]:
        return set(self.aws.connection.security_group.get(self.ref).rules)

    def adding(self, *rules: Rule) -> Callable[[Attempt], SecurityGroup | Wait]:
        return lambda attempt: self.aws.connection.security_group.add_rules(self.ref, RulesRequest(rules), attempt)

    def removing(self, *rules: Rule) -> Callable[[Attempt], Wait | None]:
        return lambda attempt: self.aws.connection.security_group.remove_rules(self.ref, RulesRequest(rules), attempt)


@pytest.fixture
def group(aws: Aws, vpc: Vpc) -> Group:
    request = SecurityGroupRequest("group", ref(vpc), (SSH_IN,))
    return Group(aws, ref(done(lambda attempt: aws.connection.security_group.create(request, attempt))))


def inbound(protocol: Protocol, first: int, last: int, cidr: str = "0.0.0.0/0") -> Rule:
    return Rule(Direction.INBOUND, protocol, first, last, cidr)


def survived(step: Callable[[Attempt], Any], token: str) -> Any:
    """The answer of an operation whose first try loses an answer."""
    clock, parts = VirtualClock(), dict[str, str]()
    with pytest.raises(NoAnswer):
        done(step, Attempt(token, clock=clock, keep=parts.__setitem__))
    again = Attempt(token, parts=parts, unclean_since=clock.now(), clock=clock)
    clock.advance(60)
    return done(step, again)


# Subnets


def test_an_added_subnet_is_tagged_in_the_call_that_makes_it(aws: Aws, vpc: Vpc) -> None:
    request = SubnetRequest("b", "10.0.2.0/24", tags={"side": "left"})
    attempt = Attempt("my-token", clock=VirtualClock())
    wider: list[Vpc] = []

    def add() -> None:
        wider.append(done(lambda attempt: aws.connection.vpc.add_subnet(ref(vpc), request, attempt), attempt))

    assert "CreateTags" not in aws.apis_of(add)
    (added,) = [subnet for subnet in wider[0].subnets if subnet.iid.name == "b"]
    assert aws.tags(added.iid.id) == {"Name": "b", "spider-token": "my-token", "side": "left"}
    assert added.tags == {"side": "left"}
    assert {subnet.iid.name for subnet in wider[0].subnets} == {"a", "b"}


@pytest.mark.parametrize(("asked", "zone"), [("us-east-1c", "us-east-1c"), ("", "us-east-1b")])
def test_an_added_subnet_is_in_its_zone_else_in_the_connection_s(aws: Aws, vpc: Vpc, asked: str, zone: str) -> None:
    request = SubnetRequest("b", "10.0.2.0/24", asked)
    wider = done(lambda attempt: aws.connection.vpc.add_subnet(ref(vpc), request, attempt))
    assert {subnet.iid.name: subnet.zone for subnet in wider.subnets}["b"] == zone


@pytest.mark.parametrize(
    ("request_", "code", "field"),
    [
        (SubnetRequest("b", "10.0.1.128/25"), "InvalidSubnet.Conflict", "cidr"),
        (SubnetRequest("b", "10.1.0.0/24"), "InvalidSubnet.Range", "cidr"),
        (SubnetRequest("b", "10.0.2.0/24", "us-east-1z"), "InvalidParameterValue", "zone"),
    ],
    ids=["overlapping", "outside", "unknown_zone"],
)
def test_a_refused_subnet_names_the_field(aws: Aws, vpc: Vpc, request_: SubnetRequest, code: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        aws.connection.vpc.add_subnet(ref(vpc), request_, Attempt("add"))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert aws.connection.vpc.get(ref(vpc)) == vpc


def test_a_vpc_that_is_gone_is_not_found(aws: Aws, vpc: Vpc) -> None:
    done(lambda attempt: aws.connection.vpc.delete(ref(vpc), attempt))
    with pytest.raises(NotFound, match="InvalidVpcID"):
        aws.connection.vpc.add_subnet(ref(vpc), SECOND, Attempt("add"))
    with pytest.raises(NotFound, match="InvalidVpcID"):
        aws.connection.vpc.remove_subnet(ref(vpc), ref(vpc.subnets[0]), Attempt("remove"))


def test_a_subnet_with_an_interface_is_left_as_it_is(aws: Aws, vpc: Vpc) -> None:
    subnet = ref(vpc.subnets[0])
    interface = aws.ec2("create_network_interface", SubnetId=subnet.id)["NetworkInterface"]["NetworkInterfaceId"]

    def refused() -> None:
        with pytest.raises(InUse, match=interface):
            aws.connection.vpc.remove_subnet(ref(vpc), subnet, Attempt("remove"))

    assert "DeleteSubnet" not in aws.apis_of(refused)


# Rules


def test_a_change_is_one_call_per_direction(group: Group) -> None:
    made = group.aws.apis_of(lambda: done(group.adding(WEB_IN, DNS_OUT, ALL_OUT_6)))
    assert [api for api in made if not api.startswith("Describe")] == [
        "AuthorizeSecurityGroupIngress",
        "AuthorizeSecurityGroupEgress",
    ]
    assert group.shown() == {SSH_IN, WEB_IN, ALL_OUT, DNS_OUT, ALL_OUT_6}
    gone = group.aws.apis_of(lambda: done(group.removing(WEB_IN, DNS_OUT, ALL_OUT_6)))
    assert [api for api in gone if not api.startswith("Describe")] == [
        "RevokeSecurityGroupIngress",
        "RevokeSecurityGroupEgress",
    ]
    assert group.shown() == {SSH_IN, ALL_OUT}


def test_ec2_s_own_rule_is_one_like_others(group: Group) -> None:
    with pytest.raises(AlreadyExists):
        done(group.adding(ALL_OUT))
    done(group.removing(ALL_OUT))
    assert group.shown() == {SSH_IN}
    with pytest.raises(MissingReference):
        done(group.removing(ALL_OUT))
    assert set(done(group.adding(ALL_OUT)).rules) == {SSH_IN, ALL_OUT}


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (inbound(Protocol.UDP, -1, -1), inbound(Protocol.UDP, 0, 65535)),
        (inbound(Protocol.ALL, 1, 2), inbound(Protocol.ALL, -1, -1)),
        (inbound(Protocol.TCP, 1, 2, "10.1.2.3/8"), inbound(Protocol.TCP, 1, 2, "10.0.0.0/8")),
        (inbound(Protocol.ICMP, -1, -1), inbound(Protocol.ICMP, -1, -1)),
    ],
    ids=["no_ports", "ports_of_all", "host_bits", "icmp"],
)
def test_a_rule_may_be_spelled_otherwise_than_ec2_does(group: Group, asked: Rule, shown: Rule) -> None:
    assert shown in done(group.adding(asked, shown)).rules
    with pytest.raises(AlreadyExists):
        done(group.adding(asked))
    done(group.removing(asked))
    assert group.shown() == {SSH_IN, ALL_OUT}


def test_a_rule_that_cannot_be_is_refused_before_any_change(group: Group) -> None:
    def refused() -> None:
        with pytest.raises(Invalid) as error:
            done(group.adding(WEB_IN, Rule(Direction.OUTBOUND, Protocol.ICMP, 8, 0)))
        assert error.value.field == "rules"

    assert all(api.startswith("Describe") for api in group.aws.apis_of(refused))


@pytest.mark.parametrize("refused", ["egress", "ingress"])
def test_a_rule_that_ec2_refuses_leaves_the_group_as_it_was(group: Group, refused: str) -> None:
    """Whichever of the two calls it is in."""
    none = Rule(Direction.OUTBOUND if refused == "egress" else Direction.INBOUND, Protocol.TCP, 70000, 70000)
    with pytest.raises(Invalid) as error:
        done(group.adding(WEB_IN, DNS_OUT, none))
    assert (error.value.code, error.value.field) == ("InvalidParameterValue", "rules")
    assert group.shown() == {SSH_IN, ALL_OUT}


@pytest.mark.parametrize(
    ("adding", "api", "code", "expected"),
    [
        (True, "AuthorizeSecurityGroupEgress", "RulesPerSecurityGroupLimitExceeded", NoCapacity),
        (False, "RevokeSecurityGroupEgress", "UnauthorizedOperation", Refused),
    ],
    ids=["adding", "removing"],
)
def test_of_a_change_that_ec2_refuses_half_nothing_stays(
    proxied: Proxy, group: Group, adding: bool, api: str, code: str, expected: type[SpiderError]
) -> None:
    proxied.faults.rules.add(Fault(api=api, status=400, code=code, message="no"))
    with pytest.raises(expected) as refused:
        done(group.adding(WEB_IN, DNS_OUT) if adding else group.removing(SSH_IN, ALL_OUT))
    assert refused.value.code == code
    assert group.shown() == {SSH_IN, ALL_OUT}


def test_a_rule_that_somebody_else_has_added_just_now_is_ec2_s_to_refuse(group: Group) -> None:
    with pytest.raises(AlreadyExists) as refused:
        done(group.adding(WEB_IN, SSH_IN), Attempt("add", parts={"checked": str(group.ref.id)}))
    assert refused.value.code == "InvalidPermission.Duplicate"
    with pytest.raises(MissingReference) as missing:
        done(group.removing(SSH_IN, WEB_IN), Attempt("remove", parts={"checked": str(group.ref.id)}))
    assert (missing.value.code, missing.value.field) == ("InvalidPermission.NotFound", "rules")
    assert group.shown() == {SSH_IN, ALL_OUT}


def test_after_an_unclean_try_what_is_done_already_is_no_error(group: Group) -> None:
    clock = VirtualClock()
    begun = {"parts": {"checked": str(group.ref.id)}, "unclean_since": clock.now(), "clock": clock}
    clock.advance(60)
    done(group.adding(WEB_IN, SSH_IN), Attempt("add", **begun))  # type: ignore[arg-type]  # as named
    assert group.shown() == {SSH_IN, WEB_IN, ALL_OUT}
    done(group.removing(WEB_IN, DNS_OUT, SSH_IN), Attempt("remove", **begun))  # type: ignore[arg-type]  # as named
    assert group.shown() == {ALL_OUT}


def test_rules_about_groups_stay(group: Group) -> None:
    about = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": group.ref.id}]}
    group.aws.ec2("authorize_security_group_ingress", GroupId=group.ref.id, IpPermissions=[about])
    done(group.removing(SSH_IN))
    assert str(group.ref.id) in group.aws.connection.security_group.get(group.ref).details["IpPermissions"]


# Lost answers


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_subnet_is_added_and_removed_once_though_an_answer_is_lost(
    proxied: Proxy, aws: Aws, vpc: Vpc, moment: str
) -> None:
    proxied.faults.rules.add(Fault(api="CreateSubnet", times=1, lose=moment))
    wider = survived(lambda attempt: aws.connection.vpc.add_subnet(ref(vpc), SECOND, attempt), "add")
    assert sorted(subnet.iid.name for subnet in wider.subnets) == ["a", "b"]
    added = next(ref(subnet) for subnet in wider.subnets if subnet.iid.name == "b")
    proxied.faults.rules.add(Fault(api="DeleteSubnet", times=1, lose=moment))
    survived(lambda attempt: aws.connection.vpc.remove_subnet(ref(vpc), added, attempt), "remove")
    assert aws.connection.vpc.get(ref(vpc)).subnets == vpc.subnets


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("side", ["Ingress", "Egress"])
def test_rules_are_added_and_removed_though_an_answer_is_lost(
    proxied: Proxy, group: Group, side: str, moment: str
) -> None:
    proxied.faults.rules.add(Fault(api=f"AuthorizeSecurityGroup{side}", times=1, lose=moment))
    assert set(survived(group.adding(WEB_IN, DNS_OUT), "add").rules) == {SSH_IN, WEB_IN, ALL_OUT, DNS_OUT}
    proxied.faults.rules.add(Fault(api=f"RevokeSecurityGroup{side}", times=1, lose=moment))
    survived(group.removing(WEB_IN, DNS_OUT), "remove")
    assert group.shown() == {SSH_IN, ALL_OUT}
