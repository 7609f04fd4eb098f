"""How Compute Engine is spoken to: names of calls, and what is no success of its own."""

from __future__ import annotations

import re
from typing import Any

from requests import PreparedRequest, Response

from ..contract.throttling import retry_after
from ..contract.wire import Answered, members

_PATH = re.compile(r"/compute/v1/projects/[^/?]+/?([^?]*)")
_SCOPES = {"global": 1, "aggregated": 1, "zones": 2, "regions": 2}
_OPERATIONS = {"global": "globalOperations", "zones": "zoneOperations", "regions": "regionOperations"}
_OF_COLLECTIONS = {"GET": "list", "POST": "insert"}
_OF_MEMBERS = {"GET": "get", "DELETE": "delete", "PATCH": "patch", "PUT": "update"}
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})


def api(method: str, url: str) -> str:
    """The operation's name in the discovery document (`compute.instances.setLabels`), else METHOD + path."""
    found = _PATH.search(url)
    if not found:
        return f"{method} {url.partition('?')[0]}"
    words = [word for word in found[1].split("/") if word]
    scope = words[0] if words else ""
    rest = words[_SCOPES.get(scope, 0) :]
    if not rest:  # regions and zones themselves
        return f"compute.{scope or 'projects'}.{_OF_COLLECTIONS[method] if len(words) == 1 else 'get'}"
    collection = _OPERATIONS[scope] if rest[0] == "operations" else rest[0]
    return f"compute.{collection}.{_verb(method, scope, rest[1:])}"


def _verb(method: str, scope: str, rest: list[str]) -> str:
    """`rest`: what stands after the collection."""
    if scope == "aggregated":
        return "aggregatedList"
    if rest[:1] == ["family"]:
        return "getFromFamily"
    if len(rest) > 1:
        return rest[-1]
    return (_OF_MEMBERS if rest else _OF_COLLECTIONS).get(method, method)


class GceSpeech:
    """A refusal's code is the reason of its first error (`notFound`), else its status in words, else in figures."""

    def api(self, request: PreparedRequest) -> str:
        return api(str(request.method), str(request.url))

    def refusal(self, response: Response, read: bool) -> Answered | None:
        told, status = members(response), response.status_code
        if status < 300 and str(told.get("kind", "")).startswith("compute#"):
            return None
        error = told.get("error")
        wait = retry_after(response.headers.get("Retry-After"))
        if status >= 300 and isinstance(error, dict):
            return Answered(status, _code(error, status), str(error.get("message", "")), True, read, wait)
        text = f"this is no answer of Compute Engine's: {response.text.strip()[:200]}"
        return Answered(status, str(status), text, False, read, wait)

    def throttled(self, refusal: Answered) -> bool:
        return refusal.status == 429 or (refusal.status == 403 and refusal.code in _TOO_FAST)


def _code(error: dict[str, Any], status: int) -> str:
    errors = error.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("reason") or error.get("status") or status)
