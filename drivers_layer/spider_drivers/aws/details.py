"""EC2's answers as plain text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any


def told(resource: Mapping[str, Any], *, but: Container[str] = ()) -> dict[str, str]:
    """All members but those named as strings; what has a structure as JSON."""
    return {key: _text(value) for key, value in resource.items() if key not in but and value not in (None, "", [], {})}


def plain(value: Any) -> Any:
    """`value` with each datetime as ISO 8601 text, so that it is JSON."""
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _text(value: Any) -> str:
    value = plain(value)
    return value if isinstance(value, str) else json.dumps(value, default=str)
