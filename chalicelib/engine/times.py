"""Moments as they are kept: ISO 8601 in UTC with microseconds, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def kept(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read_or_none(text: str | None) -> datetime | None:
    return read(text) if text else None


def after(moment: datetime, seconds: float) -> datetime:
    return moment + timedelta(seconds=seconds)


def epoch(moment: datetime, seconds: float) -> int:
    """Whole epoch seconds, so many after the moment: when a row expires."""
    return int(moment.timestamp() + seconds)


def is_turn(moment: datetime, every: float, called: float) -> bool:
    """Whether a job that is to be done each `every` seconds (0: never) is due, when a scheduler that calls each
    `called` seconds meant to call at the `moment`."""
    turn = round(moment.timestamp() / called) * called
    return every > 0 and turn // every != (turn - called) // every


def hour(moment: datetime) -> str:
    """2026-11-25T13, in UTC."""
    return kept(moment)[: len("2026-11-25T13")]


def day(moment: datetime) -> str:
    """2026-11-25, in UTC."""
    return day_of(kept(moment))


def day_of(text: str) -> str:
    """Of a moment as it is kept, or of an hour."""
    return text[: len("2026-11-25")]


def began(period: str) -> datetime:
    """When the hour or day began."""
    return datetime.fromisoformat(period).replace(tzinfo=UTC)
