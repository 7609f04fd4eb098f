"""Clouds' answers as plain text."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import Any


def told(resource: Mapping[str, Any], *, but: Container[str] = ()) -> dict[str, str]:
    """All members but those named as strings; what has a structure as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in resource.items()
        if key not in but and value not in (None, "", [], {})
    }
