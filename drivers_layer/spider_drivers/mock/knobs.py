"""How the cloud in memory behaves towards one connection, told by the keys of its region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import faults

MOST_OFFERED = 100_000


@dataclass(frozen=True, slots=True)
class Knobs:
    """Durations in seconds. `images`, `specs`: how many the cloud offers. `fail`: see faults.py."""

    page_size: int = 100
    lag: float = 0.0
    transition: float = 0.0
    latency: float = 0.0
    fail: str = ""
    images: int = 5
    specs: int = 5

    @classmethod
    def of(cls, keys: Mapping[str, str]) -> Knobs:
        """From a region's keys. Raises ValueError."""
        knobs = cls(
            page_size=int(keys.get("PageSize") or 100),
            lag=float(keys.get("LagSeconds") or 0),
            transition=float(keys.get("TransitionSeconds") or 0),
            latency=float(keys.get("LatencySeconds") or 0),
            fail=keys.get("Fail") or "",
            images=int(keys.get("Images") or 5),
            specs=int(keys.get("Specs") or 5),
        )
        faults.parse(knobs.fail)
        if knobs.page_size < 1:
            raise ValueError("PageSize must be 1 or more")
        if not (1 <= knobs.images <= MOST_OFFERED and 1 <= knobs.specs <= MOST_OFFERED):
            raise ValueError(f"Images and Specs must be 1 to {MOST_OFFERED}")
        return knobs
