"""Google's Compute Engine API: JSON over HTTP, resources named by their paths.

An id is a resource's path from projects/ on, of the kinds that users make: never an operation's, a zone's, a machine
type's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import unquote

from .dialect import Answer, Request, elements, json_answer, members, strings

_KINDS = "networks|subnetworks|firewalls|instances|disks|addresses|images|routes|routers|forwardingRules"
_ID = re.compile(rf"projects/[^/]+/(?:global|(?:zones|regions)/[^/]+)/(?:{_KINDS})/[^/]+")
_LINK = re.compile(r"https?://[^/]+/compute/[^/]+/(projects/.+)")
_PATH = re.compile(r"/compute/[^/]+/(projects/.+)")
_VERBS = {"POST": "insert", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_TOKEN = "/token"


class Gcp:
    name = "gcp"
    throttling = (403, "rateLimitExceeded")

    def api(self, request: Request) -> str:
        """The method's name: compute.instances.insert."""
        if request.path == _TOKEN:
            return "oauth2.token"
        words = _words(request)
        if len(words) < 2 or words[0] != "projects":
            return f"{request.method} {request.path}"
        scope, rest = _split(words[2:])
        if not rest:
            kind = f"{scope}s" if scope in ("zone", "region") else "projects"
            return f"compute.{kind}.{_verb(request, rest[:0], True)}"
        kind = rest[0]
        if scope == "aggregated":
            return f"compute.{kind}.aggregatedList"
        if kind == "operations":
            kind = f"{scope}Operations"
        elif kind == "addresses" and scope == "global":
            kind = "globalAddresses"
        if rest[1:2] == ["family"]:
            return f"compute.{kind}.getFromFamily"
        return f"compute.{kind}.{rest[2] if len(rest) > 2 else _verb(request, rest, len(rest) > 1)}"

    def region(self, request: Request) -> str:
        words = _words(request)
        if len(words) > 3 and words[2] in ("zones", "regions"):
            return words[3].rpartition("-")[0] if words[2] == "zones" else words[3]
        return ""

    def is_read(self, request: Request) -> bool:
        """Also a POST that only waits for an operation, and the log-in."""
        return request.method == "GET" or request.path == _TOKEN or self.api(request).endswith("Operations.wait")

    def error(self, status: int, code: str, message: str) -> Answer:
        message = message or _WORDS.get(status, "Cloud-Twin was told to refuse this.")
        domain = "usageLimits" if code in _LIMITS else "global"
        one = {"message": message, "domain": domain, "reason": code or _REASONS.get(status, "badRequest")}
        return json_answer(status, {"error": {"code": status, "message": message, "errors": [one]}})

    def code(self, answer: Answer) -> str:
        if answer.status < 400:
            return ""
        error = members(answer.body).get("error")
        if not isinstance(error, dict):
            return str(error or "")
        return str(next((one.get("reason", "") for one in error.get("errors", ())), error.get("status", "")))

    def ids(self, answer: Answer) -> set[str]:
        """Of operations only what they make: what others are about may be gone."""
        data = members(answer.body)
        shown = [data, *elements(data.get("items"))]
        if data.get("kind") in ("compute#operation", "compute#operationList"):
            shown = [one.get("targetLink") for one in shown if one.get("operationType") == "insert"]
        return {found for text in strings(shown) if (found := _id(text))}

    def named(self, request: Request) -> set[str]:
        return self.addressed(request) | {found for text in strings(members(request.body)) if (found := _id(text))}

    def addressed(self, request: Request) -> set[str]:
        found = _ID.match("/".join(_words(request)))
        return {found[0]} if found else set()

    def unknown(self, request: Request, cloud_id: str) -> Answer:
        return self.error(404, "notFound", f"The resource '{cloud_id}' was not found")

    def without(self, answer: Answer, ids: Collection[str]) -> Answer:
        """Elements of lists, and links in lists; a list that is empty then is left out, as Google does."""
        data = members(answer.body)
        return answer.having(json.dumps(_without(data, ids)).encode()) if data else answer


# "Error messages" of the Compute Engine API.
_REASONS = {401: "authError", 403: "forbidden", 404: "notFound", 500: "backendError", 503: "backendError"}
_WORDS = {500: "Internal Error", 503: "The service is currently unavailable."}
_LIMITS = ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded")


def _words(request: Request) -> list[str]:
    found = _PATH.fullmatch(unquote(request.path))
    return found[1].rstrip("/").split("/") if found else []


def _split(words: list[str]) -> tuple[str, list[str]]:
    """global, zone, region, aggregated or nothing; and what follows it."""
    if words[:1] in (["global"], ["aggregated"]):
        return words[0], words[1:]
    if words[:1] in (["zones"], ["regions"]):
        return (words[0][:-1], words[2:]) if len(words) > 1 else ("", words)
    return "", words


def _verb(request: Request, rest: list[str], named: bool) -> str:
    if request.method == "GET":
        return "get" if named else "list"
    return _VERBS.get(request.method, request.method.lower())


def _id(text: str) -> str:
    """The id that a link or a partial one stands for; "" for others."""
    found = _LINK.fullmatch(text)
    path = found[1] if found else text
    return path if _ID.fullmatch(path) else ""


def _hidden(one: Any, ids: Collection[str]) -> bool:
    text = one.get("selfLink", "") if isinstance(one, dict) else one
    return isinstance(text, str) and _id(text) in ids


def _without(data: Any, ids: Collection[str]) -> Any:
    if isinstance(data, list):
        return [_without(one, ids) for one in data if not _hidden(one, ids)]
    if isinstance(data, dict):
        kept = {key: _without(value, ids) for key, value in data.items()}
        return {key: value for key, value in kept.items() if value != [] or data[key] == []}
    return data


GCP = Gcp()
