"""What is kept of clouds' answers: who asks, who waits, and when it is forgotten."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from spider_drivers.contract import NoAnswer, Refused, VirtualClock

from chalicelib.catalogue.records import Aged
from chalicelib.engine.cache import Cache

KEY = ("mock", "spec", "list")


class Cloud:
    """Answers the number of the question; while `shut`, only when told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.at_once = 0
        self.most_at_once = 0
        self.gate = threading.Event()
        self.gate.set()
        self.arrived = threading.Event()
        self._lock = threading.Lock()

    def shut(self) -> None:
        self.gate.clear()
        self.arrived.clear()

    def answer(self) -> int:
        with self._lock:
            self.asked += 1
            number = self.asked
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.arrived.set()
        self.gate.wait(30)
        with self._lock:
            self.at_once -= 1
        return number


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def cache(clock: VirtualClock) -> Cache:
    return Cache(clock, 60.0)


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def until(happened: Callable[[], bool]) -> None:
    """Waits for what another thread does."""
    pause = threading.Event()
    for _ in range(3000):
        if happened():
            return
        pause.wait(0.01)
    raise TimeoutError


def ask(cache: Cache, cloud: Cloud, version: str = "1", **options: Any) -> Aged:
    return cache.get(KEY, version, cloud.answer, **{"seconds": 30.0, **options})


def test_an_answer_is_given_again_until_it_is_too_old(cache: Cache, cloud: Cloud, clock: VirtualClock) -> None:
    assert ask(cache, cloud) == Aged(1, 0)
    clock.advance(59.5)
    assert ask(cache, cloud) == Aged(1, 59)
    clock.advance(0.5)
    assert ask(cache, cloud) == Aged(2, 0)


def test_parts_of_a_second_count(clock: VirtualClock, cloud: Cloud) -> None:
    cache = Cache(clock, 0.5)
    assert ask(cache, cloud).value == 1
    clock.advance(0.5)
    assert ask(cache, cloud).value == 2


def test_another_version_is_asked_for_anew_and_the_one_before_forgotten(cache: Cache, cloud: Cloud) -> None:
    assert [ask(cache, cloud, version).value for version in ("1", "2", "2", "1")] == [1, 2, 2, 3]


def test_a_refresh_asks_and_serves_those_after_it(cache: Cache, cloud: Cloud) -> None:
    assert [ask(cache, cloud, refresh=refresh).value for refresh in (False, True, False)] == [1, 2, 2]


def test_one_of_many_asks_and_all_have_its_answer(cache: Cache, cloud: Cloud) -> None:
    cloud.shut()
    with ThreadPoolExecutor(50) as pool:
        answers = [pool.submit(ask, cache, cloud) for _ in range(50)]
        cloud.arrived.wait(30)
        cloud.gate.set()
        assert {answer.result().value for answer in answers} == {1}
    assert cloud.asked == 1


def test_a_refresh_is_not_served_by_what_was_asked_before_it(cache: Cache, cloud: Cloud) -> None:
    cloud.shut()
    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(ask, cache, cloud)
        cloud.arrived.wait(30)
        refreshing = [pool.submit(ask, cache, cloud, refresh=True) for _ in range(10)]
        until(lambda: pool._work_queue.empty())
        cloud.gate.set()
        assert first.result().value == 1
        assert min(answer.result().value for answer in refreshing) > 1
    assert cloud.most_at_once == 1


def test_who_waits_gives_up_in_time_and_the_late_answer_serves_the_next(cache: Cache, cloud: Cloud) -> None:
    cloud.shut()
    with pytest.raises(NoAnswer, match="within 0.05 seconds"):
        ask(cache, cloud, seconds=0.05)
    with pytest.raises(NoAnswer):  # it does not wait for a question that was open for longer than itself would wait
        ask(cache, cloud, seconds=0.05)
    asked = cloud.asked
    cloud.gate.set()
    until(lambda: cloud.at_once == 0 and not cache._open)
    assert ask(cache, cloud).value in range(1, asked + 1)
    assert cloud.asked == asked


def test_nobody_waits_for_an_answer_about_another_version(cache: Cache, cloud: Cloud) -> None:
    cloud.shut()
    with ThreadPoolExecutor(2) as pool:
        before = pool.submit(ask, cache, cloud, "1")
        until(lambda: cloud.asked == 1)
        after = pool.submit(ask, cache, cloud, "2")
        until(lambda: cloud.asked == 2)
        cloud.gate.set()
        assert (before.result().value, after.result().value) == (1, 2)
    assert ask(cache, cloud, "2").value == 2


def hang(cache: Cache, answer: str) -> threading.Event:
    """A question that was asked long ago and is answered when the event is set."""
    answered = threading.Event()

    def late() -> str:
        answered.wait(30)
        return answer

    with pytest.raises(NoAnswer):
        cache.get(KEY, "1", late, seconds=0.01)
    cache._open[KEY][-1].began -= 100
    return answered


def test_a_question_that_hangs_holds_up_nobody_who_comes_later(cache: Cache, cloud: Cloud) -> None:
    hanging = hang(cache, "late")
    assert ask(cache, cloud).value == 1
    hanging.set()
    until(lambda: not cache._open)
    assert ask(cache, cloud).value == 1  # the late answer replaces none that was asked for after it


def test_an_answer_slower_than_anyone_waits_serves_those_who_ask_again(cache: Cache, cloud: Cloud) -> None:
    first, second = hang(cache, "first"), hang(cache, "second")
    first.set()
    until(lambda: bool(cache._kept))
    assert ask(cache, cloud).value == "first"
    second.set()
    until(lambda: not cache._open)
    assert ask(cache, cloud).value == "second"


def test_a_failure_reaches_those_who_wait_and_is_not_kept(cache: Cache, cloud: Cloud) -> None:
    def refuse() -> None:
        cloud.answer()
        raise Refused("no", code="AccessDenied")

    cloud.shut()
    with ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(cache.get, KEY, "1", refuse, seconds=30.0) for _ in range(5)]
        until(lambda: pool._work_queue.empty() and cloud.asked == 1)
        cloud.gate.set()
        assert {type(answer.exception()) for answer in answers} == {Refused}
    assert cloud.most_at_once == 1
    asked = cloud.asked
    assert ask(cache, cloud).value == asked + 1


def test_what_is_dropped_is_asked_for_anew(cache: Cache, cloud: Cloud) -> None:
    ask(cache, cloud)
    cache.drop("mock", "image")
    cache.drop("other", "spec")
    assert ask(cache, cloud).value == 1
    cache.drop("mock", "spec")
    assert ask(cache, cloud).value == 2


def test_an_answer_is_not_kept_that_was_asked_for_before_a_drop(cache: Cache, cloud: Cloud) -> None:
    cloud.shut()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, cache, cloud)
        cloud.arrived.wait(30)
        cache.drop("mock", "spec")
        cloud.gate.set()
        assert first.result().value == 1
    assert ask(cache, cloud).value == 2


def test_memory_is_bounded_and_the_least_used_leave_first(clock: VirtualClock) -> None:
    noise = random.Random(1).randbytes(400)  # does not get shorter, so three of these fit
    cache = Cache(clock, 60.0, most_bytes=1500)
    asked: list[str] = []

    def get(name: str) -> None:
        def answer() -> bytes:
            asked.append(name)
            return noise

        assert cache.get((name, "spec", "list"), "1", answer, seconds=30.0).value == noise

    for name in ("a", "b", "c", "a", "d", "a", "b"):
        get(name)
    assert cache._bytes <= 1500
    assert cache._bytes == sum(len(kept.packed) for kept in cache._kept.values())
    assert asked == ["a", "b", "c", "d", "b"]


def test_an_answer_beyond_all_bounds_is_given_and_not_kept(clock: VirtualClock, cloud: Cloud) -> None:
    cache = Cache(clock, 60.0, most_bytes=1)
    assert [ask(cache, cloud).value for _ in range(2)] == [1, 2]
    assert cache._bytes == 0


def test_what_cannot_be_kept_is_answered_all_the_same(cache: Cache) -> None:
    for _ in range(2):
        lock = threading.Lock()
        assert cache.get(KEY, "1", lambda: lock, seconds=30.0).value is lock  # noqa: B023


def test_who_changes_an_answer_changes_nobody_elses(cache: Cache) -> None:
    for _ in range(3):
        answer = cache.get(KEY, "1", lambda: {"specs": ["a"]}, seconds=30.0).value
        assert answer == {"specs": ["a"]}
        answer["specs"].append("b")
