"""Times as OpenStack writes them; all are UTC."""

from __future__ import annotations

from datetime import datetime


def seconds(moment: datetime) -> str:
    """2026-11-25T19:03:06Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def micros(moment: datetime, zone: str = "") -> str:
    """2026-11-25T19:03:06.000000: what a database that keeps whole seconds gives."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000000{zone}"
