"""Labels, tags, metadata: their rules, and that a change shows the fingerprint it has read.

Rules: "Requirements for labels" (Resource Manager), "Add network tags" and "VM metadata" of the guides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import fingerprints
from .errors import condition_not_met, invalid, invalid_field
from .links import NAME

MOST_LABELS = 64
MOST_TAGS = 64
MOST_METADATA_KEY = 128
MOST_METADATA_VALUE = 262_144
MOST_METADATA = 524_288
_KEY = re.compile(r"[^\W\dA-Z][\w-]{0,62}")
_VALUE = re.compile(r"[\w-]{0,63}")


def check_labels(labels: Mapping[str, str], field: str = "resource.labels") -> None:
    """Raises GceError."""
    if len(labels) > MOST_LABELS:
        raise invalid_field(field, len(labels), f"Too many labels: at most {MOST_LABELS} are allowed.")
    for key, value in labels.items():
        if not _KEY.fullmatch(key) or key != key.lower():
            why = "Label keys must start with a lowercase letter, and hold only lowercase letters, numbers, _ and -."
            raise invalid_field(field, key, why)
        if not _VALUE.fullmatch(value) or value != value.lower():
            why = "Label values must hold only lowercase letters, numbers, _ and -, and at most 63 of them."
            raise invalid_field(field, value, why)


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
            raise invalid(f"Invalid value for field '{field}': ''. Metadata has duplicate keys: {key}")
        seen.add(key)
        if len(value.encode()) > MOST_METADATA_VALUE:
            raise invalid_field(f"{field}[{index}].value", "", f"The value is larger than {MOST_METADATA_VALUE} bytes.")
    if sum(len(item["key"].encode()) + len(item.get("value", "").encode()) for item in items) > MOST_METADATA:
        raise invalid_field(field, "", f"Metadata is larger than {MOST_METADATA} bytes.")


def check_fingerprint(given: str | None, kept: Any, message: str) -> None:
    """Raises GceError unless it is the one of what is `kept`."""
    if (given or "") != fingerprints.of(kept):
        raise condition_not_met(message)
