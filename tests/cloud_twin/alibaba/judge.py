"""Stands around the façade, and compares what goes in with Alibaba Cloud's descriptions of operations, what comes out
with the typed answers of its SDK."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from cloud_twin.alibaba import wire

from . import descriptions, models

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ERROR_MEMBERS = {"RequestId", "HostId", "Code", "Message", "Recommend"}


class Judge:
    """WSGI middleware. `messages`: how many it has looked at; `violations`: what it has found, each with the
    operation's name. Requests are judged that were granted, answers always."""

    def __init__(self, app: WSGIApplication) -> None:
        self.messages = 0
        self.violations: list[str] = []
        self.operations: set[str] = set()
        self._app = app
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = _body(environ)
        begun: list[Any] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            begun[:] = [status, headers]
            return lambda _: None

        given = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        given.pop("wsgi.input_terminated", None)
        answer = b"".join(self._app(given, begin))
        given["wsgi.input"] = io.BytesIO(body)
        self._look(wire.read(Request(given)), int(begun[0].split()[0]), answer)
        start_response(begun[0], begun[1])
        return [answer]

    def summary(self) -> str:
        return f"{self.messages} messages validated, {len(self.violations)} violations"

    def _look(self, sent: wire.Sent, status: int, answer: bytes) -> None:
        found = list(faults(sent, status, answer))
        with self._lock:
            self.messages += 1 if status >= 400 else 2
            if status < 400:
                self.operations.add(f"{sent.product}:{sent.action}")
            self.violations += [f"{sent.action}: {fault}" for fault in found]


def faults(sent: wire.Sent, status: int, answer: bytes) -> Iterator[str]:
    """Of one exchange."""
    if status >= 400:
        yield from error_faults(answer)
    elif descriptions.of(sent.product, sent.action) is None:
        yield "there is no such operation, and it was granted"
    else:
        yield from descriptions.request_faults(sent.product, sent.action, sent.own)
        yield from models.answer_faults(sent.product, sent.action, json.loads(answer))


def error_faults(answer: bytes) -> Iterator[str]:
    """Against the form of "Error responses" of the RPC API, which the descriptions do not tell."""
    try:
        error = json.loads(answer)
    except ValueError:
        yield f"an error of another form: {answer[:200]!r}"
        return
    if error.keys() != ERROR_MEMBERS or not all(isinstance(one, str) and one for one in error.values()):
        yield f"an error of another form: {error}"


def _body(environ: WSGIEnvironment) -> bytes:
    if environ.get("wsgi.input_terminated"):
        return bytes(environ["wsgi.input"].read())
    return bytes(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
