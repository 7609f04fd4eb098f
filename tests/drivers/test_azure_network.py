"""What the Azure driver makes of VPCs, subnets, security groups and tags, seen at Cloud-Twin's Azure."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from spider_drivers.azure import resources, rules
from spider_drivers.azure.place import NSG
from spider_drivers.conformance import Bench, Died
from spider_drivers.contract import (
    EVERYTHING_OUT,
    AlreadyExists,
    Attempt,
    Direction,
    InUse,
    Invalid,
    MissingReference,
    Protocol,
    Ref,
    Rule,
    RulesRequest,
    SecurityGroup,
    SecurityGroupRequest,
    SubnetRequest,
    Unsupported,
    Vm,
    VmRequest,
    Vpc,
    VpcRequest,
    Wait,
)

from tests.drivers.azure_support import UBUNTU, Azure, AzureTwin, azure_twin
from tests.drivers.support import PUBLIC_KEY, done, ref

SSH = Rule(Direction.INBOUND, Protocol.TCP, 22, 22)
WEB = Rule(Direction.INBOUND, Protocol.TCP, 8000, 8080, "10.0.0.0/8")
DNS = Rule(Direction.OUTBOUND, Protocol.UDP, 53, 53)
PING = Rule(Direction.INBOUND, Protocol.ICMP, -1, -1)
SIX = Rule(Direction.INBOUND, Protocol.TCP, 443, 443, "2001:db8::/32")


@pytest.fixture(scope="module")
def running() -> Iterator[AzureTwin]:
    with azure_twin() as found:
        yield found


@pytest.fixture
def twin(running: AzureTwin) -> AzureTwin:
    running.reset()
    return running


@pytest.fixture
def azure(twin: AzureTwin) -> Iterator[Azure]:
    found = twin.connect()
    yield found
    found.connection.close()


@pytest.fixture
def vpc(azure: Azure) -> Vpc:
    return make_vpc(azure, "net")


def make_vpc(azure: Azure, name: str, **changes: Any) -> Vpc:
    subnets = (SubnetRequest("a", "10.0.1.0/24"), SubnetRequest("b", "10.0.2.0/24", tags=changes.pop("of_b", {})))
    request = VpcRequest(name, "10.0.0.0/16", subnets, **changes)
    return done(lambda attempt: azure.connection.vpc.create(request, attempt))


def make_group(azure: Azure, vpc: Vpc, *wanted: Rule, name: str = "group") -> SecurityGroup:
    request = SecurityGroupRequest(name, ref(vpc), wanted)
    return done(lambda attempt: azure.connection.security_group.create(request, attempt))


def make_vm(azure: Azure, vpc: Vpc, *groups: SecurityGroup) -> Vm:
    request = VmRequest(
        *("vm", Ref(UBUNTU, UBUNTU), "Standard_B1s", ref(vpc), ref(vpc.subnets[0])),
        security_groups=tuple(map(ref, groups)),
        public_key=PUBLIC_KEY,
    )
    return done(lambda attempt: azure.connection.vm.create(request, attempt))


def made(twin: AzureTwin) -> set[str]:
    """Ids of what is there, the rules of groups left out."""
    return {one for one in twin.azure.contents() if "/securityRules/" not in one}


def change(azure: Azure, verb: str, group: SecurityGroup, *wanted: Rule) -> Any:
    handler = azure.connection.security_group
    return done(lambda attempt: getattr(handler, verb)(ref(group), RulesRequest(wanted), attempt))


def at_azure(azure: Azure, name: str) -> dict[str, dict[str, Any]]:
    """Its rules as Azure has them, by name."""
    found = resources.security_groups(azure.arm).named(name)
    return {one["name"]: one["properties"] for one in rules.of(found)}


# Security groups


def test_a_rule_is_about_the_destination_s_ports(azure: Azure, vpc: Vpc) -> None:
    group = make_group(azure, vpc, SSH, WEB, PING, SIX, DNS)
    assert set(group.rules) == {SSH, WEB, PING, SIX, DNS}
    found = at_azure(azure, "group")
    assert {one["sourcePortRange"] for one in found.values()} == {"*"}
    web = next(one for one in found.values() if one["destinationPortRange"] == "8000-8080")
    assert (web["sourceAddressPrefix"], web["destinationAddressPrefix"]) == ("10.0.0.0/8", "*")
    dns = next(one for one in found.values() if one["destinationPortRange"] == "53")
    assert (dns["sourceAddressPrefix"], dns["destinationAddressPrefix"], dns["protocol"]) == ("*", "0.0.0.0/0", "Udp")
    ping = next(one for one in found.values() if one["protocol"] == "Icmp")
    assert ping["destinationPortRange"] == "*"


def test_priorities_are_unique_and_spider_s_own_rules_come_last(azure: Azure, vpc: Vpc) -> None:
    make_group(azure, vpc, SSH, WEB, PING, DNS)
    found = at_azure(azure, "group")
    for direction, own in (("Inbound", "spider-deny-inbound"), ("Outbound", "spider-deny-outbound")):
        priorities = [one["priority"] for one in found.values() if one["direction"] == direction]
        assert len(set(priorities)) == len(priorities)
        assert found[own]["priority"] == max(priorities) == 4096
        assert found[own]["access"] == "Deny"


def test_a_group_without_outbound_rules_lets_everything_out_by_a_rule(azure: Azure, vpc: Vpc) -> None:
    group = make_group(azure, vpc, SSH)
    assert set(group.rules) == {SSH, EVERYTHING_OUT}
    change(azure, "remove_rules", group, EVERYTHING_OUT)
    assert azure.connection.security_group.get(ref(group)).rules == (SSH,)
    assert [one["access"] for one in at_azure(azure, "group").values() if one["direction"] == "Outbound"] == ["Deny"]


def test_a_rule_is_the_same_however_it_is_spelled(azure: Azure, vpc: Vpc) -> None:
    group = make_group(azure, vpc, Rule(Direction.INBOUND, Protocol.TCP, -1, -1, "10.1.2.3/8"))
    every = Rule(Direction.INBOUND, Protocol.TCP, 0, 65535, "10.0.0.0/8")
    assert every in group.rules
    with pytest.raises(AlreadyExists):
        change(azure, "add_rules", group, every)
    change(azure, "remove_rules", group, every)
    assert every not in azure.connection.security_group.get(ref(group)).rules


def test_what_stays_keeps_its_name_and_priority(azure: Azure, vpc: Vpc) -> None:
    group = make_group(azure, vpc, SSH, WEB, PING)
    before = at_azure(azure, "group")
    change(azure, "remove_rules", group, WEB)
    change(azure, "add_rules", group, DNS)
    after = at_azure(azure, "group")
    for name in ("inbound-100", "inbound-102", "spider-deny-inbound"):
        assert (after[name]["priority"], after[name]["protocol"]) == (
            before[name]["priority"],
            before[name]["protocol"],
        )


def test_a_change_of_rules_is_one_put(azure: Azure, vpc: Vpc) -> None:
    group = make_group(azure, vpc, SSH)
    apis = azure.apis_of(lambda: change(azure, "add_rules", group, WEB, DNS))
    assert [api for api in apis if not api.startswith("GET")] == [f"PUT {NSG}/{{name}}"]


def test_a_change_by_somebody_else_is_not_lost(azure: Azure, vpc: Vpc) -> None:
    """The group is changed between the driver's read and its PUT, which Azure then refuses."""
    group = make_group(azure, vpc, SSH)
    arm, attempt = azure.arm, Attempt("add")
    real = arm.begin
    interfered: list[bool] = []

    def begin(operation: str, *given: Any, **more: Any) -> None:
        if not interfered:
            interfered.append(True)
            change(azure, "add_rules", group, WEB)
        real(operation, *given, **more)

    arm.begin = begin  # type: ignore[method-assign,assignment]
    handler = azure.connection.security_group
    answer = handler.add_rules(ref(group), RulesRequest((DNS,)), attempt)
    assert isinstance(answer, Wait)
    made = done(lambda one: handler.add_rules(ref(group), RulesRequest((DNS,)), one), attempt)
    assert {SSH, WEB, DNS} <= set(made.rules)


def test_rules_that_spider_has_no_words_for_are_told_and_kept(azure: Azure, vpc: Vpc) -> None:
    group = make_group(azure, vpc, SSH)
    odd = {
        "protocol": "Tcp",
        "access": "Deny",
        "direction": "Inbound",
        "priority": 3000,
        "sourceAddressPrefix": "Internet",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRanges": ["1-2", "5"],
    }
    put = "network.security_rules.begin_create_or_update"
    azure.arm.begin(put, azure.arm.place.group, "group", "odd", {"properties": odd})
    found = azure.connection.security_group.get(ref(group))
    assert set(found.rules) == {SSH, EVERYTHING_OUT}
    assert '"odd"' in found.details["otherSecurityRules"]
    change(azure, "add_rules", group, WEB)
    assert at_azure(azure, "group")["odd"]["destinationPortRanges"] == ["1-2", "5"]


def test_a_rule_of_several_ports_and_addresses_is_several_rules(azure: Azure, vpc: Vpc) -> None:
    group = make_group(azure, vpc)
    several = {
        "protocol": "Tcp",
        "access": "Allow",
        "direction": "Inbound",
        "priority": 300,
        "sourceAddressPrefixes": ["10.1.0.0/16", "10.2.0.0/16"],
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRanges": ["80", "8000-8010"],
    }
    put = "network.security_rules.begin_create_or_update"
    azure.arm.begin(put, azure.arm.place.group, "group", "several", {"properties": several})
    inbound = [one for one in azure.connection.security_group.get(ref(group)).rules if one.direction == "inbound"]
    assert len(inbound) == 4
    change(azure, "remove_rules", group, inbound[0])
    left = azure.connection.security_group.get(ref(group)).rules
    assert {one for one in left if one.direction == "inbound"} == set(inbound[1:])


def test_icmp_with_ports_is_invalid_without_a_call(azure: Azure, vpc: Vpc) -> None:
    def refused() -> None:
        with pytest.raises(Invalid) as error:
            make_group(azure, vpc, Rule(Direction.INBOUND, Protocol.ICMP, 8, 0))
        assert error.value.field == "rules"

    assert azure.apis_of(refused) == []


def test_a_vpc_that_is_gone_is_named(azure: Azure, vpc: Vpc) -> None:
    request = SecurityGroupRequest("group", Ref("gone", vpc.iid.id + "-gone"))
    with pytest.raises(MissingReference) as missing:
        done(lambda attempt: azure.connection.security_group.create(request, attempt))
    assert missing.value.field == "vpc"


# VMs in several groups


def test_a_vm_of_one_group_has_that_group(azure: Azure, vpc: Vpc) -> None:
    group = make_group(azure, vpc, SSH)
    vm = make_vm(azure, vpc, group)
    nic = resources.interfaces(azure.arm).named("vm-nic")
    assert azure.arm.place.spelled(nic["properties"]["networkSecurityGroup"]["id"]) == group.iid.id
    assert [one.id for one in vm.security_groups] == [group.iid.id]


def test_a_vm_of_several_groups_has_the_rules_of_all(azure: Azure, vpc: Vpc) -> None:
    groups = make_group(azure, vpc, SSH, WEB, name="one"), make_group(azure, vpc, SSH, PING, DNS, name="two")
    vm = make_vm(azure, vpc, *groups)
    assert [one.id for one in vm.security_groups] == [one.iid.id for one in groups]
    assert azure.connection.vm.list() == [vm]
    own = rules.shown(resources.security_groups(azure.arm).named("vm-nsg"))
    assert set(own) == {SSH, WEB, PING, DNS, EVERYTHING_OUT}
    assert len(own) == len(set(own))
    assert {one.iid.name for one in azure.connection.security_group.list()} == {"one", "two"}


def test_the_rules_of_such_a_vm_follow_those_of_its_groups(azure: Azure, vpc: Vpc) -> None:
    one, two = make_group(azure, vpc, SSH, name="one"), make_group(azure, vpc, SSH, DNS, name="two")
    make_vm(azure, vpc, one, two)
    change(azure, "add_rules", one, WEB)
    handled = resources.security_groups(azure.arm)
    assert set(rules.shown(handled.named("vm-nsg"))) == {SSH, DNS, WEB, EVERYTHING_OUT}
    change(azure, "remove_rules", one, WEB, SSH)
    # SSH is let in by the other group, still.
    assert set(rules.shown(handled.named("vm-nsg"))) == {SSH, DNS, EVERYTHING_OUT}


def test_groups_of_a_vm_are_in_use_and_its_own_goes_with_it(twin: AzureTwin, azure: Azure, vpc: Vpc) -> None:
    groups = [make_group(azure, vpc, SSH, name=name) for name in ("one", "two")]
    vm = make_vm(azure, vpc, *groups)
    for group in groups:
        with pytest.raises(InUse, match="vm"):
            azure.connection.security_group.delete(ref(group), Attempt("delete"))
    token = resources.machines(azure.arm).named("vm")["tags"]["spider-token"]
    done(lambda attempt: azure.connection.vm.delete(Ref("vm", vm.iid.id, token), attempt))
    assert not [one for one in twin.azure.contents() if one.endswith("/vm-nsg")]
    for group in groups:
        done(lambda attempt, group=group: azure.connection.security_group.delete(ref(group), attempt))  # type: ignore[misc]


def test_a_rule_changed_while_a_vm_is_made_is_not_missed(twin: AzureTwin, azure: Azure, vpc: Vpc) -> None:
    one, two = make_group(azure, vpc, SSH, name="one"), make_group(azure, vpc, DNS, name="two")
    twin.azure.settings.transition_seconds = 5.0
    request = VmRequest(
        *("vm", Ref(UBUNTU, UBUNTU), "Standard_B1s", ref(vpc), ref(vpc.subnets[0]), (ref(one), ref(two))),
        public_key=PUBLIC_KEY,
    )
    attempt, changed = Attempt("create", clock=twin.clock), False
    for _ in range(100):
        answer = azure.connection.vm.create(request, attempt)
        if not isinstance(answer, Wait):
            break
        if "interface" in attempt.parts and not changed:
            twin.azure.settings.transition_seconds, changed = 0.0, True
            group = resources.security_groups(azure.arm).named("one")
            put = "network.network_security_groups.begin_create_or_update"
            wanted = {**group, "properties": {"securityRules": rules.changed(group, add=[WEB])}}
            del wanted["etag"]
            azure.arm.begin(put, azure.arm.place.group, "one", wanted)
        twin.clock.advance(answer.seconds)
    assert changed
    assert WEB in rules.shown(resources.security_groups(azure.arm).named("vm-nsg"))


@pytest.mark.parametrize("undone", [False, True], ids=["made", "undone"])
def test_a_vm_of_several_groups_survives_a_death_at_any_step(
    twin: AzureTwin, azure: Azure, vpc: Vpc, undone: bool
) -> None:
    groups = tuple(ref(make_group(azure, vpc, SSH, name=name)) for name in ("one", "two"))
    before = made(twin)
    with Bench(twin.cloud()) as bench:
        for when, operation in bench.dying():
            request = VmRequest(
                *(bench.name(), Ref(UBUNTU, UBUNTU), "Standard_B1s", ref(vpc), ref(vpc.subnets[0]), groups),
                public_key=PUBLIC_KEY,
            )
            if undone:
                with contextlib.suppress(Died):
                    operation.run_until_death(bench.creating("vm", request))
                bench.undo("vm", request.name, operation)
            else:
                vm = bench.create("vm", request, operation)
                assert [one.id for one in vm.security_groups] == [one.id for one in groups], when
                new = {one.rpartition("/")[2].replace(request.name, "") for one in made(twin) - before}
                assert new == {"", "-nic", "-pip", "-osdisk", "-nsg"}, when
                bench.delete("vm", bench.ref("vm", vm))
            assert made(twin) == before, when


# VPCs and subnets


def test_subnets_are_made_in_the_one_put_of_the_vpc(azure: Azure) -> None:
    apis = azure.apis_of(lambda: make_vpc(azure, "net"))
    assert [api for api in apis if api.startswith("PUT Microsoft")] == ["PUT Microsoft.Network/virtualNetworks/{name}"]


def test_tags_of_subnets_stand_with_the_vpc_s_and_are_not_its_own(azure: Azure) -> None:
    vpc = make_vpc(azure, "net", tags={"team": "blue"}, of_b={"stage": "test"})
    assert vpc.tags == {"team": "blue"}
    assert [subnet.tags for subnet in vpc.subnets] == [{}, {"stage": "test"}]
    request = SubnetRequest("c", "10.0.3.0/24", tags={"stage": "live"})
    wider = done(lambda attempt: azure.connection.vpc.add_subnet(ref(vpc), request, attempt))
    assert [subnet.tags for subnet in wider.subnets] == [{}, {"stage": "test"}, {"stage": "live"}]
    for subnet in wider.subnets[1:]:
        done(lambda attempt, one=subnet: azure.connection.vpc.remove_subnet(ref(vpc), ref(one), attempt))  # type: ignore[misc]
    again = done(lambda attempt: azure.connection.vpc.add_subnet(ref(vpc), SubnetRequest("c", "10.0.3.0/24"), attempt))
    assert [subnet.tags for subnet in again.subnets] == [{}, {}]


def test_tags_of_a_subnet_that_are_too_long_are_refused_before_anything_is_made(azure: Azure) -> None:
    def refused() -> None:
        with pytest.raises(Invalid) as error:
            make_vpc(azure, "net", of_b={"stage": "v" * 256})
        assert error.value.field == "tags"

    assert not [api for api in azure.apis_of(refused) if api.startswith("PUT")]


def test_a_subnet_that_was_there_is_never_taken_over(azure: Azure, vpc: Vpc) -> None:
    """Neither by an add of the same range, nor by undoing that add."""
    attempt = Attempt("add")
    with pytest.raises(AlreadyExists):
        azure.connection.vpc.add_subnet(ref(vpc), SubnetRequest("A", "10.0.1.0/24"), attempt)
    undone = Attempt("add", parts=attempt.parts)
    done(lambda one: azure.connection.vpc.remove_subnet(ref(vpc), Ref("A", None, "add"), one), undone)
    assert azure.connection.vpc.get(ref(vpc)) == vpc


def test_a_vpc_whose_groups_are_there_is_in_use(azure: Azure, vpc: Vpc) -> None:
    group = make_group(azure, vpc, SSH)
    with pytest.raises(InUse, match="group"):
        azure.connection.vpc.delete(ref(vpc), Attempt("delete"))
    done(lambda attempt: azure.connection.security_group.delete(ref(group), attempt))
    done(lambda attempt: azure.connection.vpc.delete(ref(vpc), attempt))


# Tags


def test_a_tag_is_the_same_in_any_case(azure: Azure) -> None:
    vpc = make_vpc(azure, "net", tags={"Stage": "test"})
    tag = azure.connection.tag
    done(lambda attempt: tag.add("vpc", ref(vpc), "stage", "live", attempt))
    assert azure.connection.vpc.get(ref(vpc)).tags == {"Stage": "live"}
    done(lambda attempt: tag.remove("vpc", ref(vpc), "STAGE", attempt))
    assert azure.connection.vpc.get(ref(vpc)).tags == {}


@pytest.mark.parametrize("key", ["spider-token", "Spider-Anything"])
def test_spider_s_own_tags_are_refused_without_a_call(azure: Azure, vpc: Vpc, key: str) -> None:
    def refused() -> None:
        with pytest.raises(Invalid) as added:
            azure.connection.tag.add("vpc", ref(vpc), key, "x", Attempt("add"))
        with pytest.raises(Invalid) as removed:
            azure.connection.tag.remove("vpc", ref(vpc), key, Attempt("remove"))
        assert added.value.field == removed.value.field == "key"

    assert azure.apis_of(refused) == []


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [("a<b", "test", "key"), ("k" * 513, "test", "key"), ("stage", "v" * 257, "value")],
    ids=["reserved", "long_key", "long_value"],
)
def test_what_azure_refuses_names_the_field(azure: Azure, vpc: Vpc, key: str, value: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        azure.connection.tag.add("vpc", ref(vpc), key, value, Attempt("add"))
    assert refused.value.field == field
    assert azure.connection.vpc.get(ref(vpc)).tags == {}


@pytest.mark.parametrize("kind", ["subnet", "image"])
def test_other_kinds_have_no_tags_to_change(azure: Azure, vpc: Vpc, kind: str) -> None:
    with pytest.raises(Unsupported):
        azure.connection.tag.add(kind, ref(vpc), "stage", "test", Attempt("add"))


# Regions


def test_regions_tell_the_subscription_s_zones(azure: Azure) -> None:
    region = azure.connection.region_zone.get(Ref("", "koreacentral"))
    assert [zone.name for zone in region.zones] == ["1", "2", "3"]
    assert all(zone.details["physicalZone"] for zone in region.zones)
    assert len(azure.apis_of(azure.connection.region_zone.list)) == 1
