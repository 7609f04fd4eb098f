"""What the GCP driver makes of VPCs and security groups, seen at Cloud-Twin's Compute Engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    Direction,
    InUse,
    Invalid,
    MissingReference,
    NoCapacity,
    NotFound,
    Protocol,
    Ref,
    Refused,
    Rule,
    RulesRequest,
    SecurityGroup,
    SecurityGroupRequest,
    SubnetRequest,
    Unsupported,
    VirtualClock,
    VpcRequest,
    Wait,
)
from spider_drivers.gcp.rules import name_of

from cloud_twin.faults import Rule as Fault
from tests.drivers.gcp_support import REGION, Emulated, Gcp, emulated, fresh, make_vpc, vm_request
from tests.drivers.support import done, make_group, make_vm, ref

SSH_IN = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
DNS_OUT = Rule(Direction.OUTBOUND, Protocol.UDP, 53, 53, "10.0.0.0/8")
ALL_OUT = Rule(Direction.OUTBOUND, Protocol.ALL, -1, -1)
MORE = tuple(Rule(Direction.INBOUND, Protocol.TCP, port, port) for port in (80, 443, 8080))


@pytest.fixture(scope="module")
def gce() -> Iterator[Emulated]:
    with emulated(judged=True) as found:
        yield found


@pytest.fixture
def gcp(gce: Emulated) -> Iterator[Gcp]:
    with fresh(gce) as found:
        yield found


def firewalls(gcp: Gcp) -> set[str]:
    """Names of those that the default network has not brought along."""
    return {one["name"] for one in gcp.all("firewalls.list") if not one["name"].startswith("default-")}


def change(gcp: Gcp, verb: str, group: SecurityGroup, *rules: Rule) -> object:
    handler = gcp.connection.security_group
    return done(lambda attempt: getattr(handler, verb)(ref(group), RulesRequest(rules), attempt))


# VPC


def test_a_vpc_is_a_network_in_custom_mode_and_tells_whose_it_is(gcp: Gcp) -> None:
    request = VpcRequest("net", "", (SubnetRequest("a", "10.0.1.0/24", tags={"side": "left"}),), {"team": "Blau & Co"})
    attempt = Attempt("my-token", clock=VirtualClock())
    vpc = done(lambda attempt: gcp.connection.vpc.create(request, attempt), attempt)
    network = gcp.call("networks.get", network="net")
    assert network["autoCreateSubnetworks"] is False
    assert json.loads(network["description"]) == {"spider-token": "my-token", "tags": {"team": "Blau & Co"}}
    assert (vpc.iid.id, vpc.cidr, vpc.tags) == ("net", "", {"team": "Blau & Co"})
    assert [(one.iid.id, one.cidr, one.tags) for one in vpc.subnets] == [("a", "10.0.1.0/24", {"side": "left"})]


def test_all_subnets_are_asked_for_before_the_first_is_awaited(gcp: Gcp) -> None:
    subnets = tuple(SubnetRequest(name, f"10.0.{number}.0/24") for number, name in enumerate("abc"))
    apis = gcp.apis_of(lambda: done(lambda attempt: gcp.connection.vpc.create(VpcRequest("net", "", subnets), attempt)))
    inserts = [place for place, name in enumerate(apis) if name == "compute.subnetworks.insert"]
    assert max(inserts) < apis.index("compute.regionOperations.get")


def test_networks_of_others_are_listed_with_their_subnets_in_the_region(gcp: Gcp) -> None:
    (default,) = gcp.connection.vpc.list()
    assert default.iid.id == "default"
    assert [subnet.details["region"].rpartition("/")[2] for subnet in default.subnets] == [REGION]
    apis = gcp.apis_of(gcp.connection.vpc.list)
    assert apis == ["compute.networks.list", "compute.subnetworks.list"]


def test_deleting_a_vpc_takes_subnets_of_other_regions_along(gcp: Gcp, gce: Emulated) -> None:
    before = gce.contents()
    vpc = make_vpc(gcp)
    body = {"name": "far", "network": "global/networks/net", "ipCidrRange": "10.9.0.0/24"}
    gcp.call("subnetworks.insert", region="europe-west1", body=body)
    assert [subnet.iid.id for subnet in gcp.connection.vpc.get(ref(vpc)).subnets] == ["net-a"]
    done(lambda attempt: gcp.connection.vpc.delete(ref(vpc), attempt))
    assert gce.contents() == before


def test_a_network_in_auto_mode_is_deleted_with_its_subnets(gcp: Gcp, gce: Emulated) -> None:
    for one in gcp.all("firewalls.list"):
        gcp.call("firewalls.delete", firewall=one["name"])
    done(lambda attempt: gcp.connection.vpc.delete(Ref("default", "default"), attempt))
    assert gce.contents() == set()


@pytest.mark.parametrize("user", ["firewall", "group", "instance"])
def test_what_uses_a_vpc_is_named_and_nothing_is_changed(gcp: Gcp, gce: Emulated, user: str) -> None:
    vpc = make_vpc(gcp)
    if user == "firewall":
        body = {"name": user, "network": "global/networks/net", "allowed": [{"IPProtocol": "icmp"}]}
        gcp.call("firewalls.insert", body=body)
    elif user == "group":
        make_group(gcp, vpc, name=user)
    else:
        make_vm(gcp, vm_request(vpc, name=user))
    before = gce.contents()
    with pytest.raises(InUse, match=user):
        done(lambda attempt: gcp.connection.vpc.delete(ref(vpc), attempt))
    assert gce.contents() == before


def test_a_subnet_s_name_is_unique_in_the_region(gcp: Gcp) -> None:
    make_vpc(gcp, "one")
    other = make_vpc(gcp, "two", "10.1.0.0/24")
    request = SubnetRequest("one-a", "10.2.0.0/24")
    with pytest.raises(AlreadyExists):
        done(lambda attempt: gcp.connection.vpc.add_subnet(ref(other), request, attempt))
    undone = Ref("one-a", None, "operation")
    done(lambda attempt: gcp.connection.vpc.remove_subnet(ref(other), undone, attempt))
    assert "one-a" in [subnet.iid.id for subnet in gcp.connection.vpc.get(Ref("", "one")).subnets]


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (VpcRequest("net", "", (SubnetRequest("Not A Name", "10.0.0.0/24"),)), "subnets"),
        (VpcRequest("net", "", (SubnetRequest("a", "10.0.0.0/33"),)), "subnets"),
        (VpcRequest("net", "", (SubnetRequest("a", "10.0.0.0/30"),)), "subnets"),
        (VpcRequest("Net", ""), "name"),
        (VpcRequest("net", "", tuple(SubnetRequest(name, "10.0.0.0/24") for name in "ab")), "subnets"),
    ],
)
def test_what_is_wrong_with_a_vpc_is_named(gcp: Gcp, request_: VpcRequest, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        done(lambda attempt: gcp.connection.vpc.create(request_, attempt))
    assert refused.value.field == field


def test_a_create_that_runs_into_a_quota_is_no_capacity_and_can_be_undone(gcp: Gcp, gce: Emulated) -> None:
    before, attempt = gce.contents(), Attempt("token", clock=VirtualClock())
    gce.cloud.settings.quotas["subnetworks"] = len([one for one in before if "/subnetworks/" in one]) + 1
    subnets = tuple(SubnetRequest(name, f"10.0.{number}.0/24") for number, name in enumerate("ab"))
    with pytest.raises(NoCapacity) as refused:
        done(lambda attempt: gcp.connection.vpc.create(VpcRequest("net", "", subnets), attempt), attempt)
    assert refused.value.code == "QUOTA_EXCEEDED"
    undoing = Attempt("token", parts=attempt.parts, clock=VirtualClock())
    done(lambda attempt: gcp.connection.vpc.delete(Ref("net", None, "token"), attempt), undoing)
    assert gce.contents() == before


def test_a_create_whose_name_was_changed_is_undone_by_its_token(gcp: Gcp, gce: Emulated) -> None:
    """The name that the engine knows need not be the cloud's."""
    before, clock = gce.contents(), VirtualClock()
    vpc = make_vpc(gcp)
    token = json.loads(gcp.call("networks.get", network="net")["description"])["spider-token"]
    group = make_group(gcp, vpc)
    made_by = json.loads(gcp.call("firewalls.get", firewall="group")["description"])["spider-token"]
    groups, vpcs = gcp.connection.security_group, gcp.connection.vpc
    done(lambda attempt: groups.delete(Ref("other", None, made_by), attempt), Attempt(made_by, clock=clock))
    done(lambda attempt: vpcs.delete(Ref("other", None, token), attempt), Attempt(token, clock=clock))
    assert group.iid.id == "group"
    assert gce.contents() == before


# Security groups


def test_a_group_is_an_anchor_and_a_firewall_per_rule(gcp: Gcp) -> None:
    group = make_group(gcp, make_vpc(gcp), SSH_IN, DNS_OUT, name="web")
    assert set(group.rules) == {SSH_IN, DNS_OUT}
    found = {one["name"]: one for one in gcp.all("firewalls.list") if one["name"].startswith("web")}
    assert found.keys() == {"web", name_of("web", SSH_IN), name_of("web", DNS_OUT)}
    assert all(one["targetTags"] == ["web"] for one in found.values())
    anchor = found["web"]
    assert (anchor["direction"], anchor["priority"], anchor["denied"]) == ("EGRESS", 65534, [{"IPProtocol": "all"}])
    ssh, dns = found[name_of("web", SSH_IN)], found[name_of("web", DNS_OUT)]
    assert (ssh["sourceRanges"], ssh["allowed"]) == (["0.0.0.0/0"], [{"IPProtocol": "tcp", "ports": ["22"]}])
    assert (dns["direction"], dns["destinationRanges"]) == ("EGRESS", ["10.0.0.0/8"])


def test_who_names_no_outbound_rule_gets_one_for_everything(gcp: Gcp) -> None:
    group = make_group(gcp, make_vpc(gcp), SSH_IN)
    assert set(group.rules) == {SSH_IN, ALL_OUT}
    change(gcp, "remove_rules", group, ALL_OUT)
    assert set(gcp.connection.security_group.get(ref(group)).rules) == {SSH_IN}


def test_all_firewalls_are_asked_for_before_the_first_is_awaited(gcp: Gcp) -> None:
    vpc = make_vpc(gcp)
    apis = gcp.apis_of(lambda: make_group(gcp, vpc, *MORE))
    inserts = [place for place, name in enumerate(apis) if name == "compute.firewalls.insert"]
    assert len(inserts) == 5
    assert max(inserts) < apis.index("compute.globalOperations.get")
    assert apis.count("compute.firewalls.list") == 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (Rule(Direction.INBOUND, Protocol.TCP, -1, -1), Rule(Direction.INBOUND, Protocol.TCP, 0, 65535)),
        (Rule(Direction.INBOUND, Protocol.ALL, 1, 9), Rule(Direction.INBOUND, Protocol.ALL, -1, -1)),
        (
            Rule(Direction.INBOUND, Protocol.UDP, 5, 7, "10.1.2.3/8"),
            Rule(Direction.INBOUND, Protocol.UDP, 5, 7, "10.0.0.0/8"),
        ),
    ],
)
def test_a_rule_is_the_same_however_it_is_spelled(gcp: Gcp, given: Rule, shown: Rule) -> None:
    group = make_group(gcp, make_vpc(gcp), given, ALL_OUT)
    assert set(group.rules) == {shown, ALL_OUT}
    with pytest.raises(AlreadyExists):
        change(gcp, "add_rules", group, shown)
    change(gcp, "remove_rules", group, given)
    assert set(gcp.connection.security_group.get(ref(group)).rules) == {ALL_OUT}


def test_icmp_has_no_ports(gcp: Gcp) -> None:
    vpc = make_vpc(gcp)
    with pytest.raises(Invalid) as refused:
        make_group(gcp, vpc, Rule(Direction.INBOUND, Protocol.ICMP, 8, 0))
    assert refused.value.field == "rules"
    assert firewalls(gcp) == set()


def test_firewalls_of_others_are_shown_and_can_be_deleted(gcp: Gcp) -> None:
    groups = {group.iid.id: group for group in gcp.connection.security_group.list()}
    ssh = groups["default-allow-ssh"]
    assert ssh.rules == (SSH_IN,)
    assert ssh.vpc.id == "default"
    for verb in ("add_rules", "remove_rules"):
        with pytest.raises(Unsupported, match="not made by Spider"):
            change(gcp, verb, ssh, SSH_IN)
    done(lambda attempt: gcp.connection.security_group.delete(ref(ssh), attempt))
    assert "default-allow-ssh" not in {group.iid.id for group in gcp.connection.security_group.list()}


@pytest.mark.parametrize(
    ("firewall", "rules"),
    [
        ({"denied": [{"IPProtocol": "tcp"}]}, ()),
        ({"allowed": [{"IPProtocol": "esp"}]}, ()),
        ({"allowed": [{"IPProtocol": "tcp", "ports": ["22"]}], "disabled": True}, ()),
        ({"allowed": [{"IPProtocol": "tcp", "ports": ["22"]}], "sourceTags": ["bastion"]}, ()),
        ({"allowed": [{"IPProtocol": "tcp", "ports": ["22"]}]}, (SSH_IN,)),
        ({"allowed": [{"IPProtocol": "6", "ports": ["22", "80"]}]}, (SSH_IN, MORE[0])),
        ({"allowed": [{"IPProtocol": "all"}], "direction": "EGRESS"}, (ALL_OUT,)),
    ],
    ids=str,
)
def test_what_others_allow_is_told_as_rules_and_all_of_it_in_details(
    gcp: Gcp, firewall: dict[str, object], rules: tuple[Rule, ...]
) -> None:
    gcp.call("firewalls.insert", body={"name": "theirs", "network": "global/networks/default", **firewall})
    group = gcp.connection.security_group.get(Ref("", "theirs"))
    assert group.rules == rules
    assert json.loads(group.details.get("allowed") or group.details["denied"])


def test_a_group_s_name_may_be_taken_by_a_firewall_of_others(gcp: Gcp, gce: Emulated) -> None:
    vpc, before = make_vpc(gcp), gce.contents()
    attempt = Attempt("token", clock=VirtualClock())
    with pytest.raises(AlreadyExists):
        done(
            lambda attempt: gcp.connection.security_group.create(
                SecurityGroupRequest("default-allow-ssh", ref(vpc), (SSH_IN,)), attempt
            ),
            attempt,
        )
    undoing = Attempt("token", parts=attempt.parts, clock=VirtualClock())
    undone = Ref("default-allow-ssh", None, "token")
    done(lambda attempt: gcp.connection.security_group.delete(undone, attempt), undoing)
    assert gce.contents() == before


def test_the_network_of_a_group_has_to_be_there(gcp: Gcp) -> None:
    request = SecurityGroupRequest("web", Ref("gone", "gone"), (SSH_IN,))
    with pytest.raises(MissingReference) as refused:
        done(lambda attempt: gcp.connection.security_group.create(request, attempt))
    assert refused.value.field == "vpc"


def test_a_group_that_a_vm_of_any_zone_has_is_in_use(gcp: Gcp, gce: Emulated) -> None:
    vpc = make_vpc(gcp)
    group = make_group(gcp, vpc, SSH_IN)
    elsewhere = gce.connect(Zone="us-central1-b")
    make_vm(elsewhere, vm_request(vpc, group, name="there"))
    elsewhere.connection.close()
    before = gce.contents()
    with pytest.raises(InUse, match="there"):
        done(lambda attempt: gcp.connection.security_group.delete(ref(group), attempt))
    assert gce.contents() == before


def test_a_vm_may_be_in_several_groups(gcp: Gcp) -> None:
    """What one of them allows is allowed: what bars the rest comes after all that allows."""
    vpc = make_vpc(gcp)
    groups = make_group(gcp, vpc, SSH_IN, DNS_OUT, name="one"), make_group(gcp, vpc, MORE[0], name="two")
    vm = make_vm(gcp, vm_request(vpc, *groups))
    assert {group.id for group in vm.security_groups} == {"one", "two"}
    by_action: dict[str, list[int]] = {"allowed": [], "denied": []}
    for one in gcp.all("firewalls.list"):
        if set(one.get("targetTags", ())) & {"one", "two"}:
            by_action["allowed" if one.get("allowed") else "denied"].append(one["priority"])
    assert max(by_action["allowed"]) < min(by_action["denied"])


# Changes of rules


def test_rules_that_are_partly_refused_leave_the_group_as_it_was(gcp: Gcp, gce: Emulated) -> None:
    group = make_group(gcp, make_vpc(gcp), SSH_IN)
    before = gce.contents()
    gce.cloud.settings.quotas["firewalls"] = len([one for one in before if "/firewalls/" in one]) + 2
    with pytest.raises(NoCapacity, match="QUOTA_EXCEEDED"):
        change(gcp, "add_rules", group, *MORE)
    assert gce.contents() == before


def test_taking_back_survives_deaths(gcp: Gcp, gce: Emulated) -> None:
    """The refusal is noted, and raised by whoever has taken the last rule back."""
    group = make_group(gcp, make_vpc(gcp), SSH_IN)
    before, parts, clock = gce.contents(), dict[str, str](), VirtualClock()
    gce.cloud.settings.quotas["firewalls"] = len([one for one in before if "/firewalls/" in one]) + 2
    gce.cloud.settings.transition_seconds = 1.0
    refusals = 0
    for _ in range(20):
        attempt = Attempt("token", parts=parts, clock=clock, keep=parts.__setitem__, unclean_since=clock.now())
        clock.advance(60)
        gce.twin.clock.advance(1.0)
        try:
            answer = gcp.connection.security_group.add_rules(ref(group), RulesRequest(MORE), attempt)
        except NoCapacity:
            refusals += 1
        else:
            assert isinstance(answer, Wait)
    gce.cloud.settings.transition_seconds = 0.0
    assert refusals > 1
    assert gce.contents() == before


def test_rules_whose_removal_is_refused_are_there_again(gcp: Gcp, gce: Emulated) -> None:
    group = make_group(gcp, make_vpc(gcp), *MORE)
    before = gce.contents()
    gce.twin.rules.add(_refusal("compute.firewalls.delete", first=2))
    with pytest.raises(Refused, match="no more"):
        change(gcp, "remove_rules", group, *MORE)
    assert gce.contents() == before
    assert set(gcp.connection.security_group.get(ref(group)).rules) == {*MORE, ALL_OUT}


def test_a_firewall_that_others_have_widened_is_not_removed_with_one_of_its_rules(gcp: Gcp, gce: Emulated) -> None:
    group = make_group(gcp, make_vpc(gcp), SSH_IN)
    name, before = name_of("group", SSH_IN), gce.contents()
    gcp.call("firewalls.patch", firewall=name, body={"name": name, "sourceRanges": ["0.0.0.0/0", "10.0.0.0/8"]})
    with pytest.raises(Refused, match=name):
        change(gcp, "remove_rules", group, SSH_IN)
    assert gce.contents() == before


def test_a_rule_that_somebody_removes_at_the_same_time_is_gone_all_the_same(gcp: Gcp) -> None:
    group = make_group(gcp, make_vpc(gcp), SSH_IN)
    attempt = Attempt("token", clock=VirtualClock(), unclean_since=VirtualClock().now() - timedelta(minutes=5))
    attempt.note("checked", "group")
    gcp.call("firewalls.delete", firewall=name_of("group", SSH_IN))
    handler = gcp.connection.security_group
    assert done(lambda attempt: handler.remove_rules(ref(group), RulesRequest((SSH_IN,)), attempt), attempt) is None


def test_rules_of_a_group_that_is_unknown_are_not_found(gcp: Gcp) -> None:
    with pytest.raises(NotFound):
        gcp.connection.security_group.add_rules(Ref("x", "x"), RulesRequest((SSH_IN,)), Attempt("token"))


def _refusal(api: str, first: int = 1) -> Fault:
    return Fault(api=api, first=first, times=1, status=403, code="forbidden", message="no more")
