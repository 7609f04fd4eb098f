"""Many reads at once: one that does not answer delays the others by nothing, and its caller by the time-out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar

import pytest
from spider_drivers.contract import NoAnswer, Refused

from chalicelib.engine import fanout
from chalicelib.engine.deadline import within

SOON, LONG = 0.1, 30.0  # seconds; what hangs here does so until the test lets it go

word: ContextVar[str] = ContextVar("word", default="")


class Gate:
    """Reads that stand still until it opens, and how many do so at once."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.most = self._inside = 0
        self._lock = threading.Lock()

    def stand(self) -> str:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        self.opened.wait(LONG)
        with self._lock:
            self._inside -= 1
        return "late"


def answering(value: str) -> Callable[[], str]:
    return lambda: value


def refusing() -> str:
    raise Refused("no")


def test_outcomes_come_in_the_order_of_the_reads() -> None:
    first = threading.Event()

    def last() -> str:
        first.set()
        return "last"

    def waits_for_the_last() -> str:
        assert first.wait(LONG)
        return "first"

    outcomes = fanout.run([waits_for_the_last, refusing, last], LONG)
    assert [outcome.value for outcome in outcomes] == ["first", None, "last"]
    with pytest.raises(Refused, match="no"):
        outcomes[1].result()
    assert fanout.run([], LONG) == []


def test_one_that_hangs_costs_its_time_out_and_the_others_nothing() -> None:
    gate = Gate()
    dead, quick = fanout.run([gate.stand, answering("quick")], SOON)
    assert not gate.opened.is_set()
    assert quick.result() == "quick"
    with pytest.raises(NoAnswer, match=r"within 0\.1 seconds"):
        dead.result()
    gate.opened.set()


def test_dead_ones_do_not_keep_the_places_of_those_that_wait() -> None:
    gate = Gate()
    outcomes = fanout.run([gate.stand, gate.stand, answering("a"), answering("b")], SOON, at_once=2)
    assert [outcome.value for outcome in outcomes] == [None, None, "a", "b"]
    assert gate.most == 2
    gate.opened.set()


def test_no_more_than_so_many_are_waited_for_at_once() -> None:
    gate = Gate()
    threading.Timer(SOON, gate.opened.set).start()
    outcomes = fanout.run([gate.stand] * 9, LONG, at_once=3)
    assert {outcome.result() for outcome in outcomes} == {"late"}
    assert gate.most == 3


def test_all_of_them_end_with_the_time_for_all() -> None:
    gate = Gate()
    asked, waiting = fanout.run([gate.stand, answering("never asked")], LONG, in_all=SOON, at_once=1)
    assert isinstance(asked.error, NoAnswer)
    assert "was not asked" in str(waiting.error)
    gate.opened.set()


def test_reads_have_the_context_of_their_caller_each_for_itself() -> None:
    def tell() -> str:
        found = word.get()
        word.set("another")
        return found

    word.set("mine")
    assert [outcome.result() for outcome in fanout.run([tell, tell], LONG)] == ["mine", "mine"]
    assert word.get() == "mine"


def test_a_single_read_is_answered_refused_or_late() -> None:
    gate = Gate()
    assert within(LONG, answering("one")) == "one"
    with pytest.raises(Refused):
        within(LONG, refusing)
    with pytest.raises(NoAnswer):
        within(SOON, gate.stand)
    gate.opened.set()
