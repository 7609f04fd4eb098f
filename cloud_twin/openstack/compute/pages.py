"""Nova's lists: limit, marker, and links to the next page (nova/api/openstack/common.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from ...facade import Call
from ..errors import ComputeError, bad_request

if TYPE_CHECKING:
    from ..facade import OpenStack

# nova.conf: api.max_limit.
MOST = 1000
NUMBER = {"type": "array", "items": {"type": "string", "pattern": "^[0-9]*$"}}
ANY = {"type": "array"}

T = TypeVar("T")


def query_of(call: Call) -> dict[str, list[str]]:
    return {name: call.request.args.getlist(name) for name in call.request.args}


def page(
    cloud: OpenStack,
    call: Call,
    found: Sequence[T],
    identify: Callable[[T], str],
    absent: str = "marker [{}] not found",
) -> tuple[list[T], list[dict[str, str]]]:
    """`found` in its order. The page, and the links to the next one. `absent`: what is said of an unknown marker."""
    most = min(MOST, cloud.settings.page_size or MOST)
    limit = min(int(call.query.get("limit") or most), most)
    rest = list(found)
    if marker := call.query.get("marker"):
        places = [number for number, one in enumerate(rest) if identify(one) == marker]
        if not places:
            raise bad_request(absent.format(marker))
        rest = rest[places[0] + 1 :]
    shown = rest[:limit]
    full = len(shown) == limit and bool(shown)
    return shown, [{"rel": "next", "href": _href(call, identify(shown[-1]))}] if full else []


def listed(name: str, shown: list[Any], links: list[dict[str, str]]) -> dict[str, Any]:
    return {name: shown, f"{name}_links": links} if links else {name: shown}


def read_body(call: Call) -> dict[str, Any]:
    """Raises ComputeError."""
    if call.request.content_length and call.request.mimetype not in ("", "application/json"):
        raise ComputeError(415, "Unsupported Content-Type")
    try:
        body = call.body
    except ValueError:
        raise bad_request("Malformed request body") from None
    if not isinstance(body, dict):
        raise bad_request(f"{body!r} is not of type 'object'")
    return body


def _href(call: Call, marker: str) -> str:
    pairs = sorted((name, value) for name, value in call.request.args.items() if name != "marker")
    return f"{call.base}{call.request.path.rstrip('/')}?{urlencode([*pairs, ('marker', marker)])}"
