"""Fingerprints: a client sends the one that it has read, so that nobody's change is lost."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

# What the real service shows for no labels, no tags, no metadata.
OF_NOTHING = "42WmSpB8rSM="


def of(data: Any) -> str:
    """Eight bytes, as Google's are."""
    if not data:
        return OF_NOTHING
    text = json.dumps(data, sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()
