"""Items as JSON text. Bytes are {"$bytes": base64}; a dict that could be taken for that gets one more `$`."""

from __future__ import annotations

import base64
import json
from typing import Any


def dump(value: Any) -> str:
    """Equal values, and only they, give equal texts: types count (1, 1.0, true), order of names does not."""
    return json.dumps(_marked(value), separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def load(text: str) -> Any:
    """The value that `dump` was given."""
    return json.loads(text, object_hook=_unmarked)


def _marked(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, list):
        return [_marked(element) for element in value]
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)).startswith("$"):
            return {"$" + name: _marked(element) for name, element in value.items()}
        return {name: _marked(element) for name, element in value.items()}
    return value


def _unmarked(value: dict[str, Any]) -> Any:
    if len(value) != 1:
        return value
    name, element = next(iter(value.items()))
    if name == "$bytes":
        return base64.b64decode(element)
    return {name[1:]: element} if name.startswith("$$") else value
