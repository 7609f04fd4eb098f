"""A change that lost an answer, or could not be undone, is looked for at the cloud once more, long after its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from spider_drivers.contract import NoAnswer, Refused, SpiderError
from spider_drivers.mock.cloud import Knobs

from chalicelib.catalogue.outcomes import Operation
from chalicelib.catalogue.records import Deleted
from chalicelib.store import OPERATIONS

from .deaths import Deaths
from .house import VPC, House

SUBNET = {"Name": "b", "IPv4_CIDR": "10.0.2.0/24"}


class Post:
    """The first call of an API is lost on its way, and so is the answer; it is delivered when the test says so."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch, api: str) -> None:
        self._house = house
        cloud_type = type(house.cloud)
        real = cloud_type.call
        kept: list[Callable[[], object]] = []

        def call(cloud: Any, called: str, params: Any, *given: Any) -> Any:
            if called != api or kept:
                return real(cloud, called, params, *given)
            kept.append(lambda: real(cloud, called, params, Knobs(), house.clock.now()))
            raise TimeoutError(f"no answer to {api}")

        monkeypatch.setattr(cloud_type, "call", call)
        self._kept = kept

    def deliver(self) -> None:
        self._kept[0]()


def look(house: House) -> None:
    """The time of the last look has come."""
    house.clock.advance(house.settings.look_seconds)
    house.engine.sweep()
    house.engine.queue.wait("", lambda: False, 300)


def refused(house: House) -> Operation:
    """A create that has failed, and is undone or given up."""
    with pytest.raises(SpiderError) as error:
        house.make("vpc", VPC)
    house.engine.queue.wait("", lambda: False, 2 * house.settings.compensate_deadline)
    operation: Operation = house.operation(error.value.operation or "")
    assert operation.state == "FAILED"
    return operation


def problem(operation: Operation) -> str:
    assert operation.problem is not None
    return str(operation.problem["message"])


def row(house: House, operation: Operation) -> dict[str, Any]:
    found = house.engine.store.get(OPERATIONS, (operation.id,))
    assert found
    return found


def test_what_the_cloud_makes_after_its_create_has_failed_is_removed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post(house, monkeypatch, "create_vpc")
    house.region(Fail="create_vpc:Refused")
    failed = refused(house)
    post.deliver()
    assert sorted(house.contents.values()) == ["vpc"]
    look(house)
    assert house.contents == {}
    assert house.operation(failed.id).finished == failed.finished


def test_the_name_is_free_meanwhile_and_who_takes_it_keeps_what_he_makes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post(house, monkeypatch, "create_vpc")
    house.region(Fail="create_vpc:Refused")
    refused(house)
    made = house.make("vpc", VPC)
    post.deliver()
    look(house)
    assert sorted(house.contents.values()) == ["subnet", "vpc"]
    assert made.iid.id in house.contents


def test_while_another_operation_has_the_name_the_look_waits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(house, monkeypatch, "create_vpc")
    house.region(Fail="create_vpc:Refused")
    failed = refused(house)
    post.deliver()
    house.clock.advance(house.settings.look_seconds)
    house.region(Fail="create_vpc:Throttled:always")
    house.make("vpc", VPC, respond_async=True)
    house.engine.sweep()
    house.engine.queue.wait("", lambda: False, 30)
    assert "is being changed" in row(house, failed)["waits_for"]
    house.region()
    house.engine.queue.wait("", lambda: False, 300)
    assert sorted(house.contents.values()) == ["subnet", "vpc"]


def test_an_added_subnet_that_comes_late_is_removed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.make("vpc", VPC)
    before = house.contents
    post = Post(house, monkeypatch, "create_subnet")
    house.region(Fail="create_subnet:Refused")
    with pytest.raises(Refused):
        house.do("add_subnet", {"ConnectionName": "mock", "ReqInfo": SUBNET}, "vpc-01")
    post.deliver()
    assert len(house.contents) == len(before) + 1
    look(house)
    assert house.contents == before


def test_what_could_not_be_undone_is_undone_later_and_its_problem_says_so(house: House) -> None:
    house.region(Fail="create_subnet:Refused,delete_vpc:Refused:always")
    failed = refused(house)
    (vpc_id,) = house.contents
    assert f"left at the cloud: vpc={vpc_id}" in problem(failed)
    house.region()
    look(house)
    assert house.contents == {}
    told = problem(house.operation(failed.id))
    assert "left at the cloud" not in told
    assert "nothing of it is at the cloud any more" in told


def test_where_no_part_is_noted_its_token_is_named(house: House) -> None:
    house.region(Fail="create_vpc:NoAnswer,describe_vpcs:Refused:always,delete_vpc:Refused:always")
    failed = refused(house)
    assert f"what carries the token {failed.id}, if anything" in problem(failed)


@pytest.mark.parametrize("told", [True, False], ids=["its id was told", "it came late"])
def test_what_somebody_has_adopted_meanwhile_stays(house: House, monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    if told:
        house.region(Fail="create_subnet:Refused,delete_vpc:Refused:always")
        refused(house)
    else:
        post = Post(house, monkeypatch, "create_vpc")
        house.region(Fail="create_vpc:Refused")
        refused(house)
        post.deliver()
    house.region()
    (vpc_id,) = house.contents
    house.do("register_vpc", {"ConnectionName": "mock", "ReqInfo": {"Name": "mine", "CSPId": vpc_id}})
    look(house)
    assert list(house.contents) == [vpc_id]
    look(house)
    assert house.on("delete_vpc", "mine").done


@pytest.mark.parametrize("adopted", [False, True])
def test_what_a_forced_delete_has_forgotten_is_deleted_later_unless_it_has_a_name_again(
    house: House, adopted: bool
) -> None:
    vpc = house.make("vpc", VPC)
    house.region(Fail="delete_vpc:before:NoAnswer:always")
    forced = {"ConnectionName": "mock", "force": True}
    assert house.do("delete_vpc", forced, "vpc-01") == Deleted()
    assert vpc.iid.id in house.contents
    house.region()
    if adopted:
        house.do("register_vpc", {"ConnectionName": "mock", "ReqInfo": {"Name": "mine", "CSPId": vpc.iid.id}})
    look(house)
    assert (vpc.iid.id in house.contents) == adopted


def test_a_cloud_that_is_out_of_reach_is_looked_at_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post(house, monkeypatch, "create_vpc")
    house.region(Fail="create_vpc:Refused")
    refused(house)
    post.deliver()
    house.region(Fail="describe_vpcs:Unreachable:always")
    look(house)
    assert sorted(house.contents.values()) == ["vpc"]
    house.region()
    look(house)
    assert house.contents == {}


@pytest.mark.parametrize("call", [1, 2, 3, 4])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_that_dies_while_it_looks_is_followed_by_another(
    house: House, monkeypatch: pytest.MonkeyPatch, moment: str, call: int
) -> None:
    post = Post(house, monkeypatch, "create_vpc")
    house.region(Fail="create_vpc:Refused")
    failed = refused(house)
    post.deliver()
    house.clock.advance(house.settings.look_seconds)
    house.engine.sweep()
    deaths = Deaths(house, monkeypatch, moment)
    assert deaths.survive(call, lambda: house.engine.queue.wait("", lambda: False, 300))
    assert house.contents == {}
    assert "look" not in row(house, failed)


def test_one_look_is_enough_and_what_was_clean_needs_none(house: House) -> None:
    house.region(Fail="create_vpc:NoAnswer,create_subnet:Refused")
    unclean = refused(house)
    house.region(Fail="create_subnet:Refused")
    clean = refused(house)
    assert "look" in row(house, unclean)
    assert "look" not in row(house, clean)
    look(house)
    seen = house.cloud.calls_seen
    assert "unfinished" not in row(house, unclean)
    look(house)
    assert house.cloud.calls_seen == seen


def test_the_answer_to_a_create_that_lost_its_answer_is_the_same_before_and_after_the_look(house: House) -> None:
    house.region(Fail="create_vpc:before:NoAnswer:always")
    with pytest.raises(NoAnswer) as first:
        house.make("vpc", VPC, idempotency_key="once")
    look(house)
    with pytest.raises(NoAnswer) as second:
        house.make("vpc", VPC, idempotency_key="once")
    assert str(second.value) == str(first.value)
