"""From a request to an answer, the same for every front."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import time
from dataclasses import replace
from typing import Any, Protocol

from spider_drivers.contract import Invalid, SpiderError

from ..catalogue.records import Accepted, Aged
from ..catalogue.vocabulary import Action
from ..catalogue.wire.base import CheckedName, Request, Text, parse, write
from ..engine import faults
from ..engine.call import Call
from ..engine.settings import Settings
from . import auth, body, compress, pages, problems
from .http import PREFIX, HttpRequest, HttpResponse, read_address, split_path
from .router import Router

log = logging.getLogger("spider.rest")

OPERATION = "answers.OperationInfo"
POLL_SECONDS = 2  # what a caller is asked to wait before it looks at an operation again

ALLOWED_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
ALLOWED_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "Prefer", "Traceparent", "X-Request-Id")
EXPOSED_HEADERS = ("Age", "Link", "Location", "Preference-Applied", "Retry-After", "Spider-Operation", "X-Request-Id")
PREFLIGHT_SECONDS = 600

_KEY = re.compile(r"[\x20-\x7e]{1,255}")
_ROUTER = Router()


class Engine(Protocol):
    """What REST asks of the engine."""

    @property
    def settings(self) -> Settings: ...

    def perform(self, call: Call) -> Any: ...


class PathName(Request):
    """A name in a path obeys the rule for names in a body."""

    name: CheckedName


def handle(engine: Engine, request: HttpRequest) -> HttpResponse:
    """The answer to a request, whatever happens."""
    began = time.monotonic()
    try:
        response = finish(_answer(engine, request), request)
    except Exception as error:
        response = fail(error, request, upstream=engine.settings.error_status == "upstream")
    took = (time.monotonic() - began) * 1000
    log.info("%s %s %d %.0f ms %s", request.method, request.path, response.status, took, request.request_id)
    return response


def fail(error: Exception, request: HttpRequest, *, upstream: bool = False) -> HttpResponse:
    """The answer for an exception. An unexpected one goes to the log, and not to the caller."""
    if not isinstance(error, (SpiderError, problems.Problem)):
        log.error("request %s failed", request.request_id, exc_info=error)
    return finish(problems.write(error, request.request_id, upstream=upstream), request)


def finish(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Adds what every answer carries. No cache may keep any: a GET may even change a VM (controlvm)."""
    common = {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": ", ".join(EXPOSED_HEADERS),
        "X-Request-Id": request.request_id,
    }
    return HttpResponse(response.status, common | response.headers, response.body)


def _answer(engine: Engine, request: HttpRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        return _preflight()
    segments = split_path(request.path)
    auth.check(engine.settings, request, segments)
    body.check_size(request.body)
    action, names = _ROUTER.match(request.method, segments)
    given = _given(action, names, request)
    result = engine.perform(_call(action, names, given, request))
    if isinstance(result, Accepted):
        return _accepted(action, result, request)
    headers = pages.headers(f"{request.mount}{PREFIX}{action.path}", given, result)
    response = _ok(action, headers, _written(action, result))
    if action.operation:
        return response  # what is kept of an operation fits a row of DynamoDB
    if action.method == "GET":
        response = _compressed(action, response, request)
    pages.check_length(response, action, engine.settings.answer_limit)
    return response


def _ok(action: Action, headers: dict[str, str], written: Any) -> HttpResponse:
    if issubclass(action.answer_model, Text):
        headers = {**headers, "Content-Type": action.answer_model.media_type}
        return HttpResponse(200, headers, written.encode("utf-8", "replace"))
    return HttpResponse(200, headers, problems.to_json(written))


def _compressed(action: Action, response: HttpResponse, request: HttpRequest) -> HttpResponse:
    if action.answer == OPERATION and not action.envelope:
        return response  # its Result may hold a private key; lists have none
    return compress.compressed(response, request.headers.get("accept-encoding", ""))


def _preflight() -> HttpResponse:
    headers = {
        "Allow": ", ".join(ALLOWED_METHODS),
        "Access-Control-Allow-Methods": ", ".join(ALLOWED_METHODS),
        "Access-Control-Allow-Headers": ", ".join(ALLOWED_HEADERS),
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
    return HttpResponse(204, headers)


def _given(action: Action, names: dict[str, str], request: HttpRequest) -> Request | None:
    for name in names.values():
        parse(PathName, {"name": name})
    return parse(action.request_model, body.read_data(request)) if action.request_model else None


def _call(action: Action, names: dict[str, str], given: Request | None, request: HttpRequest) -> Call:
    return Call(
        action=action,
        name=names.get("name", ""),
        member=names.get("member", ""),
        connection=given.connection if given else "",
        body=given.read() if given else None,
        transform=given.transform if given else "",
        idempotency_key=_idempotency_key(request) if action.operation else "",
        fingerprint=_fingerprint(action, names, given) if action.operation else "",
        respond_async=action.operation and "respond-async" in _preferences(request),
        request_id=request.request_id,
        address=read_address(request),
        traceparent=request.headers.get("traceparent", ""),
    )


def _idempotency_key(request: HttpRequest) -> str:
    key = request.headers.get("idempotency-key")
    if key is None:
        return ""
    if not _KEY.fullmatch(key):
        raise Invalid("Idempotency-Key: must be 1 to 255 printable ASCII characters", field="Idempotency-Key")
    return key


def _fingerprint(action: Action, names: dict[str, str], given: Request | None) -> str:
    """Of what the request means, so that spelling, order and unknown keys make no difference."""
    meaning = [action.name, names, given.model_dump(mode="json") if given else None]
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()


def _preferences(request: HttpRequest) -> set[str]:
    """The words of the Prefer header (RFC 7240) without their values."""
    parts = request.headers.get("prefer", "").split(",")
    return {re.split("[=;]", part)[0].strip().lower() for part in parts}


def _written(action: Action, result: Any) -> Any:
    if action.envelope:
        return {action.envelope: [write(action.answer_model, _told(action, shape)) for shape in result]}
    return write(action.answer_model, _told(action, result.value if isinstance(result, Aged) else result))


def _told(action: Action, shape: Any) -> Any:
    """An operation's problem is kept as the error that it was; callers get what the change itself answered."""
    if action.answer == OPERATION and shape.problem is not None:
        return replace(shape, problem=problems.describe(faults.told(shape.problem, shape.id)))
    return shape


def _accepted(action: Action, accepted: Accepted, request: HttpRequest) -> HttpResponse:
    headers = {
        "Location": f"{request.mount}{PREFIX}/operation/{accepted.operation}",
        "Retry-After": str(POLL_SECONDS),
        "Spider-Operation": accepted.operation,
    }
    if "respond-async" in _preferences(request):
        headers["Preference-Applied"] = "respond-async"
    return HttpResponse(202, headers, problems.to_json(write(action.answer_model, _told(action, accepted.known))))
