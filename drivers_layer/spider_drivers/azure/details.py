"""Azure's answers as plain text."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import Any


def told(resource: Mapping[str, Any], *, but: Container[str] = ()) -> dict[str, str]:
    """All members and properties but those named as strings; what has a structure as JSON."""
    members = {**resource, **(resource.get("properties") or {})}
    return {
        key: _text(value)
        for key, value in members.items()
        if key not in but and key not in _NEVER and value not in (None, "", [], {})
    }


# What the shapes have fields for, and what changes with every answer.
_NEVER = frozenset({"id", "name", "type", "tags", "properties", "location", "etag"})


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
