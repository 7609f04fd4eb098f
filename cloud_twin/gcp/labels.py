"""Labels, tags, metadata: their rules, and that a change shows the fingerprint it has read.

Rules: "Requirements for labels" (Resource Manager), "Add network tags" and "VM metadata" of the guides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import fingerprints
from .errors import condition_not_met, invalid_field
from .links import NAME

MOST_LABELS = 64
MOST_TAGS = 64
MOST_METADATA_KEY = 128
MOST_METADATA_VALUE = 262_144
MOST_METADATA = 524_288
_KEY = re.compile(r"[^\W\dA-Z][\w-]{0,62}")
_VALUE = re.compile(r"[\w-]{0,63}")
_CHANGED = {
    "labels": "Labels fingerprint either invalid or resource labels have changed",
    "tags": "Supplied fingerprint does not match current tags fingerprint.",
    "metadata": "Supplied fingerprint does not match current metadata fingerprint.",
}
_HOLDS = "can only contain lowercase letters, numeric characters, underscores and dashes."
_KEYS = (
    f"with a lowercase character, {_HOLDS} The key can be at most 63 characters long. "
    "International characters are allowed."
)
_VALUES = f"{_HOLDS} The value can be at most 63 characters long. International characters are allowed."


def check_labels(labels: Mapping[str, str], field: str = "resource.labels") -> None:
    """Raises GceError."""
    if len(labels) > MOST_LABELS:
        raise invalid_field(field, "", f"Too many labels: at most {MOST_LABELS} are allowed.")
    for key, value in labels.items():
        if not _KEY.fullmatch(key) or key != key.lower():
            raise invalid_field(field, "", f"Label key '{key}' violates format constraints. The key must start {_KEYS}")
        if not _VALUE.fullmatch(value) or value != value.lower():
            raise invalid_field(field, "", f"Label value '{value}' violates format constraints. The value {_VALUES}")


def check_tags(tags: Sequence[str], field: str = "resource.tags.items") -> None:
    """Raises GceError."""
    if len(tags) > MOST_TAGS:
        raise invalid_field(field, len(tags), f"Too many tags: at most {MOST_TAGS} are allowed.")
    for index, tag in enumerate(tags):
        if not re.fullmatch(NAME, tag):
            raise invalid_field(f"{field}[{index}]", tag, f"Must be a match of regex '{NAME}'")


def check_metadata(items: Sequence[Mapping[str, str]], field: str = "resource.metadata.items") -> None:
    """Raises GceError."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        key, value = item.get("key", ""), item.get("value", "")
        if not re.fullmatch(rf"[a-zA-Z0-9_-]{{1,{MOST_METADATA_KEY}}}", key):
            why = f"Must be a match of regex '[a-zA-Z0-9-_]{{1,{MOST_METADATA_KEY}}}'"
            raise invalid_field(f"{field}[{index}].key", key, why)
        if key in seen:
            raise invalid_field(field.removesuffix(".items"), "", f"Metadata has duplicate keys: {key}")
        seen.add(key)
        if len(value.encode()) > MOST_METADATA_VALUE:
            raise invalid_field(f"{field}[{index}].value", "", f"The value is larger than {MOST_METADATA_VALUE} bytes.")
    if sum(len(item["key"].encode()) + len(item.get("value", "").encode()) for item in items) > MOST_METADATA:
        raise invalid_field(field, "", f"Metadata is larger than {MOST_METADATA} bytes.")


def check_fingerprint(given: str | None, kept: Any, what: str) -> None:
    """Raises GceError unless it is the one of what is `kept`."""
    if (given or "") != fingerprints.of(kept):
        raise condition_not_met(_CHANGED[what])
