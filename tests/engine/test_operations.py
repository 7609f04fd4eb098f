"""What happens when a cloud refuses, throttles, loses answers or lags, and when a worker dies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import (
    AlreadyExists,
    Cancelled,
    Conflict,
    NoAnswer,
    NoCapacity,
    NotFound,
    Refused,
    SpiderError,
    TimedOut,
    Unreachable,
)

from chalicelib.catalogue.records import Deleted
from chalicelib.engine.lease import Lease, Leases
from chalicelib.engine.operations import State
from chalicelib.store import StoreUnavailable

from .deaths import Deaths
from .house import VM, VPC, House


def test_a_refused_create_leaves_nothing_and_frees_the_name(house: House) -> None:
    house.region(Fail="create_subnet:Refused")
    with pytest.raises(Refused) as refused:
        house.make("vpc", VPC)
    assert refused.value.code == "OperationNotPermitted"
    assert house.contents == {}
    assert house.on("list_vpc") == []
    operation = house.operation(refused.value.operation or "")
    assert operation.state == State.FAILED
    house.region()
    assert house.make("vpc", VPC).subnets[0].iid.name == "a"


def test_no_capacity_keeps_the_clouds_code(house: House) -> None:
    house.make_what_a_vm_needs()
    before = house.contents
    house.region(Fail="run_vm:NoCapacity")
    with pytest.raises(NoCapacity) as refused:
        house.make("vm", VM)
    assert refused.value.code == "InsufficientCapacity"
    assert house.contents == before


def test_throttled_is_tried_again_when_the_cloud_allows(house: House) -> None:
    house.region(Fail="create_vpc:Throttled,create_subnet:Throttled")
    began = house.clock.now()
    house.make("vpc", VPC)
    assert (house.clock.now() - began).total_seconds() >= 2
    assert sorted(house.contents.values()) == ["subnet", "vpc"]


@pytest.mark.parametrize("lag", ["0", "10"])
@pytest.mark.parametrize("api", ["create_vpc", "create_subnet"])
def test_a_lost_answer_makes_nothing_twice(house: House, api: str, lag: str) -> None:
    house.region(Fail=f"{api}:NoAnswer", LagSeconds=lag)
    house.make("vpc", VPC)
    assert sorted(house.contents.values()) == ["subnet", "vpc"]


@pytest.mark.parametrize("lag", ["0", "10"])
def test_a_create_that_lost_its_answer_and_then_is_refused_leaves_nothing(house: House, lag: str) -> None:
    house.region(Fail="create_vpc:NoAnswer,create_subnet:Refused", LagSeconds=lag)
    with pytest.raises(SpiderError):
        house.make("vpc", VPC)
    house.clock.advance(3600)
    assert house.contents == {}


def test_an_unreachable_cloud_is_told_at_once(house: House) -> None:
    house.region(Fail="create_vpc:Unreachable:always")
    began = house.clock.now()
    with pytest.raises(Unreachable):
        house.make("vpc", VPC)
    assert house.clock.now() == began
    with pytest.raises(NotFound):
        house.on("get_vpc", "vpc-01")


def test_a_cloud_that_never_answers_is_given_up(house: House) -> None:
    house.region(Fail="create_vpc:before:NoAnswer:always")
    with pytest.raises(NoAnswer):
        house.make("vpc", VPC)
    assert house.contents == {}
    assert house.on("list_vpc") == []


def test_a_refused_delete_leaves_the_resource_as_it_was(house: House) -> None:
    vpc = house.make("vpc", VPC)
    house.region(Fail="delete_vpc:Refused")
    with pytest.raises(Refused):
        house.on("delete_vpc", "vpc-01")
    assert house.on("get_vpc", "vpc-01").iid == vpc.iid
    house.region()
    assert house.on("delete_vpc", "vpc-01") == Deleted()
    assert house.contents == {}


def test_a_create_that_takes_too_long_is_undone(tmp_path: Path) -> None:
    house = House(tmp_path, create_deadline=30.0)
    house.make_what_a_vm_needs()
    before = house.contents
    house.region(TransitionSeconds="60")
    with pytest.raises(TimedOut) as late:
        house.make("vm", VM)
    assert house.operation(late.value.operation or "").state == State.FAILED
    assert house.contents == before


def test_a_cancelled_create_is_undone(house: House) -> None:
    house.make_what_a_vm_needs()
    before = house.contents
    house.region(TransitionSeconds="60")
    accepted = house.make("vm", VM, respond_async=True)
    house.engine.queue.wait("", lambda: len(house.contents) > len(before), 30)
    house.engine.operations.cancel(accepted.operation)
    house.engine.queue.wait("", lambda: False, 300)
    row = house.engine.operations.row(accepted.operation)
    with pytest.raises(Cancelled):
        house.engine.operations.outcome(row)
    assert house.contents == before
    with pytest.raises(NotFound):
        house.on("get_vm", "vm-01")


def test_force_undoes_what_is_being_created(house: House) -> None:
    house.make_what_a_vm_needs()
    before = house.contents
    house.region(TransitionSeconds="60")
    house.make("vm", VM, respond_async=True)
    house.engine.queue.wait("", lambda: len(house.contents) > len(before), 30)
    with pytest.raises(Conflict):
        house.on("delete_vm", "vm-01")
    assert house.do("delete_vm", {"ConnectionName": "mock", "force": "true"}, "vm-01") == Deleted()
    assert house.contents == before
    with pytest.raises(NotFound):
        house.on("get_vm", "vm-01")


def test_force_deletes_what_is_there_like_any_other(house: House) -> None:
    house.make_all()
    assert house.do("delete_vm", {"ConnectionName": "mock", "force": "true"}, "vm-01") == Deleted()
    assert "vm" not in house.contents.values()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("lag", ["0", "3"])
def test_a_worker_may_die_at_any_call(house: House, monkeypatch: pytest.MonkeyPatch, moment: str, lag: str) -> None:
    """Of each create: killed at its nth call for every n, until one lives through. Then of each delete."""
    tried = 0
    house.region(LagSeconds=lag)
    house.make_what_a_vm_needs()
    before = house.contents
    survive = Deaths(house, monkeypatch, moment).survive
    for number in range(1, 100):
        died = survive(number, lambda: house.make("vm", VM))
        assert sorted(house.contents.values()).count("vm") == 1
        assert house.on("get_vm", "vm-01").iid.id in house.contents
        gone = survive(number, lambda: house.on("delete_vm", "vm-01"))
        house.clock.advance(30)
        assert house.on("list_vm") == []
        assert house.contents == before
        tried += died + gone
        if not died and not gone:
            break
    assert tried >= 6


def test_what_cannot_be_undone_is_told_and_tried_again(house: House) -> None:
    house.region(Fail="create_subnet:Refused,delete_vpc:Refused:always")
    with pytest.raises(Refused) as refused:
        house.make("vpc", VPC)
    operation = refused.value.operation or ""
    assert house.operation(operation).state == State.COMPENSATING
    with pytest.raises(AlreadyExists):
        house.make("vpc", VPC)
    house.region()
    house.engine.queue.wait("", lambda: False, 120)
    assert house.operation(operation).state == State.FAILED
    assert house.contents == {}
    assert house.make("vpc", VPC)


def test_what_can_never_be_undone_lists_what_is_left(house: House) -> None:
    house.region(Fail="create_subnet:Refused,delete_vpc:Refused:always")
    with pytest.raises(Refused) as refused:
        house.make("vpc", VPC)
    house.engine.queue.wait("", lambda: False, house.settings.compensate_deadline + 120)
    operation = house.operation(refused.value.operation or "")
    assert operation.state == State.FAILED
    (left,) = house.contents
    assert left in operation.problem["message"]
    with pytest.raises(NotFound):
        house.on("get_vpc", "vpc-01")


def test_a_store_that_fails_for_a_moment_undoes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    real = type(house.engine.store).write
    failures = iter([False, False, False, True])

    def write(self: Any, *changes: Any) -> None:
        if next(failures, False):
            raise StoreUnavailable("disk full")
        real(self, *changes)

    accepted = house.make("vpc", VPC, respond_async=True)
    monkeypatch.setattr(type(house.engine.store), "write", write)
    with pytest.raises(StoreUnavailable):
        house.engine.queue.wait("", lambda: False, 1)
    house.clock.advance(2 * house.settings.sweep_seconds)
    house.engine.sweep()
    house.engine.queue.wait("", lambda: False, 60)
    assert house.operation(accepted.operation).state == State.SUCCEEDED
    assert sorted(house.contents.values()) == ["subnet", "vpc"]


def test_a_worker_that_lost_its_lease_touches_nothing_more(house: House) -> None:
    house.region(TransitionSeconds="30")
    accepted = house.make("vpc", VPC, respond_async=True)
    leases = house.engine._leases
    first = leases.take(accepted.operation)
    assert first is not None
    assert leases.take(accepted.operation) is None
    house.clock.advance(house.settings.lease_seconds + 1)
    second = Leases(house.engine.store, house.clock, house.settings).take(accepted.operation)
    assert second is not None
    assert second.fence == first.fence + 1
    assert second.attempt().unclean_since is not None
    for touch in (first.check, lambda: first.keep("vpc", "vpc-1"), first.renew):
        with pytest.raises(Exception, match=accepted.operation):
            touch()
    second.check()


class Meanwhile:
    """A store whose reader is slow: between its first read and what it does next, something happens."""

    def __init__(self, store: Any, happens: Callable[[], object]) -> None:
        self._store = store
        self._happens: Callable[[], object] | None = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get(self, *args: Any) -> Any:
        found = self._store.get(*args)
        happens, self._happens = self._happens, None
        if happens:
            happens()
        return found


def held_too_long(house: House) -> Lease:
    """The lease of a worker that is slow and not dead."""
    accepted = house.make("vpc", VPC, respond_async=True)
    slow = house.engine._leases.take(accepted.operation)
    assert slow
    house.clock.advance(house.settings.lease_seconds + 1)
    return slow


def test_a_worker_that_is_late_does_not_take_what_has_just_finished(house: House) -> None:
    """Else it would find its own resource there already, and give the name up."""
    slow = held_too_long(house)
    finish = house.engine.operations.finish(slow.row, slow.fence, error=Refused("no"))
    happens = Meanwhile(house.engine.store, lambda: house.engine.store.write(finish))
    assert Leases(happens, house.clock, house.settings).take(slow.row["id"]) is None
    assert house.operation(slow.row["id"]).state == State.FAILED


def test_a_worker_that_is_late_knows_what_was_noted_meanwhile(house: House) -> None:
    slow = held_too_long(house)
    happens = Meanwhile(house.engine.store, lambda: slow.save(parts={"vpc": "vpc-1"}))
    late = Leases(happens, house.clock, house.settings).take(slow.row["id"])
    assert late
    assert late.attempt().parts == {"vpc": "vpc-1"}


def test_the_sweeper_puts_back_what_the_queue_has_forgotten(house: House) -> None:
    accepted = house.make("vpc", VPC, respond_async=True)
    house.restart()
    assert house.operation(accepted.operation).state == State.RUNNING
    house.engine.sweep()
    house.engine.queue.wait("", lambda: False, 1)
    assert house.operation(accepted.operation).state == State.SUCCEEDED


def test_the_log_tells_how_operations_end(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "spider")
    house.region(Fail="create_vpc:Throttled")
    house.make("vpc", VPC)
    house.region(Fail="create_vpc:Refused")
    with pytest.raises(Refused):
        house.make("vpc", VPC | {"Name": "vpc-02"})
    told = [record.getMessage().partition(": ")[2] for record in caplog.records if record.name == "spider.worker"]
    again, done, undone, failed = told
    assert again.startswith("to be tried again: ")
    assert done == "done at try 2"
    assert undone.endswith("; undoing it")
    assert failed.startswith("failed at try 1: ")
