"""Leases under load: many in one process, renewed late, in one write; and messages that come twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.engine.lease import Lease, LeaseLost, Leases
from chalicelib.engine.operations import State
from chalicelib.engine.worker import SKEW_SECONDS
from chalicelib.store import MAX_CHANGES, OPERATIONS, Item, StoreUnavailable

from .house import VPC, House
from .test_queue import Reads

LEASE = 60.0


class Watched:
    """A store that tells how many changes each of its writes had; before or after a write something may happen."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.writes: list[int] = []
        self.before: Callable[[], object] = lambda: None
        self.after: Callable[[], object] = lambda: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self, *changes: Any) -> None:
        before, self.before = self.before, lambda: None
        before()
        self._store.write(*changes)
        self.writes.append(len(changes))
        after, self.after = self.after, lambda: None
        after()


def opened(house: House, count: int) -> list[str]:
    return [
        house.make("vpc", {**VPC, "Name": f"vpc-{number}"}, respond_async=True).operation for number in range(count)
    ]


def held(house: House, count: int) -> tuple[Watched, Leases, list[Lease]]:
    """So many leases of one process."""
    store = Watched(house.engine.store)
    leases = Leases(store, house.clock, house.settings)
    taken = [lease for operation in opened(house, count) if (lease := leases.take(operation))]
    store.writes.clear()
    return store, leases, taken


def row(house: House, lease: Lease) -> Item:
    return house.engine.store.get(OPERATIONS, (lease.row["id"],)) or {}


def is_free(house: House, lease: Lease) -> bool:
    """Whether another process can take the operation."""
    return Leases(house.engine.store, house.clock, house.settings).take(lease.row["id"]) is not None


def test_a_call_does_not_run_into_the_end_of_its_lease(house: House) -> None:
    _, _, (lease,) = held(house, 1)
    house.clock.advance(LEASE * 0.7)
    lease.check()
    house.clock.advance(LEASE * 0.9)
    assert not is_free(house, lease)


def test_a_call_early_in_its_lease_costs_the_store_nothing(house: House) -> None:
    store, _, (lease,) = held(house, 1)
    house.clock.advance(LEASE * 0.6)
    lease.check()
    assert store.writes == []


def test_what_notes_a_part_renews_its_lease_in_the_same_write(house: House) -> None:
    store, _, (lease,) = held(house, 1)
    house.clock.advance(LEASE * 0.9)
    lease.keep("vpc", "vpc-1")
    assert store.writes == [1]
    house.clock.advance(LEASE * 0.9)
    assert not is_free(house, lease)


def test_a_lease_that_ran_out_and_that_nobody_took_goes_on(house: House) -> None:
    _, _, (lease,) = held(house, 1)
    house.clock.advance(LEASE + 1)
    lease.check()
    assert not is_free(house, lease)


def test_a_process_does_not_take_what_its_own_worker_is_at(house: House) -> None:
    """However late the renewal is: a sweeper would have it begun again beside a worker that is alive."""
    store, leases, (lease,) = held(house, 1)
    house.clock.advance(LEASE + 1)
    assert leases.take(lease.row["id"]) is None
    assert store.writes == []
    leases.drop(lease)
    assert leases.take(lease.row["id"])


def test_who_saw_a_lease_run_out_does_not_take_it_once_it_is_renewed(house: House) -> None:
    """Else two would work on the operation: the renewed one does not look at its fence before a call."""
    _, _, (lease,) = held(house, 1)
    house.clock.advance(LEASE + 1)
    store = Watched(house.engine.store)
    store.before = lease.check
    assert Leases(store, house.clock, house.settings).take(lease.row["id"]) is None
    lease.check()


def test_many_leases_are_renewed_in_few_writes(house: House) -> None:
    store, leases, taken = held(house, 120)
    house.clock.advance(LEASE / 3)
    leases.renew_all()
    assert store.writes == [MAX_CHANGES, 120 - MAX_CHANGES]
    house.clock.advance(LEASE * 0.9)
    assert not any(is_free(house, lease) for lease in taken)
    for lease in taken:
        lease.check()


def test_what_was_taken_a_moment_ago_is_not_renewed(house: House) -> None:
    store, leases, _ = held(house, 3)
    house.clock.advance(LEASE / 10)
    leases.renew_all()
    assert store.writes == []


def test_one_that_is_lost_does_not_take_the_others_along(house: House) -> None:
    store, leases, taken = held(house, 3)
    house.clock.advance(LEASE + 1)
    assert is_free(house, taken[1])
    leases.renew_all()
    house.clock.advance(LEASE * 0.9)
    assert [is_free(house, lease) for lease in taken] == [False, False, False]
    with pytest.raises(LeaseLost):
        taken[1].check()
    for lease in (taken[0], taken[2]):
        lease.check()
    store.writes.clear()
    leases.renew_all()
    assert store.writes == []


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_released_meanwhile_is_not_renewed(house: House, count: int) -> None:
    """Else it would stand still for a lease's time, and then count as a death."""
    store, leases, taken = held(house, count)
    house.clock.advance(LEASE / 2)
    store.before = lambda: taken[0].release(5.0, "the cloud")
    leases.renew_all()
    assert row(house, taken[0]).get("lease_until") is None
    assert taken[0].is_released
    house.clock.advance(5.0)
    assert is_free(house, taken[0])
    for lease in taken[1:]:
        assert not is_free(house, lease)


def unavailable() -> None:
    raise StoreUnavailable("no answer")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_store_that_fails_once_costs_no_lease(house: House, moment: str) -> None:
    """Whether the renewals were made or not."""
    store, leases, taken = held(house, 3)
    house.clock.advance(LEASE / 3)
    setattr(store, moment, unavailable)
    leases.renew_all()
    house.clock.advance(LEASE / 3)
    leases.renew_all()
    house.clock.advance(LEASE * 0.9)
    assert not any(is_free(house, lease) for lease in taken)
    for lease in taken:
        lease.check()


def test_a_cancellation_is_learned_of_by_many_at_once(house: House) -> None:
    _, leases, taken = held(house, 3)
    house.engine.operations.cancel(taken[1].row["id"])
    house.clock.advance(LEASE / 2)
    leases.renew_all()
    assert [bool(lease.row["cancelled"]) for lease in taken] == [False, True, False]


class Sent:
    """A queue that keeps what is sent."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, float]] = []

    def send(self, operation: str, delay: float = 0.0) -> None:
        self.messages.append((operation, delay))

    def wake(self, operation: str) -> None:
        """Nobody waits."""


def put_off(house: House) -> tuple[str, Sent]:
    """An operation that is tried again in 30 s, and the message that was sent for that."""
    (operation,) = opened(house, 1)
    sent = Sent()
    house.engine.worker.queue = sent  # type: ignore[assignment]  # a part of one is enough
    lease = house.engine._leases.take(operation)
    assert lease
    house.engine.worker._again(lease, 30.0, "the cloud")
    house.engine._leases.drop(lease)
    assert sent.messages == [(operation, 30.0)]
    return operation, sent


def test_a_message_that_comes_twice_is_no_try_and_no_further_message(house: House) -> None:
    """SQS may deliver twice; and each sweeper sends for what is due soon."""
    operation, sent = put_off(house)
    before = house.operation(operation).attempts
    for _ in range(5):
        house.engine.worker.work(operation)
    assert house.operation(operation).attempts == before
    assert len(sent.messages) == 1


def test_a_message_that_comes_twice_costs_one_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    operation, _ = put_off(house)
    reads = Reads(house.engine.store)
    monkeypatch.setattr(house.engine._leases, "_store", reads)
    house.engine.worker.work(operation)
    assert len(reads.by) == 1


def test_a_message_that_comes_while_another_worker_is_at_it_is_no_further_one(house: House) -> None:
    operation, sent = put_off(house)
    house.clock.advance(sent.messages[0][1])
    assert house.engine._leases.take(operation)
    for _ in range(5):
        house.engine.worker.work(operation)
    assert len(sent.messages) == 1


def test_a_message_that_comes_a_little_early_comes_again_in_time(house: House) -> None:
    """Clocks differ: if it went, the operation would wait for the sweeper."""
    operation, sent = put_off(house)
    before = house.operation(operation).attempts
    house.clock.advance(sent.messages[0][1] - SKEW_SECONDS / 4)
    house.engine.worker.work(operation)
    assert house.operation(operation).attempts == before
    ((_, left),) = sent.messages[1:]
    assert left == pytest.approx(SKEW_SECONDS / 4)
    house.clock.advance(left)
    house.engine.worker.work(operation)
    assert house.operation(operation).attempts == before + 1


def test_a_cancelled_create_is_undone_before_it_is_due(house: House) -> None:
    operation, _ = put_off(house)
    house.engine.operations.cancel(operation)
    house.engine.worker.work(operation)
    assert house.operation(operation).state in (State.COMPENSATING, State.FAILED)
