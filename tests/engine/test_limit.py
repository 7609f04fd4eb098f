"""A cloud that says that calls come too fast is asked more slowly, by all processes together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from spider_drivers.contract import Throttled, TimedOut
from spider_drivers.contract.throttling import Patience

from chalicelib.engine import times
from chalicelib.engine.lease import Lease
from chalicelib.engine.limit import GROWTH_SECONDS, HALVING_SECONDS, QUIET_SECONDS, Limits, NoTurn, Pace
from chalicelib.engine.operations import State
from chalicelib.engine.service import Engine, open_engine
from chalicelib.store import CONNECTIONS, OPERATIONS, Item, join_key

from .house import VPC, House

FIRST = 4


class Counting:
    """A store that counts its calls."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        if name in ("get", "get_many", "query", "write", "put_all"):
            self.calls[name] += 1
        return getattr(self._store, name)


def counted(home: Path, tries: int) -> tuple[Counter[str], set[str]]:
    """What a create and a delete cost, and what is in the store besides operations and what was registered."""
    house = House(home, throttled_tries=tries)
    engine, counting = house.engine, Counting(house.engine.store)
    parts: list[Any] = [engine.registry, engine.operations, engine.worker, engine._leases, engine._limits]
    for part in parts:
        part._store = counting
    house.make("vpc", VPC)
    house.on("delete_vpc", "vpc-01")
    paces = engine.store.query(CONNECTIONS, "paces").items
    engine.close()
    return counting.calls, {row["name"] for row in paces}


def test_while_no_cloud_says_so_nothing_is_read_or_written_for_it(tmp_path: Path) -> None:
    off, on = counted(tmp_path / "off", 0), counted(tmp_path / "on", FIRST)
    assert on == off
    assert sum(off[0].values()) > 10


def leases(house: House, count: int, first: int = 0) -> Iterator[Lease]:
    for number in range(first, first + count):
        operation = house.make("vpc", {**VPC, "Name": f"vpc-{number}"}, respond_async=True).operation
        lease = house.engine._leases.take(operation)
        assert lease
        yield lease


def other_process(house: House) -> Engine:
    return open_engine(house.settings, house.clock)


def refuse(house: House, lease: Lease, retry_after: float | None = None, verb: str = "create") -> None:
    """A try that the cloud refuses as too fast."""
    limits = Limits(house.engine.store, house.clock, house.settings)
    with pytest.raises(Throttled), limits.turn(lease, house.engine.connections.target("mock"), verb):
        raise Throttled("slow down", retry_after=retry_after)


def enter(engine: Engine, lease: Lease, stack: ExitStack, verb: str = "create") -> bool:
    """Whether it gets a turn. It ends with the stack."""
    try:
        stack.enter_context(engine._limits.turn(lease, engine.connections.target("mock"), verb))
    except NoTurn:
        return False
    return True


def entered(house: House, engines: list[Engine], held: list[Lease]) -> int:
    """How many are in at once, each asking through the next of the engines."""
    with ExitStack() as stack:
        return sum(enter(engines[number % len(engines)], lease, stack) for number, lease in enumerate(held))


def test_all_processes_together_take_so_many_slots(house: House) -> None:
    first, *held = leases(house, 10)
    refuse(house, first)
    assert entered(house, [house.engine, other_process(house)], held) == FIRST
    assert entered(house, [house.engine], held) == FIRST


def test_before_a_cloud_says_so_as_many_as_like_to_have_their_turn(house: House) -> None:
    held = list(leases(house, 10))
    assert entered(house, [house.engine], held) == 10


def slow_down_to_one(house: House, lease: Lease) -> None:
    for _ in range(3):
        refuse(house, lease)
        house.clock.advance(HALVING_SECONDS)


def test_a_worker_that_dies_keeps_no_slot_for_longer_than_its_lease(house: House) -> None:
    first, *held = leases(house, 6)
    slow_down_to_one(house, first)
    dead = ExitStack()
    assert enter(house.engine, held[0], dead)
    another = other_process(house)
    assert entered(house, [another], held[1:]) == 0
    house.clock.advance(house.settings.lease_seconds)
    refuse(house, first)
    assert entered(house, [another], held[1:]) > 0
    dead.close()


def test_a_slot_is_renewed_with_its_lease_and_given_back_at_the_end(house: House) -> None:
    first, second = leases(house, 2)
    slow_down_to_one(house, first)
    with ExitStack() as stack:
        assert enter(house.engine, second, stack)
        for _ in range(4):
            house.clock.advance(house.settings.lease_seconds / 3)
            house.engine._leases.renew_all()
        assert [row["operation"] for row in slots(house)] == [second.row["id"]]
    assert slots(house) == []


def slots(house: House) -> list[Item]:
    keys = [(join_key("slot", "c", "", "vpc", "create", str(number)),) for number in range(50)]
    return [row for row in house.engine.store.get_many(OPERATIONS, keys) if row]


def test_nobody_calls_before_the_pause_is_over_that_the_cloud_has_asked_one_of_them_for(house: House) -> None:
    first, second = leases(house, 2)
    refuse(house, first, retry_after=30.0)
    another = other_process(house)
    with pytest.raises(NoTurn) as none, another._limits.turn(second, another.connections.target("mock"), "create"):
        raise AssertionError
    assert none.value.seconds == 30.0
    house.clock.advance(29.9)
    assert entered(house, [another], [second]) == 0
    house.clock.advance(0.2)
    assert entered(house, [another], [second]) == 1


def test_a_refusal_that_the_driver_waits_out_is_told_to_others_at_once(house: House) -> None:
    first, *held = leases(house, 8)
    limits = house.engine._limits
    with limits.turn(first, house.engine.connections.target("mock"), "create"):
        assert Patience().pause(2.0) == 2.0
        assert entered(house, [other_process(house)], held) == 0
        house.clock.advance(2.0)
        assert entered(house, [other_process(house)], held) == FIRST


def test_the_longest_pause_holds_even_if_who_was_told_it_is_not_the_first_to_tell(house: House) -> None:
    first, second, third = leases(house, 3)
    with house.engine._limits.turn(first, house.engine.connections.target("mock"), "create"):
        refuse(house, second, retry_after=10.0)
        assert Patience().pause(60.0) is None
    house.clock.advance(30.0)
    assert entered(house, [house.engine], [third]) == 0


@pytest.mark.parametrize("other", ["kind", "verb", "region", "credential"])
def test_what_else_an_account_does_goes_on(house: House, other: str) -> None:
    first, *held = leases(house, 3)
    slow_down_to_one(house, first)
    target, verb = house.engine.connections.target("mock"), "create"
    match other:
        case "kind":
            held = [replaced(lease, kind="key_pair") for lease in held]
        case "verb":
            verb = "delete"
        case "region":
            target = target.in_region("elsewhere")
        case "credential":
            target = replace(target, credential="another", paces=None)
    with ExitStack() as stack:
        for lease in held:
            stack.enter_context(house.engine._limits.turn(lease, target, verb))


def replaced(lease: Lease, **change: str) -> Lease:
    lease.row = lease.row | change
    return lease


def test_a_pace_is_halved_once_for_what_was_under_way_and_grows_when_nothing_is_refused(house: House) -> None:
    start = house.clock.now()

    def at(seconds: float) -> datetime:
        return start + timedelta(seconds=seconds)

    pace = Pace(8, start, start)
    assert pace.slower(at(HALVING_SECONDS - 0.1), at(0)) == pace
    halved = pace.slower(at(HALVING_SECONDS), at(0))
    assert (halved.tries, halved.since) == (4, at(HALVING_SECONDS))
    for number in range(1, 20):
        halved = halved.slower(at(HALVING_SECONDS * (1 + number)), at(0))
    assert halved.tries == 1
    assert pace.tries_at(at(GROWTH_SECONDS * 3)) == 11
    assert pace.slower(at(GROWTH_SECONDS * 4), at(0)).tries == 6


def test_a_long_time_without_a_refusal_there_is_no_limit(house: House) -> None:
    first, *held = leases(house, 30)
    slow_down_to_one(house, first)
    house.clock.advance(QUIET_SECONDS)
    assert entered(house, [house.engine], held) == len(held)
    refuse(house, first)
    assert entered(house, [house.engine], held) == FIRST


def test_two_apis_of_an_account_have_their_paces_side_by_side(house: House) -> None:
    first, *_ = leases(house, 1)
    refuse(house, first, retry_after=600.0)
    refuse(house, first, verb="delete")
    (row,) = house.engine.store.query(CONNECTIONS, "paces").items
    assert {join_key("", "vpc", "create"), join_key("", "vpc", "delete")} < row.keys()
    house.clock.advance(QUIET_SECONDS + 10)
    assert entered(house, [house.engine], [first]) == 0, "the longer pause holds, whatever came after it"


def test_who_waits_for_a_turn_has_not_failed_and_loses_no_time(house: House) -> None:
    """Else a cloud that was silent once and then too busy would be given up."""
    house.region(Fail="create_vpc:before:NoAnswer")
    operation = house.make("vpc", VPC, respond_async=True).operation
    house.engine.worker.work(operation)
    before = house.engine.operations.row(operation)
    assert before["failures"] == 1
    (other,) = leases(house, 1, first=7)
    refuse(house, other, retry_after=house.settings.give_up_seconds * 2)
    house.engine.queue.wait("", lambda: bool(house.engine.operations.row(operation).get("missed")), 120)
    waiting = house.engine.operations.row(operation)
    assert waiting["failures"] == 1
    assert waiting["waits_for"] == "the cloud asks for a pause"
    moved = times.read(waiting["failing_since"]) - times.read(before["failing_since"])
    assert moved >= timedelta(seconds=house.settings.give_up_seconds)
    house.engine.queue.wait(operation, lambda: house.operation(operation).state == State.SUCCEEDED, 1200)
    assert house.operation(operation).state == State.SUCCEEDED


def test_who_gets_no_turn_until_the_deadline_is_given_up(tmp_path: Path) -> None:
    house = House(tmp_path, create_deadline=60.0)
    (other,) = leases(house, 1, first=7)
    refuse(house, other, retry_after=90.0)
    with pytest.raises(TimedOut):
        house.make("vpc", VPC)
    assert house.on("list_vpc", "")[0].iid.name == "vpc-7"
    house.engine.close()


def test_many_creates_of_a_cloud_that_throttles_all_succeed(house: House) -> None:
    rules = ",".join(f"create_subnet:{number}:Throttled" for number in range(1, 60, 2))
    house.region(Fail=rules)
    operations = [
        house.make("vpc", {**VPC, "Name": f"vpc-{number}"}, respond_async=True).operation for number in range(20)
    ]
    house.engine.queue.wait("", lambda: False, 1000)
    assert {house.operation(one).state for one in operations} == {State.SUCCEEDED}
    assert len(house.contents) == 40
