"""The twin's clock."""

from __future__ import annotations

import time

from cloud_twin.clock import TwinClock


def test_it_goes_as_real_time_does_and_can_be_pushed() -> None:
    clock, real = TwinClock(), time.monotonic()
    before, at = clock.stopwatch(), clock.now()
    clock.advance(3600)
    passed, real_passed = clock.stopwatch() - before, time.monotonic() - real
    assert 3600 <= passed <= 3600 + real_passed
    assert 3600 <= (clock.now() - at).total_seconds() <= 3601 + real_passed


def test_a_virtual_clock_moves_when_it_is_told_to() -> None:
    clock = TwinClock(speed=0)
    at = clock.stopwatch()
    time.sleep(0.01)
    assert clock.stopwatch() == at
    clock.advance(10)
    assert clock.stopwatch() == at + 10


def test_its_speed_can_change_and_it_never_jumps() -> None:
    clock = TwinClock(speed=0)
    clock.advance(5)
    clock.speed = 1000
    assert clock.stopwatch() >= 5
    time.sleep(0.01)
    reached = clock.stopwatch()
    assert reached >= 15
    clock.speed = 0
    stood = clock.stopwatch()
    assert stood >= reached
    time.sleep(0.01)
    assert clock.stopwatch() == stood
