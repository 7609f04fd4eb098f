"""Lists: filters, pages, one scope or all.

"maxResults", "pageToken", "filter" and "orderBy" of the reference. Of filters there are the simple forms: `name = x`,
`name eq regex`, `name ne regex`, `labels.k:v`, AND between them; others are refused, never passed over.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..facade import Call
from .errors import GceError, invalid_field
from .links import link

if TYPE_CHECKING:
    from .facade import Gcp

MOST = 500
_CONDITION = re.compile(
    r"\(?\s*(?P<member>[A-Za-z][\w.-]*)\s*(?P<sign>!=|=|:|\beq\b|\bne\b)\s*"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s()\"']+)\s*\)?"
)
Test = Callable[[Mapping[str, Any]], bool]


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
    project = f"projects/{call.values['project']}"
    made: dict[str, Any] = {}
    for item in items:
        scope = item["selfLink"].split("/")[-4:-2]
        made.setdefault("/".join(scope), {member: []})[member].append(item)
    for scope in scopes:
        made.setdefault(scope, _nothing(scope))
    collection = f"{project}/aggregated/{member}"
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
    size, test, order = _size(cloud, call), _filter(call), call.query.get("orderBy", "name")
    if order != "name":
        raise invalid_field("orderBy", order, "Cloud-Twin orders by name only.")
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


def _filter(call: Call) -> Test:
    text = call.query.get("filter", "").strip()
    if not text:
        return lambda _: True
    tests: list[Test] = []
    for part in re.split(r"\s+AND\s+|(?<=\))\s+(?=\()", text):
        found = _CONDITION.fullmatch(part.strip())
        if not found or found[0].startswith("(") != found[0].endswith(")"):
            raise invalid_field("filter", text, "Invalid list filter expression.")
        tests.append(_test(text, found))
    return lambda one: all(test(one) for test in tests)


def _test(text: str, found: re.Match[str]) -> Test:
    member, sign, value = found["member"], found["sign"], found["value"].strip("\"'")
    if sign == ":" and "*" in value.removesuffix("*"):
        raise invalid_field("filter", text, "Invalid list filter expression.")
    if sign in ("eq", "ne"):
        try:
            pattern = re.compile(value)
        except re.error:
            raise invalid_field("filter", text, "Invalid list filter expression.") from None
        return lambda one: bool(pattern.fullmatch(_member(one, member) or "")) == (sign == "eq")
    if sign == ":":
        return lambda one: _has(_member(one, member), value)
    return lambda one: (_member(one, member) == value) == (sign == "=")


def _has(shown: str | None, value: str) -> bool:
    if value == "*":
        return shown is not None
    return shown is not None and (shown.startswith(value[:-1]) if value.endswith("*") else value in shown)


def _member(one: Mapping[str, Any], path: str) -> str | None:
    """As text; None where it is not there."""
    inner: Any = one
    for name in path.split(".", 1):
        inner = inner.get(name) if isinstance(inner, Mapping) else None
    if inner is None or isinstance(inner, str):
        return inner
    return json.dumps(inner)
