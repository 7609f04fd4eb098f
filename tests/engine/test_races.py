"""What happens when somebody is slow: between a look and the deed that follows it, others have come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from spider_drivers.contract import InUse, NoAnswer, Unreachable, VmStatus
from spider_drivers.mock.connection import Client

from chalicelib.catalogue.records import Deleted
from chalicelib.engine.identities import Identities, State, claimed
from chalicelib.engine.lease import Leases
from chalicelib.store import Conflict

from .house import KEY, VPC, House


class After:
    """A store whose writer is slow: after its first write, and before it looks again, something happens."""

    def __init__(self, store: Any, happens: Callable[[], object]) -> None:
        self._store = store
        self._happens: Callable[[], object] | None = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self, *changes: Any) -> None:
        self._store.write(*changes)
        happens, self._happens = self._happens, None
        if happens:
            happens()


@pytest.mark.parametrize("ends", ["it holds it still", "it has given it back"])
def test_a_worker_whose_lease_runs_out_while_it_takes_it_does_not_act_for_the_next_one(house: House, ends: str) -> None:
    """Else two would hold one fence."""
    accepted = house.make("vpc", VPC, respond_async=True)

    def another_takes_over() -> None:
        house.clock.advance(house.settings.lease_seconds + 1)
        second = house.engine._leases.take(accepted.operation)
        assert second
        if ends == "it has given it back":
            second.release(1.0, "")

    slow = Leases(After(house.engine.store, another_takes_over), house.clock, house.settings)
    assert slow.take(accepted.operation) is None


def test_what_was_read_before_it_had_an_id_is_not_taken_hold_of(house: House) -> None:
    """Else it would be deleted without the row that keeps its id from others, or controlled without an id."""
    house.make("vpc", VPC)
    ready = Identities(house.engine.store).find("mock", "vpc", "vpc-01")
    assert ready
    with pytest.raises(Conflict):
        house.engine.store.write(claimed(replace(ready, system_id=""), "another", State.DELETING))
    house.engine.store.write(claimed(ready, "another", State.DELETING))


def test_a_delete_that_has_begun_goes_on_when_the_cloud_is_out_of_reach(house: House) -> None:
    """Else the name would stand for what is gone."""
    house.make("key_pair", KEY)
    house.region(Fail="describe_key_pairs:Unreachable")
    assert house.on("delete_key_pair", "key-01") == Deleted()
    assert house.contents == {}
    assert house.on("list_key_pair") == []


def test_a_delete_that_has_not_begun_is_told_at_once_that_the_cloud_is_out_of_reach(house: House) -> None:
    house.make("vpc", VPC)
    house.region(Fail="describe_security_groups:Unreachable:always")
    began = house.clock.now()
    with pytest.raises(Unreachable):
        house.on("delete_vpc", "vpc-01")
    assert house.clock.now() == began


def test_a_pause_has_an_end_however_often_something_failed(house: House) -> None:
    longest = house.settings.retry_limit_seconds
    assert 0.0 <= house.engine.worker._pause(5000, NoAnswer("")) <= longest
    assert 0.0 <= house.engine.worker._pause(5000, InUse("")) <= longest


def test_a_control_soon_after_another_does_not_believe_what_the_cloud_showed_before(house: House) -> None:
    """Else a VM that was just suspended would need no resuming, as it is still shown running."""
    vm = house.make_all()
    house.region(LagSeconds="20")
    house.clock.advance(60)
    for action in ("suspend", "resume"):
        house.do("control_vm", {"ConnectionName": "mock", "action": action}, "vm-01")
    house.clock.advance(60)
    assert house.on("get_vm_status", "vm-01") == VmStatus.RUNNING
    assert house.cloud.seen["resume_vm"] == 1
    assert vm.iid.id in house.contents


def test_a_look_whose_answer_is_late_is_believed_as_of_when_it_was_asked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what a lost answer has made is made again: it was not shown yet then, and would be now."""
    real = Client.made_by

    def late(self: Client, *given: Any, **filters: str) -> str | None:
        found = real(self, *given, **filters)
        house.clock.advance(10)
        return found

    monkeypatch.setattr(Client, "made_by", late)
    house.region(LagSeconds="5", Fail="create_vpc:NoAnswer")
    house.make("vpc", VPC)
    assert sorted(house.contents.values()) == ["subnet", "vpc"]
