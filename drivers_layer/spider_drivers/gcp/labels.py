"""Labels of instances: what Spider keeps there, and the user's tags."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from ..contract import Invalid

OWN = "spider-"  # the beginning of keys that the driver keeps for itself
TOKEN = f"{OWN}token"

# "Labeling resources" in Compute Engine's documentation: lower case, of any script.
_KEY_RULE = "is not 1 to 63 lower-case letters, digits, _ and -, a letter first"
_VALUE_RULE = "is not up to 63 lower-case letters, digits, _ and -"
_LONGEST = 63


def made(token: str, tags: Mapping[str, str]) -> dict[str, str]:
    """Raises Invalid."""
    for key, value in tags.items():
        check(key, value, "tags", "tags")
    return {**tags, TOKEN: _as_value(token)}


def of(resource: Mapping[str, Any]) -> dict[str, str]:
    return dict(resource.get("labels") or {})


def users(resource: Mapping[str, Any]) -> dict[str, str]:
    """The labels without Spider's own."""
    return {key: value for key, value in of(resource).items() if not key.startswith(OWN)}


def made_by(resource: Mapping[str, Any], token: str) -> bool:
    """Whether the operation with this token has made it."""
    return bool(token) and of(resource).get(TOKEN) == _as_value(token)


def check(key: str, value: str, key_field: str = "key", value_field: str = "value") -> None:
    """Raises Invalid."""
    if key.startswith(OWN):
        raise Invalid(f"the tag '{key}' is Spider's own: {OWN}… cannot be changed", field=key_field)
    if not (_fits(key) and key[:1].isalpha()):
        raise Invalid(f"the tag's key '{key}' {_KEY_RULE}", field=key_field)
    if value and not _fits(value):
        raise Invalid(f"the tag's value '{value}' {_VALUE_RULE}", field=value_field)


def _fits(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and bool(re.fullmatch(r"[\w-]+", text)) and text == text.lower()


def _as_value(token: str) -> str:
    return token if _fits(token) else str(uuid.uuid5(uuid.NAMESPACE_OID, token))
