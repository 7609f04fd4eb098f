"""CB-Spider's line for each call of a cloud."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from spider_drivers.contract import CallRecord, CallRecorder, CallScope, SystemClock

from chalicelib.engine import log
from chalicelib.engine.history import line
from chalicelib.engine.settings import Settings

from .house import KEY, House

SCOPE = CallScope("c", "AWS", "us-east1", "us-east1-c", "VM", "vm-01")
RECORD = CallRecord(SCOPE, "RunInstances", datetime(2026, 1, 31, 11, 59, 58, tzinfo=UTC), 2.02012)
LINE = re.compile(
    r"\[HISCALL\]\.\[(?P<host>[^ ]+)\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\) "
    r"(?P<place>[\w.<>]+)\(\):\d+ - "
    r'"CloudOS" : "(?P<cloud>\w+)", "RegionZone" : "(?P<where>[^"]*)", "ResourceType" : "(?P<type>[^"]*)", '
    r'"ResourceName" : "(?P<name>[^"]*)", "CloudOSAPI" : "(?P<api>[^"]*)\(\)", "ElapsedTime" : "\d+\.\d{4}", '
    r'"ErrorMSG" : "(?P<error>.*)"'
)


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("spider", log.CALLS)]
    before = [(one, one.handlers[:], one.level, one.propagate) for one in loggers]
    yield
    for one, handlers, level, propagate in before:
        one.handlers[:], one.propagate = handlers, propagate
        one.setLevel(level)


def test_the_line_is_cb_spiders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "host", lambda: "10.0.0.5")
    ended = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC).astimezone()
    assert line.line(RECORD, "module.function():12") == (
        f"[HISCALL].[10.0.0.5] {ended:%Y-%m-%d %H:%M:%S} (Saturday) module.function():12 - "
        '"CloudOS" : "AWS", "RegionZone" : "us-east1/us-east1-c", "ResourceType" : "VM", "ResourceName" : "vm-01", '
        '"CloudOSAPI" : "RunInstances()", "ElapsedTime" : "2.0201", "ErrorMSG" : ""'
    )


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("Throttling", "Rate exceeded", "Throttling: Rate exceeded"),
        ("409", "409 Conflict", "409 Conflict"),
        ("ReadTimeout", "", "ReadTimeout"),
        ("", 'a "b"\n[HISCALL].[x] forged\x1b[2J', r"a \"b\"\n[HISCALL].[x] forged\u001b[2J"),
    ],
)
def test_an_error_is_one_value_on_one_line(code: str, text: str, told: str) -> None:
    record = CallRecord(SCOPE, "RunInstances", RECORD.started, 0.0, code, text)
    written = line.line(record, "m.f():1")
    assert written.endswith(f'"ErrorMSG" : "{told}"')
    assert len(written.splitlines()) == 1


@pytest.mark.parametrize("settings", [{}, {"log_format": "json"}, {"log_level": "error"}])
def test_each_call_is_a_line_whatever_the_rest_of_the_log_looks_like(
    settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(tmp_path, **settings)
    log.set_up(house.settings)
    house.make("key_pair", KEY)
    house.on("list_image")
    house.engine.close()
    lines = [one for one in capsys.readouterr().err.splitlines() if one.startswith("[HISCALL]")]
    found = [LINE.fullmatch(one) for one in lines]
    assert all(found), lines
    told = [one.groupdict() for one in found if one]
    assert [(one["type"], one["name"]) for one in told][-1] == ("VMIMAGE", "")
    assert ("VMKEYPAIR", "key-01") in [(one["type"], one["name"]) for one in told]
    assert {one["cloud"] for one in told} == {"MOCK"}
    assert "spider_drivers.mock.key_pair." in "".join(one["place"] for one in told)


def test_the_line_can_be_switched_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = House(tmp_path, call_log="off")
    log.set_up(house.settings)
    house.on("list_image")
    house.engine.close()
    assert "[HISCALL]" not in capsys.readouterr().err
    with pytest.raises(ValueError, match="SPIDER_CALL_LOG"):
        Settings.from_env({"SPIDER_CALL_LOG": "loud"})


def test_a_call_from_a_thread_of_an_sdks_names_who_told_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = House(tmp_path)
    log.set_up(house.settings)
    recorder = CallRecorder(SystemClock(), house.engine.history.sink)

    def hook() -> None:
        recorder.record("ListImages", 0.1)

    thread = threading.Thread(target=hook)
    thread.start()
    thread.join()
    house.engine.close()
    assert f"{__name__}." in capsys.readouterr().err.split(" - ")[0]
