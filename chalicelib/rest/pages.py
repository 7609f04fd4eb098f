"""What the headers of a list tell: how old it is and where it goes on; and what is too long to be sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from ..catalogue.records import Aged, Listed
from ..catalogue.vocabulary import Action
from ..catalogue.wire.base import Request
from ..catalogue.wire.listing import Paged
from .http import HttpResponse
from .problems import Meaning, Problem

TOO_LONG = Meaning(422, "answer-too-long", "The answer is too long")


def headers(address: str, given: Request | None, result: Any) -> dict[str, str]:
    """`Age` in seconds (RFC 9111, 5.1) of what was kept, and `Link` to the next page (RFC 8288)."""
    found: dict[str, str] = {}
    if isinstance(result, (Listed, Aged)) and result.age is not None:
        found["Age"] = str(result.age)
    if isinstance(result, Listed) and result.ends is not None and isinstance(given, Paged):
        found["Link"] = f'<{address}?{urlencode(given.following(result.ends))}>; rel="next"'
    return found


def check_length(response: HttpResponse, action: Action, limit: int) -> None:
    """Raises Problem for a body that is longer than the platform carries; no `limit` (0) is never reached."""
    length = len(response.body)
    if not limit or length <= limit:
        return
    if action.method != "GET":
        raise Problem(TOO_LONG, f"it is done, but the answer has {length} bytes, and at most {limit} can be sent")
    ways = [] if "Content-Encoding" in response.headers else ["accept gzip"]
    paged = action.request_model is not None and issubclass(action.request_model, Paged)
    if paged:
        ways.insert(0, "ask for fewer elements with limit")
    advice = f": {', or '.join(ways)}" if ways else ""
    detail = f"the answer has {length} bytes, and at most {limit} can be sent{advice}"
    raise Problem(TOO_LONG, detail, field="limit" if paged else "")
