"""What the OpenStack driver makes of networks, routers and security groups, on Cloud-Twin's OpenStack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spider_drivers.contract import (
    EVERYTHING_OUT,
    Attempt,
    Direction,
    InUse,
    Invalid,
    MissingReference,
    NotFound,
    Protocol,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroupRequest,
    SpiderError,
    SubnetRequest,
    VpcRequest,
)
from spider_drivers.openstack import marks

from cloud_twin.faults import Rule as Fault
from tests.drivers.openstack_place import Place, emulated
from tests.drivers.openstack_support import Os, make_vpc
from tests.drivers.support import done, make_group, ref

SSH = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
EVERYTHING_OUT_6 = Rule(Direction.OUTBOUND, Protocol.ALL, -1, -1, "::/0")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with emulated() as found:
        yield found


@pytest.fixture
def os_(place: Place) -> Iterator[Os]:
    place.reset()
    found = place.connect()
    yield found
    found.connection.close()


def test_a_vpc_has_a_router_with_a_gateway_and_an_interface_per_subnet(os_: Os) -> None:
    request = VpcRequest("net", "10.0.0.0/8", (SubnetRequest("a", "10.0.1.0/24"), SubnetRequest("b", "10.0.2.0/24")))
    apis = os_.apis_of(lambda: done(lambda attempt: os_.connection.vpc.create(request, attempt)))
    assert apis == [
        "POST identity/auth/tokens",
        "POST network/networks",
        "POST network/subnets",
        "POST network/subnets",
        "GET network/networks",
        "POST network/routers",
        "PUT network/routers/{id}/add_router_interface",
        "PUT network/routers/{id}/add_router_interface",
        "GET network/networks/{id}",
        "GET network/subnets",
    ]
    (vpc,) = os_.connection.vpc.list()
    assert vpc.cidr == ""
    (router,) = os_.cloud.all("network/routers")
    (external,) = os_.cloud.all("network/networks", **{"router:external": True})
    assert router["name"] == "net-Router"
    assert router["description"] == marks.of_vpc(vpc.iid.id)
    assert router["external_gateway_info"]["network_id"] == external["id"]
    inside = [port["fixed_ips"][0]["subnet_id"] for port in os_.cloud.all("network/ports", device_id=router["id"])]
    assert {subnet.iid.id for subnet in vpc.subnets} <= set(inside)
    assert {subnet["dns_nameservers"][0] for subnet in os_.cloud.all("network/subnets", network_id=vpc.iid.id)} == {
        "8.8.8.8"
    }


def test_without_an_external_network_the_router_has_no_gateway(os_: Os) -> None:
    os_.connection.vpc._routers._known.append(None)  # as on a cloud whose list of them is empty
    make_vpc(os_)
    (router,) = os_.cloud.all("network/routers")
    assert not router["external_gateway_info"]


def test_an_external_network_is_no_vpc(os_: Os) -> None:
    (external,) = os_.cloud.all("network/networks", **{"router:external": True})
    assert external["id"] not in {vpc.iid.id for vpc in os_.connection.vpc.list()}
    with pytest.raises(NotFound):
        os_.connection.vpc.get(Ref("", external["id"]))


def test_a_vpc_with_somebody_s_router_or_port_is_in_use(os_: Os, place: Place) -> None:
    vpc = make_vpc(os_)
    for path, body in (
        ("network/ports", {"port": {"network_id": vpc.iid.id}}),
        ("network/routers", {"router": {"name": "somebody's"}}),
    ):
        made = next(iter(os_.cloud.post(path, body).values()))
        if path == "network/routers":
            free = os_.cloud.post("network/ports", {"port": {"network_id": vpc.iid.id}})["port"]
            os_.cloud.put(f"{path}/{made['id']}/add_router_interface", {"port_id": free["id"]})
        before = place.twin.clouds["openstack"].contents() if place.twin else []
        with pytest.raises(InUse, match=made["id"]):
            done(lambda attempt: os_.connection.vpc.delete(ref(vpc), attempt))
        with pytest.raises(InUse, match=made["id"]):
            done(lambda attempt: os_.connection.vpc.remove_subnet(ref(vpc), ref(vpc.subnets[0]), attempt))
        assert (place.twin.clouds["openstack"].contents() if place.twin else []) == before
        if path == "network/ports":
            os_.cloud.delete(f"{path}/{made['id']}")


def test_a_network_that_somebody_made_is_shown_and_deleted(os_: Os, place: Place) -> None:
    made = os_.cloud.post("network/networks", {"network": {"name": "theirs", "description": "not ours"}})["network"]
    found = Ref("theirs", made["id"])
    done(lambda attempt: os_.connection.vpc.add_subnet(found, SubnetRequest("a", "10.5.0.0/24"), attempt))
    assert [subnet.iid.name for subnet in os_.connection.vpc.get(found).subnets] == ["a"]
    done(lambda attempt: os_.connection.vpc.delete(found, attempt))
    assert made["id"] not in {vpc.iid.id for vpc in os_.connection.vpc.list()}


@pytest.mark.parametrize("cidr", ["10.300.0.0/24", "10.0.0.1/24", "nonsense"])
def test_a_bad_range_is_named(os_: Os, cidr: str) -> None:
    with pytest.raises(Invalid) as refused:
        os_.connection.vpc.create(VpcRequest("net", "", (SubnetRequest("a", cidr),)), Attempt("token"))
    assert refused.value.field == "subnets"
    assert os_.records == []


def test_overlapping_subnets_are_refused_in_neutron_s_words(os_: Os) -> None:
    vpc = make_vpc(os_)
    with pytest.raises(Invalid, match="overlaps") as refused:
        done(lambda attempt: os_.connection.vpc.add_subnet(ref(vpc), SubnetRequest("b", "10.0.1.0/25"), attempt))
    assert (refused.value.code, refused.value.field) == ("InvalidInput", "cidr")


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ((SSH,), {SSH, EVERYTHING_OUT}),
        ((SSH, EVERYTHING_OUT), {SSH, EVERYTHING_OUT}),
        ((EVERYTHING_OUT_6,), {EVERYTHING_OUT_6}),
        (
            (Rule(Direction.OUTBOUND, Protocol.UDP, 53, 53, "10.0.0.0/8"),),
            {Rule(Direction.OUTBOUND, Protocol.UDP, 53, 53, "10.0.0.0/8")},
        ),
        ((), {EVERYTHING_OUT}),
    ],
)
def test_a_group_lets_out_what_is_asked_for_and_nothing_more(os_: Os, asked: tuple[Rule, ...], held: set[Rule]) -> None:
    group = make_group(os_, make_vpc(os_), *asked)
    assert set(group.rules) == held
    shown = os_.cloud.get(f"network/security-groups/{group.iid.id}")["security_group"]["security_group_rules"]
    assert len(shown) == len(held), "a rule of neutron's own is left"


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Direction.INBOUND, Protocol.ICMP, -1, -1, "10.0.0.0/8"),
        Rule(Direction.INBOUND, Protocol.ICMP, -1, -1, "2001:db8::/32"),
        Rule(Direction.INBOUND, Protocol.ALL, -1, -1, "192.168.1.0/24"),
        Rule(Direction.INBOUND, Protocol.UDP, 1000, 2000),
        Rule(Direction.INBOUND, Protocol.TCP, 1, 65535, "2001:db8::/32"),
    ],
)
def test_rules_come_back_as_they_were_given(os_: Os, rule: Rule) -> None:
    assert rule in make_group(os_, make_vpc(os_), rule).rules


def test_every_port_has_one_spelling(os_: Os) -> None:
    group = make_group(os_, make_vpc(os_), Rule(Direction.INBOUND, Protocol.TCP, 0, 65535))
    again = RulesRequest((Rule(Direction.INBOUND, Protocol.TCP, 1, 65535),))
    done(lambda attempt: os_.connection.security_group.remove_rules(ref(group), again, attempt))
    assert set(os_.connection.security_group.get(ref(group)).rules) == {EVERYTHING_OUT}


def test_all_rules_are_added_in_one_call(os_: Os) -> None:
    vpc = make_vpc(os_)
    apis = os_.apis_of(lambda: make_group(os_, vpc, SSH, Rule(Direction.INBOUND, Protocol.UDP, 53, 53)))
    assert apis == [
        "POST network/security-groups",
        "DELETE network/security-group-rules/{id}",
        "POST network/security-group-rules",
        "GET network/security-groups/{id}",
    ]


def test_a_refused_removal_leaves_the_group_as_it_was(os_: Os, place: Place) -> None:
    rules = tuple(Rule(Direction.INBOUND, Protocol.TCP, port, port) for port in (22, 80, 443))
    group = make_group(os_, make_vpc(os_), *rules)
    place.rules.add(
        Fault(
            api="DELETE network/security-group-rules/{id}", first=3, times=1, status=409, code="Conflict", message="no"
        )
    )
    with pytest.raises(SpiderError):
        done(lambda attempt: os_.connection.security_group.remove_rules(ref(group), RulesRequest(rules), attempt))
    assert set(os_.connection.security_group.get(ref(group)).rules) == set(group.rules)


def test_what_the_contract_has_no_words_for_is_among_the_details(os_: Os) -> None:
    group = make_group(os_, make_vpc(os_), SSH)
    odd = {"security_group_id": group.iid.id, "direction": "ingress", "remote_group_id": group.iid.id}
    os_.cloud.post("network/security-group-rules", {"security_group_rule": odd})
    shown = os_.connection.security_group.get(ref(group))
    assert set(shown.rules) == {SSH, EVERYTHING_OUT}
    assert group.iid.id in shown.details["other_rules"]


def test_port_0_is_refused_in_neutron_s_words(os_: Os) -> None:
    request = SecurityGroupRequest("group", ref(make_vpc(os_)), (Rule(Direction.INBOUND, Protocol.TCP, 0, 80),))
    with pytest.raises(Invalid, match="Invalid value for port 0") as refused:
        done(lambda attempt: os_.connection.security_group.create(request, attempt))
    assert refused.value.field == "rules"


def test_a_group_tells_the_vpc_that_it_was_made_for(os_: Os) -> None:
    vpc = make_vpc(os_)
    make_group(os_, vpc, SSH)
    told = {group.iid.name: group.vpc.id for group in os_.connection.security_group.list()}
    assert told == {"group": vpc.iid.id, "default": ""}


def test_a_missing_rule_is_named(os_: Os) -> None:
    group = make_group(os_, make_vpc(os_))
    with pytest.raises(MissingReference) as missing:
        done(lambda attempt: os_.connection.security_group.remove_rules(ref(group), RulesRequest((SSH,)), attempt))
    assert missing.value.field == "rules"


def test_tags_that_are_no_pairs_are_shown_and_kept(os_: Os) -> None:
    vpc = make_vpc(os_)
    os_.cloud.put(f"network/networks/{vpc.iid.id}/tags", {"tags": ["plain", "a=b=c"]})
    assert os_.connection.vpc.get(ref(vpc)).tags == {"plain": "", "a": "b=c"}
    done(lambda attempt: os_.connection.tag.add("vpc", ref(vpc), "team", "blue", attempt))
    assert os_.cloud.get(f"network/networks/{vpc.iid.id}")["network"]["tags"] == ["a=b=c", "plain", "team=blue"]


@pytest.mark.parametrize(
    ("key", "value", "field"), [("spider-token", "x", "key"), ("a=b", "x", "key"), ("a", "x" * 300, "value")]
)
def test_a_tag_that_cannot_be_kept_is_refused(os_: Os, key: str, value: str, field: str) -> None:
    vpc = make_vpc(os_)
    with pytest.raises(Invalid) as refused:
        done(lambda attempt: os_.connection.tag.add("vpc", ref(vpc), key, value, attempt))
    assert refused.value.field == field
