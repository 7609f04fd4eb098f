"""WSGI middleware that lets faults befall calls."""

from __future__ import annotations

import contextlib
import http
import io
import socket
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..clock import TwinClock
from .active import Active, Rules
from .dialect import Answer, Dialect, Request
from .lag import Lag
from .log import Log, Logged

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


# Of a WSGI environment: whether the call is the first of its connection. A server that does not tell keeps none.
FIRST_CALL = "cloud_twin.first_call"


class Faults:
    """Before `app`, which must be served by werkzeug: only that lets a connection be cut without an answer.

    Clock, log and rules may be shared with others."""

    def __init__(
        self,
        app: WSGIApplication,
        dialect: Dialect,
        *,
        clock: TwinClock | None = None,
        log: Log | None = None,
        rules: Rules | None = None,
    ):
        self.clock = clock or TwinClock()
        self.log = log or Log()
        self.rules = rules or Rules()
        self._app = app
        self._dialect = dialect
        self._lag = Lag(dialect, self.clock)

    def reset(self) -> None:
        """No rules, no calls, nothing hidden."""
        self.rules.clear()
        self.log.clear()
        self._lag.clear()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = _request(environ)
        call = _Call(self._dialect, self.log, self.clock, request)
        try:
            answer, rest = self._answer(environ, request, call)
        except BaseException:
            call.end(0, "")
            raise
        start_response(f"{answer.status} {_phrase(answer.status)}", answer.headers)
        call.end(answer.status, self._dialect.code(answer))
        return rest if rest is not None else [answer.body]

    def _answer(self, environ: WSGIEnvironment, request: Request, call: _Call) -> tuple[Answer, Iterable[bytes] | None]:
        """The answer; where it need not be looked into, its body apart, as a stream."""
        struck = self.rules.striking(self._dialect.name, call.api, call.region)
        call.faults = tuple(one.id for one in struck)
        first = bool(environ.get(FIRST_CALL, True))
        seconds = sum(one.rule.delay(call.region, first=first) for one in struck)
        if seconds:  # else it would let others go first
            time.sleep(seconds)
        refusal = self._before(environ, struck) or self._lag.refused(request)
        if refusal:
            return refusal, None
        answer, stream = _called(self._app, environ, request.body)
        cuts = any("after" in (one.rule.hold, one.rule.lose) for one in struck)
        lag = max((one.rule.lag for one in struck), default=0.0)
        if not (cuts or lag or self._lag.hides or answer.status >= 400 or _is_short(answer)):
            return answer, stream
        answer = Answer(answer.status, answer.headers, _whole(stream))
        self._lag.learn(request, answer, lag)
        self._after(environ, struck)
        return self._lag.shown(request, answer), None

    def _before(self, environ: WSGIEnvironment, struck: list[Active]) -> Answer | None:
        for one in struck:
            if one.rule.hold == "before":
                self.rules.hold(one)
                _cut(environ)
        for one in struck:
            if one.rule.throttle:
                status, code = self._dialect.throttling
                answer = self._dialect.error(status, code, one.rule.message or "Request limit exceeded.")
                after = one.rule.retry_after
                return answer if after is None else _with_header(answer, "Retry-After", f"{after:g}")
            if one.rule.status:
                return self._dialect.error(one.rule.status, one.rule.code, one.rule.message)
            if one.rule.lose == "before":
                _cut(environ)
        return None

    def _after(self, environ: WSGIEnvironment, struck: list[Active]) -> None:
        for one in struck:
            if one.rule.hold == "after":
                self.rules.hold(one)
            if "after" in (one.rule.hold, one.rule.lose):
                _cut(environ)


class _Call:
    """A call from its arrival to its line in the log."""

    def __init__(self, dialect: Dialect, log: Log, clock: TwinClock, request: Request) -> None:
        self.api = dialect.api(request)
        self.region = dialect.region(request)
        self.faults: tuple[int, ...] = ()
        self._cloud = dialect.name
        self._read = dialect.is_read(request)
        self._log = log
        self._number = log.arrive()
        self._time = clock.now().isoformat()
        self._started = time.monotonic()

    def end(self, status: int, code: str) -> None:
        elapsed = round(time.monotonic() - self._started, 6)
        about = (self._number, self._time, self._cloud, self.region, self.api)
        self._log.add(Logged(*about, status, code, elapsed, self._read, self.faults))


def _request(environ: WSGIEnvironment) -> Request:
    path, _, query = str(environ.get("RAW_URI") or _uri(environ)).partition("?")
    headers = {key[5:].lower().replace("_", "-"): str(value) for key, value in environ.items() if key[:5] == "HTTP_"}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = str(environ["CONTENT_TYPE"])
    return Request(str(environ["REQUEST_METHOD"]), path, query, headers, _body(environ))


def _uri(environ: WSGIEnvironment) -> str:
    path = quote(str(environ.get("PATH_INFO", "")), encoding="latin-1")
    return f"{path}?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else path


def _body(environ: WSGIEnvironment) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    return bytes(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))


def _called(app: WSGIApplication, environ: WSGIEnvironment, body: bytes) -> tuple[Answer, Iterable[bytes]]:
    """The app's status and headers, and its body as a stream."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        begun[:] = [(status, headers)]
        return lambda _: None

    given = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    given.pop("wsgi.input_terminated", None)
    given.pop("HTTP_TRANSFER_ENCODING", None)
    stream = _begun(app(given, start_response))
    status, headers = begun[0]
    return Answer(int(status.split()[0]), headers, b""), stream


def _begun(stream: Iterable[bytes]) -> Iterator[bytes]:
    """The same stream, its first piece fetched: an app may say its status no earlier."""
    pieces = iter(stream)
    first = next(pieces, b"")

    def rest() -> Iterator[bytes]:
        try:
            yield first
            yield from pieces
        finally:
            with contextlib.suppress(AttributeError):
                stream.close()  # type: ignore[attr-defined]  # PEP 3333: if it has one

    return rest()


def _is_short(answer: Answer) -> bool:
    """Its length is known, so it is no stream that may take minutes or never end."""
    return any(name.lower() == "content-length" for name, _ in answer.headers)


def _whole(stream: Iterable[bytes]) -> bytes:
    return b"".join(stream)


def _with_header(answer: Answer, name: str, value: str) -> Answer:
    return Answer(answer.status, [*answer.headers, (name, value)], answer.body)


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _cut(environ: WSGIEnvironment) -> None:
    """Ends the connection without an answer. Raises what werkzeug takes for a client that has gone."""
    with contextlib.suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("cut by a fault")
