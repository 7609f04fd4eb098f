"""Lists cut to what the caller asked for. The whole list is the default."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..catalogue.records import Listed, Listing, Position


def cut(elements: Iterable[Any], listing: Listing, age: int | None = None) -> Listed:
    """Elements in the order in which they come, or page by page in the order of names and cloud ids, which what comes
    and goes in between does not disturb. The owner is not looked at."""
    found = [one for one in elements if not listing.name or fits(listing.name, _position(one)[0])]
    if listing.limit is None and listing.after is None:
        return Listed(found, age=age)
    found.sort(key=_position)
    if listing.after is not None:
        found = [one for one in found if _position(one) > listing.after]
    page = found[: listing.limit]
    return Listed(page, ends=_position(page[-1]) if len(page) < len(found) else None, age=age)


def fits(pattern: str, name: str) -> bool:
    """Case counts; `*` stands for any characters, or none. Takes time in proportion to both lengths."""
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    *inner, last = rest
    start, end = len(first), len(name) - len(last)
    if end < start or not (name.startswith(first) and name.endswith(last)):
        return False
    for part in inner:
        found = name.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def _position(element: Any) -> Position:
    """A spec has a name alone, which is the cloud's id as well."""
    iid = getattr(element, "iid", None)
    return (element.name, element.name) if iid is None else (iid.name, iid.id)
