"""Regions and their zones."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ZoneStatus(StrEnum):
    AVAILABLE = "Available"
    UNAVAILABLE = "Unavailable"
    UNTOLD = "StatusNotSupported"


@dataclass(frozen=True, slots=True)
class Zone:
    name: str
    display_name: str = ""
    status: ZoneStatus = ZoneStatus.UNTOLD
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegionZone:
    """A region of the cloud, with its zones (none where the cloud has none)."""

    name: str
    display_name: str = ""
    zones: tuple[Zone, ...] = ()
    details: dict[str, str] = field(default_factory=dict)
