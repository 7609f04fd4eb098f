"""Stands around the façade, and compares what goes in and out with Google's discovery document."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from . import discovery

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Judge:
    """WSGI middleware. `messages`: how many it has looked at; `violations`: what it has found, each with the method's
    name. Requests are judged that were granted, answers always. Calls that are not Compute Engine's pass unseen."""

    def __init__(self, app: WSGIApplication) -> None:
        self.messages = 0
        self.violations: list[str] = []
        self.methods: set[str] = set()
        self._app = app
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ["PATH_INFO"]).encode("latin-1").decode()
        if not path.startswith(discovery.PREFIX):
            return self._app(environ, start_response)
        body = _body(environ)
        begun: list[Any] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            begun[:] = [status, headers]
            return lambda _: None

        given = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        answer = b"".join(self._app(given, begin))
        self._look(str(environ["REQUEST_METHOD"]), path, str(environ.get("QUERY_STRING", "")), body, begun[0], answer)
        start_response(begun[0], begun[1])
        return [answer]

    def summary(self) -> str:
        return f"{self.messages} messages validated, {len(self.violations)} violations"

    def _look(self, http_method: str, path: str, query: str, sent: bytes, status: str, answer: bytes) -> None:
        method = discovery.method_of(http_method, path)
        code = int(status.split()[0])
        found = list(faults(method, path, query, sent, code, answer))
        with self._lock:
            self.messages += 1 if code >= 400 else 2
            if method and code < 400:
                self.methods.add(method["id"])
            self.violations += [f"{method['id'] if method else path}: {fault}" for fault in found]


def faults(method: Any, path: str, query: str, sent: bytes, code: int, answer: bytes) -> Iterator[str]:
    """Of one exchange."""
    if code >= 400:
        yield from error_faults(answer, code)
        return
    if method is None:
        yield "there is no such method, and it was granted"
        return
    yield from discovery.parameter_faults(method, path, parse_qs(query, keep_blank_values=True))
    yield from discovery.request_faults(method, sent)
    yield from discovery.answer_faults(method, answer)


def error_faults(answer: bytes, code: int) -> Iterator[str]:
    """Against Google's form of errors ("Error messages" of its APIs), which the document does not describe."""
    try:
        error = json.loads(answer)["error"]
        parts = [(one["message"], one["domain"], one["reason"]) for one in error["errors"]]
    except (ValueError, KeyError, TypeError):
        yield f"an error of another form: {answer[:200]!r}"
        return
    if error.get("code") != code:
        yield f"the error's code is {error.get('code')}, its status {code}"
    if not error.get("message") or not parts or not all(all(texts) for texts in parts):
        yield f"an error without words: {error}"
    if unknown := error.keys() - {"code", "message", "errors", "status", "details"}:
        yield f"members of the error are unknown: {sorted(unknown)}"


def _body(environ: WSGIEnvironment) -> bytes:
    if environ.get("wsgi.input_terminated"):
        return bytes(environ["wsgi.input"].read())
    return bytes(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
