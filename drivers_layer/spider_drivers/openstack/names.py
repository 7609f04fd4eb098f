"""Ids of what is at the cloud. Most are UUIDs, with or without dashes."""

from __future__ import annotations

import re

from ..contract import MissingReference, NotFound, Ref

UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
LONGEST_NAME = 255


def id_of(ref: Ref, title: str) -> str:
    """Raises NotFound, also for what is no id that anything can have."""
    if not ref.id or not UUID.fullmatch(ref.id):
        raise NotFound(f"the {title} '{ref.id or ref.name}' does not exist")
    return ref.id


def referred(ref: Ref, title: str, field: str) -> str:
    """Of what a request names. Raises MissingReference of `field`."""
    try:
        return id_of(Ref(ref.name, ref.id or ref.name), title)
    except NotFound as missing:
        raise MissingReference(missing.message, field=field) from None
