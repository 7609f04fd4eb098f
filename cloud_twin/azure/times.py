"""Moments as Azure writes them."""

from __future__ import annotations

from datetime import datetime


def written(moment: datetime) -> str:
    """Seven digits after the point: .NET's ticks."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}0+00:00"
