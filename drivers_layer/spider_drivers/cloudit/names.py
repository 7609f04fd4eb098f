"""Looking things up as CB-Spider does: by id or by name, whatever the case."""

from __future__ import annotations

from collections.abc import Iterable

from ..contract import MissingReference, NotFound, SpiderError
from .calls import Thing


def matching(found: Iterable[Thing], wanted: str) -> list[Thing]:
    """Those of that id, else those of that name."""
    things = list(found)
    for member in ("id", "name"):
        same = [one for one in things if wanted and str(one.get(member, "")).lower() == wanted.lower()]
        if same:
            return same
    return []


def absent(title: str, wanted: str, field: str | None) -> SpiderError:
    """NotFound, or MissingReference of `field` where a request names it."""
    kind = MissingReference if field else NotFound
    return kind(f"{title} {wanted} does not exist", field=field)
