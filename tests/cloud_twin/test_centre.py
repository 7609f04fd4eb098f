"""The virtual data centre under the façades."""

from __future__ import annotations

import pytest

from cloud_twin.centre import (
    Absent,
    Centre,
    Effect,
    Exhausted,
    Exists,
    Failure,
    InUse,
    Machine,
    Pool,
    Power,
    State,
    Taken,
    Thing,
)
from cloud_twin.centre.centre import KEPT_JOBS
from cloud_twin.clock import TwinClock


@pytest.fixture
def clock() -> TwinClock:
    return TwinClock(speed=0)


@pytest.fixture
def centre(clock: TwinClock) -> Centre:
    return Centre(clock)


def make(centre: Centre, key: str, *, uses: str = "", goes_with: str | None = None) -> Thing:
    return centre.add(centre.new("thing", key, {}, uses={uses} - {""}, goes_with=goes_with))


def state(thing: Thing) -> State:
    return thing.state


def pass_time(centre: Centre, seconds: float) -> None:
    centre.clock.advance(seconds)
    centre.settle()


def test_a_key_is_taken_once(centre: Centre) -> None:
    make(centre, "a")
    with pytest.raises(Exists):
        make(centre, "a")
    with pytest.raises(Absent):
        centre.get("b")
    assert centre.keys() == ["a"]


def test_what_others_use_is_told_and_what_goes_with_it_is_no_user(centre: Centre) -> None:
    make(centre, "net")
    make(centre, "machine", uses="net")
    make(centre, "disk", uses="machine", goes_with="machine")
    make(centre, "part", uses="disk", goes_with="disk")
    with pytest.raises(InUse) as refused:
        centre.refuse_in_use("net")
    assert [user.key for user in refused.value.users] == ["machine"]
    centre.refuse_in_use("machine")
    centre.remove("machine")
    assert centre.keys() == ["net"]
    centre.remove("machine")


def test_a_change_lasts_until_the_clock_says_so(centre: Centre) -> None:
    thing = make(centre, "a")
    job = centre.begin("insert", thing, Effect.MAKE, 10)
    assert (thing.state, job.ended) == (State.MAKING, None)
    pass_time(centre, 9.9)
    assert state(thing) is State.MAKING
    pass_time(centre, 0.1)
    assert state(thing) is State.READY
    assert job.ended == centre.clock.now()
    centre.begin("patch", thing, Effect.CHANGE, 10, change={"size": 2})
    assert thing.body == {}
    pass_time(centre, 10)
    assert (thing.state, thing.body) == (State.READY, {"size": 2})
    centre.begin("delete", thing, Effect.REMOVE, 10)
    assert thing.state is State.LEAVING
    pass_time(centre, 10)
    assert centre.find("a") is None


def test_a_change_of_no_time_has_ended_at_once(centre: Centre) -> None:
    thing = make(centre, "a")
    assert centre.begin("insert", thing, Effect.MAKE, 0).ended
    assert thing.state is State.READY


def test_changes_end_in_the_order_in_which_they_are_due(centre: Centre) -> None:
    thing = make(centre, "a")
    centre.begin("slow", thing, Effect.CHANGE, 20, change={"by": "slow"})
    centre.begin("fast", thing, Effect.CHANGE, 10, change={"by": "fast"})
    pass_time(centre, 60)
    assert thing.body == {"by": "slow"}


@pytest.mark.parametrize(("leaves", "found"), [(False, True), (True, False)])
def test_what_cannot_be_made_fails_or_leaves(centre: Centre, leaves: bool, found: bool) -> None:
    thing = make(centre, "a")
    job = centre.begin("insert", thing, Effect.MAKE, 5, failure=Failure("NO_ROOM", "…"), failed_leaves=leaves)
    pass_time(centre, 5)
    assert job.ended
    assert (centre.find("a") is not None) is found
    assert thing.state is (State.FAILED if found else State.MAKING)


def test_a_change_that_fails_changes_nothing(centre: Centre) -> None:
    thing = make(centre, "a")
    centre.begin("insert", thing, Effect.MAKE, 0)
    for effect in (Effect.CHANGE, Effect.REMOVE):
        centre.begin("no", thing, effect, 5, change={"size": 2}, failure=Failure("NO", "…"))
        pass_time(centre, 5)
        assert (thing.state, thing.body) == (State.READY, {})


def test_a_machine_starts_stops_and_restarts_in_time(centre: Centre) -> None:
    machine = centre.add(centre.new("vm", "m", {}, of=Machine))
    centre.begin("insert", machine, Effect.MAKE, 10)
    seen = [machine.power]
    for effect in (Effect.NOTHING, Effect.STOP, Effect.START, Effect.RESTART):
        pass_time(centre, 10)
        seen.append(machine.power)
        centre.begin(effect, machine, effect, 10)
        seen.append(machine.power)
    pass_time(centre, 10)
    assert [*seen, machine.power] == [
        *(Power.STARTING, Power.ON, Power.ON, Power.ON, Power.STOPPING, Power.OFF, Power.STARTING),
        *(Power.ON, Power.RESTARTING, Power.ON),
    ]
    assert machine.powered == centre.clock.now()


def test_addresses_are_lent_and_given_back(centre: Centre) -> None:
    make(centre, "net")
    centre.open_pool("net", Pool("10.0.0.0/29", first=2, last=2))
    users = [make(centre, name) for name in "abc"]
    assert centre.take_address(users[0], "net") == "10.0.0.2"
    assert centre.take_address(users[1], "net", "10.0.0.4") == "10.0.0.4"
    for bad in ("10.0.0.4", "10.0.0.1", "10.0.0.6", "10.0.1.3"):
        with pytest.raises(Taken):
            centre.take_address(users[2], "net", bad)
    assert centre.take_address(users[2], "net") == "10.0.0.3"
    assert centre.take_address(users[2], "net") == "10.0.0.5"
    with pytest.raises(Exhausted):
        centre.take_address(users[2], "net")
    centre.remove("a")
    assert centre.take_address(users[1], "net") == "10.0.0.2"
    centre.remove("net")
    with pytest.raises(KeyError):
        centre.pool("net")
    centre.remove("b")


def test_a_snapshot_is_put_back_as_often_as_wanted(centre: Centre) -> None:
    thing = make(centre, "a")
    thing.body["name"] = ["a"]
    centre.begin("insert", thing, Effect.MAKE, 10)
    taken = centre.snapshot()
    for _ in range(2):
        thing.body["name"].append("changed")
        centre.remove("a")
        make(centre, "b")
        centre.restore(taken)
        thing = centre.get("a")
        assert (centre.keys(), thing.body, thing.state) == (["a"], {"name": ["a"]}, State.MAKING)
    pass_time(centre, 10)
    assert centre.get("a").state is State.READY


def test_old_jobs_are_forgotten_and_numbers_never_come_again(centre: Centre) -> None:
    thing = make(centre, "a")
    first = centre.begin("insert", thing, Effect.MAKE, 0)
    last = first
    for _ in range(KEPT_JOBS):
        last = centre.begin("touch", thing, Effect.NOTHING, 0)
    with pytest.raises(Absent):
        centre.job(first.id)
    assert centre.job(last.id) is last
    assert len(centre.all_jobs()) == KEPT_JOBS
    assert last.number > first.number > thing.number
