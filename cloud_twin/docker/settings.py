"""What of the twin's settings an Engine has, and what it says of those that it has not."""

from __future__ import annotations

from typing import Any

from ..settings import Settings

QUOTAS = ("containers", "images", "volumes")
_NOT_HERE = {
    "page_size": "a Docker Engine's lists have no pages",
    "permissions": "who may speak to a Docker Engine may do all",
    "exhausted": "a Docker Engine has no machine types",
}


class EngineSettings(Settings):
    """`transition_seconds`: how long a container's program takes to end when it is asked to. `quotas`: how many there
    may be until the disk is full."""

    def checked(self, data: Any) -> dict[str, Any]:
        checked = super().checked(data)
        for name, why in _NOT_HERE.items():
            if checked.get(name):
                raise ValueError(f"{name}: {why}")
        for kind in checked.get("quotas", ()):
            if kind not in QUOTAS:
                raise ValueError(f"quotas: '{kind}' is none of {', '.join(QUOTAS)}")
        return checked
