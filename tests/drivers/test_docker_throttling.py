"""The schedule by which throttled calls are sent again, and that the suite allows it and no other pause."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from spider_drivers.conformance import Cloud
from spider_drivers.conformance.runner import acting
from spider_drivers.contract import CallRecord, CallScope, ConnectionInfo, VirtualClock
from spider_drivers.contract.throttling import FIRST_PAUSE, LONGEST_PAUSE, THROTTLED_SECONDS, Patience, retry_after
from spider_drivers.docker import DockerDriver

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def test_pauses_grow_and_end() -> None:
    patience = Patience()
    pauses: list[float] = []
    while (pause := patience.pause(None)) is not None:
        pauses.append(pause)
    assert sum(pauses) <= THROTTLED_SECONDS
    assert len(pauses) >= 4
    for number, pause in enumerate(pauses):
        most = min(LONGEST_PAUSE, FIRST_PAUSE * 2**number)
        assert most / 2 <= pause <= most


def test_what_the_cloud_asks_for_is_kept_exactly() -> None:
    patience = Patience()
    assert [patience.pause(3.0), patience.pause(7.0), patience.pause(0.1)] == [3.0, 7.0, None]
    assert Patience().pause(10.1) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("2", 2.0),
        ("0.5", 0.5),
        ("-1", 0.0),
        ("Tue, 01 Jan 2030 00:01:00 GMT", 60.0),
        ("Tue, 01 Jan 2030 00:01:00 -0000", 60.0),
        ("Mon, 31 Dec 2029 23:59:00 GMT", 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(DockerDriver(), ConnectionInfo("docker", "DOCKER", {}, {}), throttled=True)


def refuse(cloud: Cloud, code: str = "429") -> None:
    cloud.records.append(CallRecord(CallScope(), "GET /info", NOW, 0.0, code))


def test_the_suite_lets_a_pause_after_a_refused_call_pass_without_time(cloud: Cloud) -> None:
    assert isinstance(cloud.clock, VirtualClock)
    began = time.monotonic(), cloud.clock.stopwatch()
    with acting(cloud):
        for _ in range(2):
            refuse(cloud)
            time.sleep(5)
    assert time.monotonic() - began[0] < 5
    assert cloud.clock.stopwatch() - began[1] == 10


def test_the_suite_allows_no_other(cloud: Cloud) -> None:
    with acting(cloud):
        assert_caught()  # before any call
        refuse(cloud, "")
        assert_caught()  # after one that was granted
        refuse(cloud)
        time.sleep(1)
        assert_caught()  # a second after the same refusal
        cloud.throttled = False
        refuse(cloud)
        assert_caught()


def assert_caught() -> None:
    with pytest.raises(AssertionError, match="slept"):
        time.sleep(1)


def test_the_suite_counts_the_pauses_of_each_call(cloud: Cloud) -> None:
    with acting(cloud):
        refuse(cloud)
        time.sleep(9)
        refuse(cloud, "")
        refuse(cloud)
        time.sleep(9)
        refuse(cloud)
        with pytest.raises(AssertionError, match="one call"):
            time.sleep(2)
