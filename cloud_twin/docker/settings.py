"""What of the twin's settings an Engine has."""

from __future__ import annotations

from typing import Any

from ..settings import Settings

HAS = ("transition_seconds", "quotas")
QUOTAS = ("containers", "images", "volumes")


class EngineSettings(Settings):
    """`transition_seconds`: how long a container's program takes to end when it is asked to. `quotas`: how many there
    may be until the disk is full. An Engine has no pages, no permissions and no machine types."""

    def shown(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in HAS}

    def checked(self, data: Any) -> dict[str, Any]:
        for name in data.keys() - set(HAS) if isinstance(data, dict) else ():
            raise ValueError(f"{name}: docker has only {', '.join(HAS)}")
        checked = super().checked(data)
        for kind in checked.get("quotas", ()):
            if kind not in QUOTAS:
                raise ValueError(f"quotas: '{kind}' is none of {', '.join(QUOTAS)}")
        return checked
