"""Lists of images: filters, order and pages (glance/api/v2/images.py). Pages are linked by paths, not by URLs."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ...facade import Call
from ..errors import PageError

if TYPE_CHECKING:
    from ..facade import OpenStack

Shown = dict[str, Any]
# glance-api.conf: limit_param_default, api_limit_max.
SIZE, MOST = 25, 1000
_SORT_KEYS = (
    "name",
    "status",
    "container_format",
    "disk_format",
    "size",
    "id",
    "created_at",
    "updated_at",
)
_VISIBILITIES = ("community", "public", "private", "shared", "all")
_NO_FILTERS = ("limit", "marker", "sort", "sort_key", "sort_dir", "os_hidden", "member_status")
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "neq": operator.ne,
}


def page(cloud: OpenStack, call: Call, found: list[Shown]) -> Shown:
    """The list's answer."""
    size = _limit(cloud, call)
    _check_filters(call)
    ordered = _ordered(call, [one for one in found if _fits(call, one)])
    if marker := call.query.get("marker"):
        places = [number for number, one in enumerate(ordered) if one["id"] == marker]
        if not places:
            raise PageError(400, f"No image found with ID {marker}")
        ordered = ordered[places[0] + 1 :]
    shown = ordered[:size]
    answer = {"images": shown, "first": _link(call, ""), "schema": "/v2/schemas/images"}
    # Glance gives a next page after every full one, whether or not anything is on it.
    return answer | ({"next": _link(call, shown[-1]["id"])} if len(shown) == size and shown else {})


def _limit(cloud: OpenStack, call: Call) -> int:
    given = call.query.get("limit", str(SIZE))
    try:
        limit = int(given)
    except ValueError:
        raise PageError(400, "limit param must be an integer") from None
    if limit < 0:
        raise PageError(400, "limit param must be positive")
    return min(limit, MOST, cloud.settings.page_size or MOST)


def _check_filters(call: Call) -> None:
    visibility = call.query.get("visibility")
    if visibility is not None and visibility not in _VISIBILITIES:
        raise PageError(400, f"Invalid visibility value: {visibility}")


def _ordered(call: Call, found: list[Shown]) -> list[Shown]:
    """The newest first, if nothing else is asked for."""
    keys, directions = call.request.args.getlist("sort_key"), call.request.args.getlist("sort_dir")
    if sort := call.query.get("sort"):
        parts = [one.strip().partition(":") for one in sort.split(",")]
        keys, directions = [one[0] for one in parts], [one[2] or "desc" for one in parts]
    for key in keys:
        if key not in _SORT_KEYS:
            text = f"Invalid sort key: {key}. It must be one of the following: {', '.join(_SORT_KEYS)}."
            raise PageError(400, text)
    for direction in directions:
        if direction not in ("asc", "desc"):
            raise PageError(400, f"Invalid sort direction: {direction}")
    by = [(key, directions[min(at, len(directions) - 1)] if directions else "desc") for at, key in enumerate(keys)]
    last = directions[-1] if directions else "desc"
    by += [(key, last) for key in ("created_at", "id") if key not in keys]
    ordered = list(found)
    for key, direction in reversed(by):
        ordered.sort(key=lambda one: (one[key] is not None, one[key] or ""), reverse=direction == "desc")
    return ordered


def _fits(call: Call, one: Shown) -> bool:
    for name in call.request.args:
        if name in _NO_FILTERS:
            continue
        wanted = call.request.args.getlist(name)
        if name == "tag":
            if not all(tag in one["tags"] for tag in wanted):
                return False
        elif name in ("size_min", "size_max"):
            compare = operator.ge if name == "size_min" else operator.le
            if not compare(one["size"] or 0, _number(name, wanted[0])):
                return False
        elif name == "visibility" and wanted[0] == "all":
            continue
        elif not _matches(one.get(name), wanted[0]):
            return False
    return True


def _matches(value: Any, wanted: str) -> bool:
    word, colon, rest = wanted.partition(":")
    if colon and word == "in":
        return str(value) in [part.strip('"') for part in rest.split(",")]
    if colon and word in _COMPARED:
        return _COMPARED[word](str(value), rest)
    return str(value).lower() == wanted.lower() if isinstance(value, bool) else str(value) == wanted


def _number(name: str, given: str) -> int:
    try:
        return int(given)
    except ValueError:
        raise PageError(400, f"Unable to filter on a range with a non-numeric value: {name}") from None


def _link(call: Call, marker: str) -> str:
    pairs = [(name, value) for name, value in call.request.args.items(multi=True) if name != "marker"]
    pairs += [("marker", marker)] if marker else []
    return f"/v2/images?{urlencode(pairs)}" if pairs else "/v2/images"
