"""Subnets, rules and tags of what exists: added, removed, refused, and whole after any death."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from spider_drivers.contract import (
    AlreadyExists,
    InUse,
    Invalid,
    MissingReference,
    NotFound,
    Refused,
    SecurityGroup,
    Vpc,
)

from chalicelib.catalogue.records import Deleted
from chalicelib.engine.operations import State

from .deaths import Deaths
from .house import VM, House

SUBNET = {"Name": "c", "IPv4_CIDR": "10.0.77.0/24"}
RULE = {"Direction": "inbound", "IPProtocol": "tcp", "FromPort": "8080", "ToPort": "8080", "CIDR": "10.0.0.0/8"}
TAG = {"ResourceType": "vpc", "ResourceName": "vpc-01", "Tag": {"Key": "team", "Value": "blue"}}


def ask(house: House, name: str, path: str = "", info: Any = None, member: str = "", **more: Any) -> Any:
    body = {"ConnectionName": "mock", **({} if info is None else {"ReqInfo": info}), **more}
    return house.do(name, body, path, member=member)


def names(vpc: Vpc) -> list[str]:
    return sorted(subnet.iid.name for subnet in vpc.subnets)


def add(house: House) -> Vpc:
    vpc: Vpc = ask(house, "add_subnet", "vpc-01", SUBNET)
    return vpc


def remove(house: House, name: str = "c", **more: Any) -> Any:
    return ask(house, "remove_subnet", "vpc-01", member=name, **more)


def test_a_subnet_comes_and_goes_with_its_name(house: House) -> None:
    house.make_what_a_vm_needs()
    before = house.contents
    vpc = add(house)
    assert "c" in names(vpc)
    assert names(house.on("get_vpc", "vpc-01")) == names(vpc)
    assert ask(house, "get_subnet", "vpc-01", member="c").cidr == SUBNET["IPv4_CIDR"]
    house.make("vm", {**VM, "SubnetName": "c"})
    with pytest.raises(InUse):
        remove(house)
    house.on("delete_vm", "vm-01")
    assert remove(house) == Deleted()
    assert house.contents == before
    with pytest.raises(NotFound):
        ask(house, "get_subnet", "vpc-01", member="c")
    with pytest.raises(NotFound):
        remove(house)


def test_a_subnet_whose_name_or_place_is_taken_changes_nothing(house: House) -> None:
    house.make_what_a_vm_needs()
    add(house)
    before = house.contents
    with pytest.raises(AlreadyExists):
        add(house)
    with pytest.raises((AlreadyExists, Invalid)):
        ask(house, "add_subnet", "vpc-01", {**SUBNET, "Name": "d"})
    with pytest.raises(Invalid):
        ask(house, "add_subnet", "vpc-01", {"Name": "d", "IPv4_CIDR": "192.168.0.0/24"})
    with pytest.raises(NotFound):
        ask(house, "add_subnet", "vpc-77", SUBNET)
    assert house.contents == before
    assert "d" not in names(house.on("get_vpc", "vpc-01"))


def test_a_subnet_that_the_cloud_refuses_frees_its_name(house: House) -> None:
    house.make_what_a_vm_needs()
    before = house.contents
    house.region(Fail="create_subnet:Refused")
    with pytest.raises(Refused) as refused:
        add(house)
    assert house.operation(refused.value.operation or "").state == State.FAILED
    house.region()
    assert house.contents == before
    assert "c" in names(add(house))


def test_rules_come_and_go(house: House) -> None:
    house.make_what_a_vm_needs()
    held = house.on("get_security_group", "sg-01").rules
    group: SecurityGroup = ask(house, "add_rules", "sg-01", {"RuleInfoList": [RULE]})
    assert len(group.rules) == len(held) + 1
    assert set(house.on("get_security_group", "sg-01").rules) == set(group.rules)
    with pytest.raises(AlreadyExists):
        ask(house, "add_rules", "sg-01", {"RuleInfoList": [RULE]})
    assert ask(house, "remove_rules", "sg-01", {"RuleInfoList": [RULE]}) == Deleted()
    assert set(house.on("get_security_group", "sg-01").rules) == set(held)
    with pytest.raises(MissingReference):
        ask(house, "remove_rules", "sg-01", {"RuleInfoList": [RULE]})


def test_tags_come_and_go(house: House) -> None:
    house.make_what_a_vm_needs()
    given = {"ResourceType": "vpc", "ResourceName": "vpc-01"}
    assert ask(house, "add_tag", info=TAG).value == "blue"
    ask(house, "add_tag", info={**TAG, "Tag": {"Key": "team", "Value": "red"}})
    assert ask(house, "list_tag", **given).tags == {"team": "red"}
    assert ask(house, "get_tag", "team", **given).value == "red"
    assert ask(house, "remove_tag", "team", given) == Deleted()
    assert ask(house, "remove_tag", "team", given) == Deleted()
    with pytest.raises(NotFound):
        ask(house, "get_tag", "team", **given)
    ask(house, "add_tag", info={**TAG, "ResourceType": "subnet", "ResourceName": "a"})
    assert ask(house, "list_tag", ResourceType="subnet", ResourceName="a").tags == {"team": "blue"}
    for wrong in ({"ResourceType": "cow", "ResourceName": "x"}, {"ResourceType": "vpc"}):
        with pytest.raises(Invalid):
            ask(house, "list_tag", **wrong)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("lag", ["0", "3"])
def test_a_worker_may_die_at_any_call(house: House, monkeypatch: pytest.MonkeyPatch, moment: str, lag: str) -> None:
    house.region(LagSeconds=lag)
    house.make_what_a_vm_needs()
    empty = house.contents
    held = set(house.on("get_security_group", "sg-01").rules)
    steps: list[tuple[Callable[[], object], Callable[[], object]]] = [
        (lambda: add(house), lambda: _equal(len(house.contents), len(empty) + 1)),
        (lambda: remove(house), lambda: _equal(house.contents, empty)),
        (
            lambda: ask(house, "add_rules", "sg-01", {"RuleInfoList": [RULE]}),
            lambda: _equal(len(house.on("get_security_group", "sg-01").rules), len(held) + 1),
        ),
        (
            lambda: ask(house, "remove_rules", "sg-01", {"RuleInfoList": [RULE]}),
            lambda: _equal(set(house.on("get_security_group", "sg-01").rules), held),
        ),
        (lambda: ask(house, "add_tag", info=TAG), lambda: _equal(house.on("get_vpc", "vpc-01").tags, {"team": "blue"})),
        (lambda: ask(house, "remove_tag", "team", TAG), lambda: _equal(house.on("get_vpc", "vpc-01").tags, {})),
    ]
    survive, died = Deaths(house, monkeypatch, moment).survive, 0
    for number in range(1, 60):
        reached = 0
        for act, check in steps:
            reached += survive(number, act)
            house.clock.advance(30)
            check()
        died += reached
        if not reached:
            break
    assert died >= 12
    assert house.contents == empty


def _equal(found: object, expected: object) -> None:
    assert found == expected
