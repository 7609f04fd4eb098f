"""How the Engine writes times: RFC 3339 with a fraction, and how long ago in words (go-units, HumanDuration)."""

from __future__ import annotations

from datetime import datetime

# Up to so many hours they are told in units of so many.
_UNITS = ((48, 1, "hours"), (24 * 14, 24, "days"), (24 * 60, 168, "weeks"), (24 * 730, 720, "months"))
NEVER = "0001-01-01T00:00:00Z"


def shown(moment: datetime | None) -> str:
    """To the microsecond; the Engine counts nanoseconds, and leaves noughts at the end out."""
    if moment is None:
        return NEVER
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{text}Z"


def to_the_second(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def words(seconds: float) -> str:
    whole = int(seconds)
    if whole < 1:
        return "Less than a second"
    if whole == 1:
        return "1 second"
    if whole < 60:
        return f"{whole} seconds"
    if whole < 120:
        return "About a minute"
    if whole < 3600:
        return f"{whole // 60} minutes"
    hours = round(seconds / 3600)
    if hours == 1:
        return "About an hour"
    for most, each, name in (
        (48, 1, "hours"),
        (24 * 14, 24, "days"),
        (24 * 60, 168, "weeks"),
        (24 * 730, 720, "months"),
    ):
        if hours < most:
            return f"{hours // each} {name}"
    return f"{hours // (24 * 365)} years"
