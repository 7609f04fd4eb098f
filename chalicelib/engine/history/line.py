"""The classic line of a call, as CB-Spider's call log has it:

    [HISCALL].[10.0.0.5] 2026-01-31 12:00:00 (Saturday) module.function():12 - "CloudOS" : "AWS", "RegionZone" : …

`module.function():12` is what the engine has asked of the driver. Values are JSON strings, so that a cloud's text with
quotes or line breaks in it stays one value on one line.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
from datetime import timedelta
from functools import cache
from types import FrameType
from typing import NamedTuple

from spider_drivers.contract import CallRecord

from ...catalogue.recorded import elapsed_time, error_message, region_zone
from ..log import CALLS

log = logging.getLogger(CALLS)

_ENGINE = __name__.partition(".")[0] + "."
_RECORDER = CallRecord.__module__
_ANYWHERE = ("192.0.2.1", 9)  # TEST-NET-1 (RFC 5737): the way out is looked up, and nothing is sent


class Noted(NamedTuple):
    """A record, and what was seen where it was taken."""

    record: CallRecord
    place: str


def place() -> str:
    """The driver's function that the engine has called; in a thread of an SDK's own, that which told of the call. To be
    called where the driver tells of it. "" where no line is wanted."""
    if not log.isEnabledFor(logging.INFO):
        return ""
    frame: FrameType | None = sys._getframe(1)
    while frame and (_is_engine(frame) or _module(frame) == _RECORDER):
        frame = frame.f_back
    shown = frame
    while frame and frame.f_back:
        if _is_engine(frame.f_back):
            shown = frame
            break
        frame = frame.f_back
    return f"{_module(shown)}.{shown.f_code.co_qualname}():{shown.f_lineno}" if shown else ""


def write(record: CallRecord, place: str) -> None:
    if log.isEnabledFor(logging.INFO):
        log.info("%s", line(record, place))


def line(record: CallRecord, place: str) -> str:
    scope = record.scope
    ended = (record.started + timedelta(seconds=record.elapsed)).astimezone()
    fields = {
        "CloudOS": scope.cloud,
        "RegionZone": region_zone(record),
        "ResourceType": scope.resource_type,
        "ResourceName": scope.resource_name,
        "CloudOSAPI": f"{record.api}()",
        "ElapsedTime": elapsed_time(record),
        "ErrorMSG": error_message(record),
    }
    told = ", ".join(f'"{name}" : {json.dumps(value, ensure_ascii=False)}' for name, value in fields.items())
    return f"[HISCALL].[{host()}] {ended:%Y-%m-%d %H:%M:%S (%A)} {place} - {told}"


@cache
def host() -> str:
    """The address of this machine's way out, or its name where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ANYWHERE)
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def _is_engine(frame: FrameType) -> bool:
    return _module(frame).startswith(_ENGINE)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))
