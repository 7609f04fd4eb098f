"""Lists: pages, one scope or all ("maxResults", "pageToken" and "orderBy" of the reference)."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..facade import Call
from . import filters
from .errors import GceError, invalid_field, unserved
from .links import link

if TYPE_CHECKING:
    from .facade import Gcp

MOST = 500


def answer(cloud: Gcp, call: Call, kind: str, collection: str, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A page of what is `found` in a collection (a key)."""
    items, token = _page(cloud, call, found)
    made: dict[str, Any] = {"kind": kind, "id": collection, "items": items, "selfLink": link(collection)}
    if not items:
        del made["items"]
    if token:
        made["nextPageToken"] = token
    return made


def aggregated(
    cloud: Gcp, call: Call, kind: str, member: str, scopes: Sequence[str], found: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A page over all `scopes` (zones/z, regions/r). A scope of which nothing is on the page has a warning."""
    items, token = _page(cloud, call, found)
    made: dict[str, Any] = {}
    for item in items:
        scope = item["selfLink"].split("/")[-4:-2]
        made.setdefault("/".join(scope), {member: []})[member].append(item)
    for scope in scopes:
        made.setdefault(scope, _nothing(scope))
    collection = f"{cloud.project(call)}/aggregated/{member}"
    answered = {"kind": kind, "id": collection, "items": made, "selfLink": link(collection)}
    if token:
        answered["nextPageToken"] = token
    return answered


def _nothing(scope: str) -> dict[str, Any]:
    return {
        "warning": {
            "code": "NO_RESULTS_ON_PAGE",
            "message": f"There are no results for scope '{scope}' on this page.",
            "data": [{"key": "scope", "value": scope}],
        }
    }


def _page(cloud: Gcp, call: Call, found: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], str]:
    """In the order of their links."""
    size, order = _size(cloud, call), call.query.get("orderBy", "name")
    test = filters.read(call.query.get("filter", ""), call.route.name.split(".")[1])
    if order == "creationTimestamp desc":
        raise unserved("the order 'creationTimestamp desc'")
    if order != "name":
        # The reference: "Currently, only sorting by name or creationTimestamp desc is supported."
        raise invalid_field("orderBy", order, "Only sorting by name or creationTimestamp desc is supported.")
    after = _read(call.query.get("pageToken", ""))
    rest = sorted((one for one in found if one["selfLink"] > after and test(one)), key=lambda one: str(one["selfLink"]))
    shown = rest[:size]
    return shown, _written(str(shown[-1]["selfLink"])) if len(rest) > size else ""


def _size(cloud: Gcp, call: Call) -> int:
    given = call.query.get("maxResults", str(MOST))
    if not re.fullmatch(r"\d{1,10}", given):
        raise GceError(400, "invalid", f"Invalid value at 'max_results' (TYPE_UINT32), \"{given}\"")
    size = int(given)
    # "Acceptable values are 0 to 500, inclusive."
    if size > MOST:
        raise invalid_field("maxResults", size, f"Must be less than or equal to {MOST}")
    return min(size or MOST, cloud.settings.page_size or MOST)


def _written(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


def _read(token: str) -> str:
    try:
        text = urlsafe_b64decode(token.encode()).decode()
    except ValueError:
        text = ""
    if token and not text.startswith("https://"):
        raise invalid_field("pageToken", token, "The page token is invalid.")
    return text
