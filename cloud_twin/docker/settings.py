"""What of the twin's settings an Engine has."""

from __future__ import annotations

from typing import Any

from ..settings import Settings

HAS = ("transition_seconds", "quotas")
QUOTAS = ("containers", "images", "volumes")


class EngineSettings(Settings):
    """`transition_seconds`: how long a container's program takes to end when it is asked to. `quotas`: how many there
    may be until the disk is full. An Engine has no pages, no permissions and no machine types."""

    def checked(self, data: Any) -> dict[str, Any]:
        checked = super().checked(data)
        for name in checked:
            if name not in HAS:
                raise ValueError(f"{name}: docker has only {', '.join(HAS)}")
        for kind in checked.get("quotas", ()):
            if kind not in QUOTAS:
                raise ValueError(f"quotas: '{kind}' is none of {', '.join(QUOTAS)}")
        return checked
