from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.engine import log
from chalicelib.engine.settings import Settings


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    logger = logging.getLogger("spider")
    before = logger.handlers[:], logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = before


def test_the_line_is_cloud_baristas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(Settings(home=tmp_path))
    logging.getLogger("spider.worker").info("hello %s", "world")
    line = capsys.readouterr().err.strip()
    assert re.fullmatch(
        r"\[CB-SPIDER\]\.\[INFO\]: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d test_log\.py:\d+, "
        r"test_log\.test_the_line_is_cloud_baristas\(\) - hello world",
        line,
    )


def test_json_by_setting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up(Settings(home=tmp_path, log_format="json"))
    logging.getLogger("spider.rest").warning("hello")
    held = json.loads(capsys.readouterr().err)
    assert (held["level"], held["logger"], held["message"]) == ("WARNING", "spider.rest", "hello")


def test_the_level_changes_without_a_restart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(home=tmp_path)
    log.set_up(settings)
    logger = logging.getLogger("spider.worker")
    logger.debug("before")
    (tmp_path / "log-level").write_text("debug\n")
    log.follow_level(settings)
    logger.debug("debugged")
    (tmp_path / "log-level").write_text("nonsense")
    log.follow_level(settings)
    logger.debug("after")
    assert [line.rpartition(" - ")[2] for line in capsys.readouterr().err.splitlines()] == ["debugged"]


def test_an_unknown_level_or_format_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a log level"):
        log.set_up(Settings(home=tmp_path, log_level="loud"))
    with pytest.raises(ValueError, match="SPIDER_LOG_FORMAT"):
        log.set_up(Settings(home=tmp_path, log_format="xml"))
