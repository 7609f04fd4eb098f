"""Who knows what; adopting, forgetting, forcing and destroying, where it gets difficult."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from spider_drivers.contract import AlreadyExists, Conflict, InUse, Invalid, KindCapability, MissingReference, NotFound

from chalicelib.catalogue.records import Deleted

from .deaths import Deaths
from .house import VM, VPC, House


@pytest.fixture
def both(house: House) -> House:
    """With a second connection to the same cloud, "other"."""
    names = {"DriverName": "d", "CredentialName": "c", "RegionName": "r"}
    house.do("create_connection", {"ConfigName": "other", "ProviderName": "MOCK", **names})
    return house


def other(house: House, name: str, info: Any = None, path: str = "") -> Any:
    body = {"ConnectionName": "other", **({} if info is None else {"ReqInfo": info})}
    return house.do(name, body, path)


def adopt(house: House, kind: str, name: str, cloud_id: str, **more: str) -> Any:
    return other(house, f"register_{kind}", {"Name": name, "CSPId": cloud_id, **more})


def test_what_is_being_created_is_nobody_s_find(both: House) -> None:
    both.region(TransitionSeconds="60")
    both.make("vpc", VPC, respond_async=True)
    both.engine.queue.wait("", lambda: len(both.contents) > 0, 30)
    drift = both.on("list_all_vpc")
    assert [iid.name for iid in drift.both] == ["vpc-01"]
    assert drift.only_spider == drift.only_cloud == ()
    assert len(both.on("list_all_info_vpc").both) == 1


def test_a_vm_is_adopted_only_after_its_vpc(both: House) -> None:
    vm = both.make_all()
    with pytest.raises(MissingReference, match="does not exist in connection 'other'"):
        adopt(both, "vm", "mine", vm.iid.id)
    with pytest.raises(MissingReference):
        adopt(both, "security_group", "mine", vm.security_groups[0].id)
    adopt(both, "vpc", "net", vm.vpc.id)
    with pytest.raises(MissingReference):
        adopt(both, "security_group", "mine", vm.security_groups[0].id, VPCName="another")
    assert adopt(both, "security_group", "group", vm.security_groups[0].id).vpc.name == "net"
    mine = adopt(both, "vm", "mine", vm.iid.id)
    assert (mine.vpc.name, mine.subnet.name, mine.security_groups[0].name) == ("net", "net-subnet-1", "group")
    with pytest.raises(InUse):
        other(both, "unregister_vpc", path="net")
    with pytest.raises(InUse):
        other(both, "delete_security_group", path="group")


def test_an_id_has_one_name_and_a_name_one_id(both: House) -> None:
    first, second = (
        both.make("vpc", VPC),
        both.make("vpc", {**VPC, "Name": "vpc-02", "IPv4_CIDR": "10.9.0.0/16", "SubnetInfoList": []}),
    )
    adopt(both, "vpc", "net", first.iid.id)
    with pytest.raises(AlreadyExists, match="under another name"):
        adopt(both, "vpc", "net-2", first.iid.id)
    with pytest.raises(AlreadyExists, match="'net' already exists in connection 'other'"):
        adopt(both, "vpc", "net", second.iid.id)
    with pytest.raises(MissingReference, match="was not found"):
        adopt(both, "vpc", "net-3", "vpc-none")
    assert other(both, "unregister_vpc", path="net") == Deleted()
    adopt(both, "vpc", "net", second.iid.id)
    assert both.do("count_vpc", None, "other") == 1
    assert both.do("count_every_vpc") == 3


def test_what_is_being_changed_is_not_forgotten(house: House) -> None:
    house.region(TransitionSeconds="60")
    house.make("vpc", VPC, respond_async=True)
    with pytest.raises(Conflict):
        house.on("unregister_vpc", "vpc-01")


def test_force_ends_though_the_cloud_never_deletes(house: House) -> None:
    house.make_all()
    house.region(Fail="delete_vm:Refused:always,terminate_vm:Refused:always")
    began = house.clock.now()
    assert house.do("delete_vm", {"ConnectionName": "mock", "force": "true"}, "vm-01") == Deleted()
    assert (house.clock.now() - began).total_seconds() <= house.settings.force_deadline + 60
    with pytest.raises(NotFound, match="does not exist in connection"):
        house.on("get_vm", "vm-01")
    (left,) = house.on("list_all_vm").only_cloud
    house.region()
    house.on("delete_csp_vm", left.id)
    assert house.on("list_all_vm").only_cloud == ()


def test_force_on_a_vm_that_never_leaves_its_state_ends(house: House) -> None:
    house.make_all()
    house.region(TransitionSeconds="1000000")
    began = house.clock.now()
    assert house.do("delete_vm", {"ConnectionName": "mock", "force": "true"}, "vm-01") == Deleted()
    assert (house.clock.now() - began).total_seconds() <= house.settings.force_deadline + 60


def test_destroy_goes_on_to_the_end_and_tells_what_is_left(house: House) -> None:
    house.make_all()
    house.region(Fail="delete_vm:Refused:always,terminate_vm:Refused:always")
    outcome = {one.word: one for one in house.on("destroy")}
    assert set(outcome["vm"].left) == {"vm-01"}
    assert set(outcome["vpc"].left) == {"vpc-01"}
    assert not outcome["keypair"].left
    house.region()
    assert not any(one.left for one in house.on("destroy"))
    assert house.contents == {}
    assert not any(one.left or one.deleted for one in house.on("destroy"))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_delete_by_id_survives_a_death_at_any_call(
    house: House, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    survive = Deaths(house, monkeypatch, moment).survive
    for number in range(1, 60):
        vpc = house.make("vpc", VPC)
        house.on("unregister_vpc", "vpc-01")
        died = survive(number, partial(house.on, "delete_csp_vpc", vpc.iid.id))
        house.clock.advance(30)
        assert house.contents == {}
        if not died:
            assert number > 1
            return
    raise AssertionError("it dies for ever")


def test_odd_names_and_types_are_the_caller_s_fault(house: House) -> None:
    house.make_what_a_vm_needs()
    with pytest.raises(Invalid):
        house.do("get_csp_resource_name", {"ConnectionName": "mock", "ResourceType": "cow"}, "vm-01")
    assert house.do("get_csp_resource_name", {"ConnectionName": "mock", "ResourceType": "vpc"}, "vpc-01") == "vpc-01"
    with pytest.raises(NotFound):
        house.do("get_csp_resource_info", {"ConnectionName": "mock", "ResourceType": "vm"}, "vm-77")
    with pytest.raises(MissingReference):
        house.make("vm", {**VM, "VPCName": "none"})


def test_a_transformed_name_is_the_cloud_s_alone(house: House) -> None:
    made = house.do("create_key_pair", {"ConnectionName": "mock", "ReqInfo": {"Name": "Key 한 1"}}, transform="ON")
    assert made.key_pair.iid.name == "Key 한 1"
    assert [one.iid.name for one in house.on("list_key_pair")] == ["Key 한 1"]
    named = house.do("get_csp_resource_name", {"ConnectionName": "mock", "ResourceType": "keypair"}, "Key 한 1")
    assert re.fullmatch("key---1-[0-9a-f]{8}", named)
    house.do("create_key_pair", {"ConnectionName": "mock", "ReqInfo": {"Name": "key-2"}}, transform="OFF")
    assert house.do("get_csp_resource_name", {"ConnectionName": "mock", "ResourceType": "keypair"}, "key-2") == "key-2"


def test_a_vm_without_a_network_is_in_the_cloud_s_default_one(house: House) -> None:
    house.make("key_pair", {"Name": "key-01"})
    wanted = {key: VM[key] for key in ("Name", "ImageName", "VMSpecName", "KeyPairName")}
    vm = house.make("vm", wanted)
    assert (vm.status, vm.image.name, vm.vpc.name) == ("Running", "mock-vmimage-01", "")
    for half in ("VPCName", "SubnetName"):
        with pytest.raises(Invalid, match="is empty"):
            house.make("vm", {**wanted, "Name": "vm-02", half: "x"})


def test_a_name_that_the_cloud_refuses_can_be_transformed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    capable = replace(house.engine.connections.target("mock").capability.kinds["key_pair"], name_pattern="[a-z0-9-]+")
    monkeypatch.setitem(dict_of_kinds(house), "key_pair", capable)
    body = {"ConnectionName": "mock", "ReqInfo": {"Name": "Key 한"}}
    with pytest.raises(Invalid):
        house.do("create_key_pair", body)
    assert house.do("create_key_pair", body, transform="ON").key_pair.iid.name == "Key 한"


def dict_of_kinds(house: House) -> dict[str, KindCapability]:
    kinds = house.engine.connections.target("mock").capability.kinds
    assert isinstance(kinds, dict)
    return kinds


def test_a_key_pair_goes_by_its_id_though_a_vm_was_made_with_it(house: House) -> None:
    house.make_all()
    key = house.on("get_key_pair", "key-01")
    assert house.on("delete_csp_key_pair", key.iid.id) == Deleted()
    with pytest.raises(NotFound):
        house.on("get_key_pair", "key-01")
    with pytest.raises(InUse):
        house.on("delete_csp_vpc", house.on("get_vpc", "vpc-01").iid.id)


def test_a_new_subnet_is_not_taken_for_another_s_of_its_name(both: House) -> None:
    vpc = both.make("vpc", VPC)
    adopt(both, "vpc", "net", vpc.iid.id)
    add = {"Name": "c", "IPv4_CIDR": "10.0.77.0/24"}
    theirs = other(both, "add_subnet", add, "net")
    mine = both.do("add_subnet", {"ConnectionName": "mock", "ReqInfo": {**add, "IPv4_CIDR": "10.0.78.0/24"}}, "vpc-01")
    ids = [{one.iid.name: one.iid.id for one in found.subnets}["c"] for found in (theirs, mine)]
    assert ids[0] != ids[1]
    assert {one.iid.name: one.cidr for one in mine.subnets}["c"] == "10.0.78.0/24"
