"""One logger: Cloud-Barista's common line, or JSON, at a level that can be changed while the service runs.

Line format (cb-log): `[CB-SPIDER].[INFO]: 2026-01-31 12:00:00 file.py:12, module.function() - message`.
The file `log-level` in Spider's home, read every two seconds, overrides the level. Calls of clouds have a logger of
their own, whose lines are complete as they come, whatever the format and the level of the rest.
"""

from __future__ import annotations

import json
import logging
import sys
import time

from spider_drivers.contract import redact

from .settings import Settings

NAME = "CB-SPIDER"
CALLS = "spider.hiscall"
LOOK_SECONDS = 2.0


class BaristaFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        where = f"{record.filename}:{record.lineno}, {record.module}.{record.funcName}()"
        line = f"[{NAME}].[{record.levelname}]: {when} {where} - {record.getMessage()}"
        return redact(f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line)


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        held = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "file": f"{record.filename}:{record.lineno}",
            "message": record.getMessage(),
        }
        if record.exc_info:
            held["exception"] = self.formatException(record.exc_info)
        return redact(json.dumps(held, ensure_ascii=False))


def follow_level(settings: Settings) -> None:
    """Sets the level to what the file says, if there is one. Called again and again while the service runs."""
    try:
        wanted = level((settings.home / "log-level").read_text())
    except (OSError, ValueError):
        wanted = level(settings.log_level)
    logging.getLogger("spider").setLevel(wanted)


def level(word: str) -> int:
    """The level of a word such as `debug`. Raises ValueError."""
    found = logging.getLevelNamesMapping().get(word.strip().upper())
    if found is None:
        raise ValueError(f"'{word.strip()}' is not a log level: debug, info, warning or error")
    return found


def set_up(settings: Settings) -> None:
    """Sends what `spider.*` logs to standard error. Raises ValueError for an unknown level or format."""
    formats = {"text": BaristaFormatter, "json": JsonFormatter}
    if settings.log_format not in formats:
        raise ValueError(f"SPIDER_LOG_FORMAT: '{settings.log_format}' is not text or json")
    _send(logging.getLogger("spider"), formats[settings.log_format](), level(settings.log_level))
    _send(logging.getLogger(CALLS), logging.Formatter(), logging.INFO if settings.call_log == "on" else logging.ERROR)


def _send(logger: logging.Logger, formatter: logging.Formatter, least: int) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logger.handlers[:] = [handler]
    logger.setLevel(least)
    logger.propagate = False
