"""Errors as callers see them: problem JSON (RFC 9457), and `message`, all that CB-Spider's clients read.

Clients search `message` for words: "does not exist", "not found" and "notfound" tell Tumblebug that a
resource is gone, "already exists" that it is there, "quota" that the cloud is full, "throttl" that a retry
helps. So Spider's own words (`type`, `title`, and the details of `Problem`) hold none of them; engine,
drivers and clouds mean what they say.

An unknown route deliberately differs from CB-Spider's `{"message": "Not Found"}`: a client that calls a route
which this version lacks (DELETE /nlb/x) would read there that the resource is gone, and leave it running.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from spider_drivers.contract import errors

from ..catalogue.wire.base import spelled
from .http import HttpResponse

TYPE = "urn:spider:problem:"
CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 5.0
LONGEST = 64 * 1024  # characters of a detail; what failed may have said megabytes, and Lambda carries six of them


@dataclass(frozen=True, slots=True)
class Meaning:
    status: int
    type: str
    title: str


MEANINGS: dict[type[errors.SpiderError], Meaning] = {
    errors.Invalid: Meaning(400, "invalid", "Invalid request"),
    errors.MissingReference: Meaning(422, "missing-reference", "The request names a missing resource"),
    errors.NotFound: Meaning(404, "missing", "The resource is missing"),
    errors.AlreadyExists: Meaning(409, "name-taken", "The name is taken"),
    errors.InUse: Meaning(409, "in-use", "The resource is in use"),
    errors.WrongState: Meaning(409, "wrong-state", "The resource's state forbids it"),
    errors.Conflict: Meaning(409, "conflict", "Another change is under way"),
    errors.KeyReused: Meaning(422, "key-reused", "The idempotency key stands for another request"),
    errors.Unsupported: Meaning(501, "unsupported", "This cloud or driver cannot do it"),
    errors.LimitExceeded: Meaning(429, "limit", "A limit of Spider is reached"),
    errors.OutOfService: Meaning(503, "out-of-service", "Spider is out of order for the moment"),
    errors.Cancelled: Meaning(409, "cancelled", "The operation was cancelled"),
    errors.TimedOut: Meaning(504, "timed-out", "The operation ran out of time"),
    errors.CloudError: Meaning(502, "cloud", "The cloud failed"),
    errors.Refused: Meaning(502, "refused", "The cloud refused"),
    errors.NoCapacity: Meaning(503, "no-capacity", "The cloud has no room left"),
    errors.Throttled: Meaning(503, "busy", "The cloud asks for fewer calls"),
    errors.Unavailable: Meaning(503, "unavailable", "The cloud is out of order for the moment"),
    errors.Unreachable: Meaning(504, "unreachable", "The cloud was not reached"),
    errors.NoAnswer: Meaning(504, "no-answer", "The cloud's answer was lost"),
    errors.SpiderError: Meaning(500, "internal", "Spider failed"),
}


UNKNOWN_ROUTE = Meaning(404, "no-route", "Unknown route")
LACKING_ROUTE = Meaning(501, "no-route", "Unknown route")
WRONG_METHOD = Meaning(405, "method", "Method Not Allowed")


class Problem(Exception):
    """An error of HTTP itself. `fixed`: SPIDER_ERROR_STATUS does not turn its status into 500. `field`: the one that
    would set it right."""

    def __init__(
        self,
        meaning: Meaning,
        detail: str,
        *,
        fixed: bool = False,
        headers: dict[str, str] | None = None,
        field: str = "",
    ) -> None:
        super().__init__(detail)
        self.meaning = meaning
        self.detail = detail
        self.fixed = fixed
        self.headers = headers or {}
        self.field = field


def unknown_route(*, ours: bool) -> Problem:
    """Does not repeat the path: names in it may hold any word. `ours`: below our prefix, where CB-Spider may have it.
    To Tumblebug a 404 means that the resource is gone, whatever the text says."""
    if ours:
        return Problem(LACKING_ROUTE, "Spider does not support this route: not implemented")
    return Problem(UNKNOWN_ROUTE, "there is nothing here but /spider", fixed=True)


def wrong_method(method: str, allowed: list[str]) -> Problem:
    allow = ", ".join(allowed)
    return Problem(WRONG_METHOD, f"this route takes {allow}, and not {method}", fixed=True, headers={"Allow": allow})


def write(error: Exception, request_id: str, *, upstream: bool = False) -> HttpResponse:
    """The answer for any exception; one that is no SpiderError shows nothing of itself.

    upstream: 500 for all but 401, 403, 404 and 405 of HTTP itself, and 503 of Spider's own, as CB-Spider answers.
    """
    fixed, headers = False, {}
    if isinstance(error, Problem):
        told, fixed, headers = _told(error.meaning, error.detail), error.fixed, error.headers
        if error.field:
            told["field"] = error.field
    elif isinstance(error, errors.SpiderError):
        told, headers = describe(error), _retry_after(error)
        fixed = isinstance(error, errors.OutOfService)  # what watches over Spider looks at the status
    else:
        detail = f"Spider failed to answer; its log tells why under request {request_id}"
        told = _told(MEANINGS[errors.SpiderError], detail)
    if upstream and not fixed:
        told["status"] = 500
    told["request"] = request_id
    return HttpResponse(told["status"], {"Content-Type": CONTENT_TYPE, **headers}, to_json(told))


def describe(error: errors.SpiderError) -> dict[str, Any]:
    """The problem's members, those left out that have nothing to say."""
    more = {"field": spelled(error.field), "code": error.code, "operation": error.operation}
    return _told(meaning_of(error), message_of(error)) | {name: value for name, value in more.items() if value}


def _told(meaning: Meaning, detail: str) -> dict[str, Any]:
    told = {"type": TYPE + meaning.type, "title": meaning.title, "status": meaning.status}
    if len(detail) > LONGEST:
        detail = f"{detail[:LONGEST]} …"
    return told | {"detail": detail, "message": detail}


def meaning_of(error: errors.SpiderError) -> Meaning:
    """That of the nearest class in the tree, so that a subclass is never without."""
    return next(MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS)


def message_of(error: errors.SpiderError) -> str:
    """The message, and the cloud's own code and text unchanged unless it holds them already."""
    said = [part for part in (error.code, error.text) if part and part not in error.message]
    return ": ".join([error.message, *said])


def _retry_after(error: errors.SpiderError) -> dict[str, str]:
    if not isinstance(error, (errors.Throttled, errors.Unavailable, errors.OutOfService)) and error.retry_after is None:
        return {}
    seconds = RETRY_SECONDS if error.retry_after is None else error.retry_after
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


def to_json(data: Any) -> bytes:
    """Compact UTF-8. What JSON cannot hold (a moment in a cloud's raw answer) is written as text."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
    return text.encode("utf-8", "replace")
