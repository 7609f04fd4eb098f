"""The mock cloud's changes of what exists, its regions, calls by name and default network, and how much it offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from spider_drivers.conformance import RULES, Bench, Cloud
from spider_drivers.contract import (
    Direction,
    Invalid,
    Protocol,
    Ref,
    Rule,
    RulesRequest,
    SubnetRequest,
    VmStatus,
    Wait,
    ZoneStatus,
)
from spider_drivers.mock.faults import WireError

from tests.drivers.test_mock_cloud import call, cloud_of, mock

NEW = Rule(Direction.INBOUND, Protocol.TCP, 8080, 8080)
Change = Callable[[Any, Any], Any]


def add_subnet(ref: Ref) -> Change:
    request = SubnetRequest("added", "10.0.200.0/24")
    return lambda connection, attempt: connection.vpc.add_subnet(ref, request, attempt)


def bench_with_fixed_network(cloud: Cloud) -> Bench:
    cloud.network = lambda: "10.0.0.0/16"
    return Bench(cloud)


@pytest.mark.parametrize("lag", ["0", "10"])
@pytest.mark.parametrize(
    "fail", ["create_subnet:3:NoAnswer", "create_subnet:3:Throttled", "create_subnet:3:Unavailable"]
)
def test_a_fault_while_a_subnet_is_added_makes_no_second_one(fail: str, lag: str) -> None:
    with bench_with_fixed_network(mock(Fail=fail, LagSeconds=lag)) as bench:
        ref = bench.ref("vpc", bench.create("vpc"))
        made = bench.operation().run(add_subnet(ref))
        assert [subnet.iid.name for subnet in made.subnets][2:] == ["added"]
        assert len(bench.contents()) == 4


@pytest.mark.parametrize("lag", ["0", "10"])
def test_a_lost_answer_to_a_change_of_rules_is_no_refusal(lag: str) -> None:
    cloud = mock(Fail="authorize_rules:2:NoAnswer,revoke_rules:NoAnswer", LagSeconds=lag)
    with Bench(cloud) as bench:
        ref = bench.ref("security_group", bench.create("security_group"))
        request = RulesRequest((NEW,))
        made = bench.operation().run(lambda at, attempt: at.handler("security_group").add_rules(ref, request, attempt))
        assert set(made.rules) == {*RULES, NEW}
        bench.operation().run(lambda at, attempt: at.handler("security_group").remove_rules(ref, request, attempt))
        assert set(bench.get("security_group", ref).rules) == set(RULES)


@pytest.mark.parametrize("fail", ["tag_resource:NoAnswer", "tag_resource:Throttled", "untag_resource:NoAnswer"])
def test_a_fault_while_tags_change_changes_nothing_in_the_end(fail: str) -> None:
    with Bench(mock(Fail=fail, LagSeconds="10")) as bench:
        ref = bench.ref("key_pair", bench.create("key_pair"))
        bench.operation().run(lambda at, attempt: at.handler("tag").add("key_pair", ref, "stage", "live", attempt))
        assert bench.get("key_pair", ref).tags == {"stage": "live"}
        bench.operation().run(lambda at, attempt: at.handler("tag").remove("key_pair", ref, "stage", attempt))
        assert bench.get("key_pair", ref).tags == {}


def test_the_cloud_changes_all_of_the_rules_or_none() -> None:
    cloud = mock()
    bench = Bench(cloud)
    group = bench.create("security_group").iid.id
    for api, rules in (("authorize_rules", (NEW, RULES[0])), ("revoke_rules", (RULES[0], NEW))):
        with pytest.raises(WireError, match=r"RuleDuplicate|RuleNotFound"):
            call(cloud, api, group_id=group, rules=[asdict(rule) for rule in rules])
        assert set(bench.list("security_group")[0].rules) == set(RULES)


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_the_tags_that_spider_stands_on_are_not_changed(verb: str) -> None:
    with Bench(mock()) as bench:
        ref = bench.ref("vpc", bench.create("vpc"))
        values = ("stolen",) if verb == "add" else ()
        with pytest.raises(Invalid) as refused:
            bench.operation().run(
                lambda at, attempt: getattr(at.handler("tag"), verb)("vpc", ref, "spider-token", *values, attempt)
            )
        assert refused.value.field == "key"


@pytest.mark.parametrize("kind", ["image", "account", "cluster"])
def test_what_users_do_not_make_has_no_tags(kind: str) -> None:
    with Bench(mock()) as bench, pytest.raises(Invalid) as refused:
        bench.operation().run(lambda at, attempt: at.handler("tag").add(kind, Ref("", "x"), "stage", "live", attempt))
    assert refused.value.field == "kind"


def test_regions_and_zones_over_pages() -> None:
    regions = Bench(mock(PageSize="1")).list("region_zone")
    assert [region.name for region in regions] == ["default", "north", "south", "west"]
    assert [zone.name for zone in regions[0].zones] == ["default-1", "default-2"]
    assert {zone.status for region in regions for zone in region.zones} == {ZoneStatus.AVAILABLE}
    assert sum(len(region.zones) for region in regions) == 8


def test_count_all_counts_what_is_there() -> None:
    cloud = mock(PageSize="2")
    bench = Bench(cloud)
    for _ in range(3):
        bench.create("vm")
    bench.delete("vm", bench.ref("vm", bench.create("vm")))
    counted = cloud.connection.any_calls()["countAll"]({})
    assert counted == {"vpc": "1", "subnet": "2", "security_group": "1", "key_pair": "1", "vm": "3"}


def test_a_vm_that_names_no_network_is_in_one_that_no_list_shows() -> None:
    cloud = mock()
    with Bench(cloud) as bench:
        request = replace(bench.request("vm"), vpc=Ref(""), subnet=Ref(""), security_groups=())
        vm = bench.create("vm", request)
        assert vm.status is VmStatus.RUNNING
        assert vm.private_ip.startswith("172.31.")
        assert vm.vpc.id not in bench.ids("vpc")
        assert list(cloud_of(cloud).contents(cloud.clock.now()).values()).count("subnet") == 2


def test_a_vm_in_a_vpc_names_its_subnet() -> None:
    bench = Bench(mock())
    request = replace(bench.request("vm"), subnet=Ref(""))
    assert bench.refused("vm", request, Invalid).field == "subnet"


@pytest.mark.parametrize(("kind", "knob"), [("spec", "Specs"), ("image", "Images")])
@pytest.mark.parametrize("count", [1, 5, 1395])
def test_the_cloud_offers_as_many_as_it_is_told_to(kind: str, knob: str, count: int) -> None:
    cloud = mock(**{knob: str(count)})
    found = Bench(cloud).list(kind)
    assert len(found) == len({repr(shape) for shape in found}) == count
    assert {len(shape.details) for shape in found} == {15}
    last = f"mock-vm{kind}-{count:02}"
    assert Bench(cloud).get(kind, Ref(last, last)) == found[-1]


def test_a_vm_runs_with_the_last_of_many_specs() -> None:
    with Bench(mock(Specs="1395", Images="200")) as bench:
        image = Ref("", "mock-vmimage-200")
        vm = bench.create("vm", replace(bench.request("vm"), spec="mock-vmspec-1395", image=image))
        assert (vm.spec, vm.image.id) == ("mock-vmspec-1395", "mock-vmimage-200")


@pytest.mark.parametrize("keys", [{"Specs": "0"}, {"Images": "-1"}, {"Specs": "many"}, {"Images": "1000000"}])
def test_a_wrong_number_of_offers_is_invalid(keys: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        mock(**keys).new_connection()


def test_a_change_waits_for_what_reads_do_not_show_yet() -> None:
    cloud = mock(LagSeconds="10")
    bench = bench_with_fixed_network(cloud)
    ref = bench.ref("vpc", bench.create("vpc"))
    operation = bench.operation()
    began = cloud.clock.now()
    answers: list[Any] = []

    def step(connection: Any, attempt: Any) -> Any:
        answers.append(add_subnet(ref)(connection, attempt))
        return answers[-1]

    operation.run(step)
    assert isinstance(answers[0], Wait)
    assert (cloud.clock.now() - began).total_seconds() >= 10
