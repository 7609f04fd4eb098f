"""contract/converge.py on toy parts: a cloud that is a dict, a log of what was called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from spider_drivers.contract import (
    Attempt,
    InUse,
    NotFound,
    Part,
    Refused,
    VirtualClock,
    VmStatus,
    Wait,
    WrongState,
    converge,
)

LAG = 10.0


class Toy:
    """A cloud of named things. `log` says in which order it was called."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.there: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.log: list[str] = []
        self.busy: dict[str, int] = {}

    def part(self, name: str) -> Part:
        def make(client_token: str) -> str:
            self.log.append(f"make {name}")
            self.there[name] = f"id-{name}"
            return self.there[name]

        def find() -> str | None:
            self.log.append(f"find {name}")
            return None if name in self.hidden else self.there.get(name)

        def ready(cloud_id: str) -> Wait | None:
            left = self.busy.get(name, 0)
            self.busy[name] = left - 1
            return Wait(3.0, f"{name} is busy") if left > 0 else None

        def remove(cloud_id: str) -> Wait | None:
            assert cloud_id == f"id-{name}"
            self.log.append(f"remove {name}")
            self.there.pop(name, None)
            return None

        return Part(name, make=make, find=find, ready=ready, remove=remove)

    def parts(self) -> list[Part]:
        return [self.part(name) for name in ("net", "route", "subnet")]

    def attempt(self, *, unclean: bool = False, check: Callable[[], None] | None = None, **parts: str) -> Attempt:
        since = self.clock.now() if unclean else None
        return Attempt(
            "token",
            parts=parts,
            unclean_since=since,
            clock=self.clock,
            check=check or (lambda: self.log.append("check")),
        )


@pytest.fixture
def toy() -> Toy:
    return Toy()


# create


def test_parts_are_made_in_order_each_checked_and_noted_before_the_next(toy: Toy) -> None:
    kept: list[tuple[str, str]] = []
    attempt = Attempt("token", clock=toy.clock, keep=lambda part, cloud_id: kept.append((part, cloud_id)))
    assert converge.create(toy.parts(), attempt) is None
    assert toy.log == ["make net", "make route", "make subnet"]
    assert kept == [("net", "id-net"), ("route", "id-route"), ("subnet", "id-subnet")]
    assert dict(attempt.parts) == dict(kept)


def test_a_clean_try_searches_for_nothing(toy: Toy) -> None:
    converge.create(toy.parts(), toy.attempt())
    assert not [entry for entry in toy.log if entry.startswith("find")]


def test_each_make_is_checked_first(toy: Toy) -> None:
    converge.create(toy.parts(), toy.attempt())
    assert toy.log == ["check", "make net", "check", "make route", "check", "make subnet"]


def test_a_lost_lease_stops_before_the_call(toy: Toy) -> None:
    def lost() -> None:
        raise Refused("the lease is lost")

    with pytest.raises(Refused):
        converge.create(toy.parts(), toy.attempt(check=lost))
    assert toy.there == {}


def test_a_noted_part_is_never_searched_for_nor_made(toy: Toy) -> None:
    converge.create(toy.parts(), toy.attempt(net="id-net", route="id-route"))
    assert toy.log == ["check", "make subnet"]


def test_only_the_first_part_not_noted_is_in_doubt(toy: Toy) -> None:
    converge.create(toy.parts(), toy.attempt(unclean=True, net="id-net"))
    assert toy.log == ["find route", "check", "make route", "check", "make subnet"]


def test_what_a_dead_try_made_is_found_and_noted(toy: Toy) -> None:
    toy.there["route"] = "id-route"
    attempt = toy.attempt(unclean=True, net="id-net")
    converge.create(toy.parts(), attempt, lag_seconds=LAG)
    assert attempt.parts["route"] == "id-route"
    assert "make route" not in toy.log
    assert "find subnet" not in toy.log


def test_what_is_not_shown_is_made_anew_only_after_the_lag(toy: Toy) -> None:
    attempt = toy.attempt(unclean=True)
    assert converge.create(toy.parts(), attempt, lag_seconds=LAG) == Wait(
        LAG, "an earlier try may have made net; the cloud may show it late"
    )
    toy.clock.advance(LAG - 1)
    wait = converge.create(toy.parts(), attempt, lag_seconds=LAG)
    assert isinstance(wait, Wait)
    assert wait.seconds == 1.0
    toy.clock.advance(1)
    assert converge.create(toy.parts(), attempt, lag_seconds=LAG) is None
    assert toy.log.count("make net") == 1


def test_what_shows_during_the_lag_is_taken(toy: Toy) -> None:
    toy.there["net"] = "id-net"
    toy.hidden.add("net")
    attempt = toy.attempt(unclean=True)
    assert isinstance(converge.create(toy.parts(), attempt, lag_seconds=LAG), Wait)
    toy.hidden.clear()
    assert converge.create(toy.parts(), attempt, lag_seconds=LAG) is None
    assert "make net" not in toy.log


def test_a_part_that_is_not_ready_holds_up_the_next(toy: Toy) -> None:
    toy.busy["route"] = 1
    attempt = toy.attempt()
    assert converge.create(toy.parts(), attempt) == Wait(3.0, "route is busy")
    assert "make subnet" not in toy.log
    assert converge.create(toy.parts(), attempt) is None
    assert toy.log.count("make route") == 1


def test_not_found_while_waiting_means_not_shown_yet(toy: Toy) -> None:
    def ready(cloud_id: str) -> Wait | None:
        raise NotFound("no such thing")

    part = Part("machine", make=lambda _: "id", ready=ready)
    wait = converge.create([part], toy.attempt())
    assert isinstance(wait, Wait)
    assert "machine" in wait.reason


def test_parts_may_depend_on_what_was_noted_before(toy: Toy) -> None:
    attempt = toy.attempt()

    def parts() -> Iterator[Part]:
        yield toy.part("net")
        assert attempt.parts["net"] == "id-net"
        yield toy.part("subnet")

    assert converge.create(parts(), attempt) is None


def test_client_token_is_the_same_for_each_try_and_other_for_each_part(toy: Toy) -> None:
    given: list[str] = []

    def part(name: str) -> Part:
        def make(client_token: str) -> str:
            given.append(client_token)
            return "id"

        return Part(name, make=make)

    converge.create([part("a"), part("b")], toy.attempt())
    converge.create([part("a"), part("b")], toy.attempt())
    assert given[:2] == given[2:]
    assert given[0] != given[1]


def test_visible_waits_until_the_resource_is_shown(toy: Toy) -> None:
    shown: list[bool] = [False, True]
    part = converge.visible(lambda: "id", lambda _: shown.pop(0))
    attempt = toy.attempt()
    assert isinstance(converge.create([part], attempt), Wait)
    assert converge.create([part], attempt) is None
    assert attempt.parts == {"visible": "id"}


# delete


def test_parts_are_removed_last_first(toy: Toy) -> None:
    converge.create(toy.parts(), toy.attempt())
    toy.log.clear()
    assert converge.delete(toy.parts(), toy.attempt()) is None
    assert [entry for entry in toy.log if entry.startswith("remove")] == ["remove subnet", "remove route", "remove net"]
    assert toy.there == {}


def test_a_noted_part_is_removed_though_the_cloud_does_not_show_it(toy: Toy) -> None:
    toy.there["net"] = "id-net"
    toy.hidden.add("net")
    assert converge.delete([toy.part("net")], toy.attempt(net="id-net")) is None
    assert toy.log == ["check", "remove net"]


def test_a_removal_that_takes_time_holds_up_the_one_before(toy: Toy) -> None:
    slow = Part("slow", make=lambda _: "id", find=lambda: "id", remove=lambda _: Wait(5.0, "going"))
    assert converge.delete([toy.part("net"), slow], toy.attempt(net="id-net")) == Wait(5.0, "going")
    assert "remove net" not in toy.log


def test_a_part_without_remove_goes_with_its_owner(toy: Toy) -> None:
    ruled = Part("rules", make=lambda _: "id")
    assert converge.delete([toy.part("net"), ruled], toy.attempt(net="id-net", rules="id")) is None
    assert toy.log == ["check", "remove net"]


def test_after_an_unclean_try_absence_is_believed_only_after_the_lag(toy: Toy) -> None:
    toy.there["net"] = "id-net"
    toy.hidden.add("net")
    attempt = toy.attempt(unclean=True)
    wait = converge.delete([toy.part("net")], attempt, lag_seconds=LAG)
    assert isinstance(wait, Wait)
    assert wait.seconds == LAG
    toy.clock.advance(LAG)
    toy.hidden.clear()
    assert converge.delete([toy.part("net")], attempt, lag_seconds=LAG) is None
    assert toy.there == {}


def test_in_use_is_believed_only_after_the_lag_of_an_unclean_try(toy: Toy) -> None:
    def used(cloud_id: str) -> Wait | None:
        raise InUse("has dependents")

    part = Part("net", make=lambda _: "id", find=lambda: "id", remove=used)
    attempt = toy.attempt(unclean=True)
    assert isinstance(converge.delete([part], attempt, lag_seconds=LAG), Wait)
    toy.clock.advance(LAG)
    with pytest.raises(InUse):
        converge.delete([part], attempt, lag_seconds=LAG)
    with pytest.raises(InUse):
        converge.delete([part], toy.attempt(), lag_seconds=LAG)


def test_lag_left_counts_from_the_death(toy: Toy) -> None:
    attempt = Attempt("token", unclean_since=toy.clock.now() - timedelta(seconds=4), clock=toy.clock)
    assert attempt.lag_left(LAG) == 6.0
    assert attempt.lag_left(3.0) == 0.0
    assert toy.attempt().lag_left(LAG) == 0.0


# control


class Machine:
    def __init__(self, *statuses: VmStatus) -> None:
        self.statuses = list(statuses)
        self.sent = 0

    def send(self) -> None:
        self.sent += 1

    def suspend(self, attempt: Attempt, lag: float = 0.0) -> VmStatus | Wait:
        return converge.control(
            attempt,
            status=lambda: self.statuses.pop(0),
            send=self.send,
            sent_word=VmStatus.SUSPENDING,
            wanted=VmStatus.SUSPENDED,
            allowed=frozenset({VmStatus.RUNNING}),
            lag_seconds=lag,
        )


def test_a_verb_is_sent_once_and_answers_the_transitional_word(toy: Toy) -> None:
    machine, attempt = Machine(VmStatus.RUNNING), toy.attempt()
    assert machine.suspend(attempt) is VmStatus.SUSPENDING
    assert machine.suspend(attempt) is VmStatus.SUSPENDING
    assert machine.sent == 1
    assert toy.log == ["check"]


def test_the_wanted_state_is_success_without_a_call(toy: Toy) -> None:
    machine = Machine(VmStatus.SUSPENDED)
    assert machine.suspend(toy.attempt()) is VmStatus.SUSPENDED
    assert machine.sent == 0


@pytest.mark.parametrize("status", sorted(converge.TRANSITIONAL))
def test_a_vm_in_transition_is_waited_for(toy: Toy, status: VmStatus) -> None:
    machine = Machine(status)
    assert isinstance(machine.suspend(toy.attempt()), Wait)
    assert machine.sent == 0


def test_any_other_state_is_the_wrong_one(toy: Toy) -> None:
    machine = Machine(VmStatus.FAILED)
    with pytest.raises(WrongState):
        machine.suspend(toy.attempt())
    assert machine.sent == 0


def test_after_an_unclean_try_the_status_is_believed_only_after_the_lag(toy: Toy) -> None:
    machine, attempt = Machine(VmStatus.SUSPENDED), toy.attempt(unclean=True)
    assert isinstance(machine.suspend(attempt, LAG), Wait)
    toy.clock.advance(LAG)
    assert machine.suspend(attempt, LAG) is VmStatus.SUSPENDED
    assert machine.sent == 0


def test_a_verb_that_a_dead_try_has_sent_is_not_sent_again(toy: Toy) -> None:
    machine, attempt = Machine(VmStatus.SUSPENDING), toy.attempt(unclean=True)
    toy.clock.advance(LAG)
    assert machine.suspend(attempt, LAG) is VmStatus.SUSPENDING
    assert attempt.parts["sent"]
    assert machine.sent == 0
