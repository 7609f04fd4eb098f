"""What both fronts that AWS has before a function share: a request as it comes, an answer as it goes, Lambda behind.

Clients speak HTTP on loopback to them; events and answers are JSON on their way to the function and back, as on AWS.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

Event = dict[str, Any]
Lambda = Callable[[Event], Any]
"""Raises what the function raises, or what it died of."""
Headers = tuple[tuple[str, str], ...]

# "Lambda quotas" say 6 MB for both; these are the bytes that its errors name.
LARGEST_EVENT: Final = 6_291_456
LARGEST_ANSWER: Final = 6_291_556
# "Amazon API Gateway important notes": no function may set these.
REMAPPED: Final = ("connection", "content-length", "date", "server", "www-authenticate")
ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"


class EventTooLarge(Exception):
    """Lambda does not take the event."""


class FunctionFailed(Exception):
    """The function has raised or died, or Lambda does not take its answer."""


@dataclass(frozen=True)
class Sent:
    """`target`: path and query as they stand in the request. `headers`: as sent, in order."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    source: str = "127.0.0.1"
    moment: float = field(default_factory=time.time)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def time(self) -> str:
        """As access logs write it."""
        return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(self.moment))

    def header(self, name: str) -> str:
        """Its last value; "" without one."""
        return ([""] + [value for key, value in self.headers if key.lower() == name])[-1]

    def passed_on(self) -> Headers:
        """The headers that a function sees: its own connection's are not the client's, and AWS tells of the latter."""
        own = {"connection", "expect", "keep-alive", "transfer-encoding", "x-forwarded-port", "x-forwarded-proto"}
        seen = [self.source]
        kept = []
        for name, value in self.headers:
            if name.lower() == "x-forwarded-for":
                seen.insert(0, value)
            elif name.lower() not in own:
                kept.append((name, value))
        trace = f"Root=1-{int(self.moment):08x}-000000000000000000000000"
        told = {"X-Amzn-Trace-Id": trace, "X-Forwarded-For": ", ".join(seen)}
        return (*kept, *told.items(), ("X-Forwarded-Port", "443"), ("X-Forwarded-Proto", "https"))


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Headers
    body: bytes


class Front(ABC):
    """`failures`: what the function has raised so far, and where its answers were none."""

    prefix = ""  # of all paths

    def __init__(self, invoke: Lambda) -> None:
        self._invoke = invoke
        self.failures: list[str] = []

    @abstractmethod
    def answer(self, sent: Sent) -> Reply: ...

    def ask(self, event: Event) -> Any:
        """What the function answers. Raises EventTooLarge, FunctionFailed."""
        text = _to_json(event)
        if len(text) > LARGEST_EVENT:
            raise EventTooLarge(f"Request must be smaller than {LARGEST_EVENT} bytes for the InvokeFunction operation")
        try:
            answer = _to_json(self._invoke(json.loads(text)))
        except Exception as failure:
            raise self.failed(repr(failure)) from failure
        if len(answer) > LARGEST_ANSWER:
            raise self.failed(f"Exceeded maximum allowed payload size ({LARGEST_ANSWER} bytes)")
        return json.loads(answer)

    def failed(self, why: str) -> FunctionFailed:
        self.failures.append(why)
        return FunctionFailed(why)


def remapped(headers: Event) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        yield f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name, str(value)


def _to_json(value: Any) -> bytes:
    """As AWS's runtime client for Python writes it."""
    return json.dumps(value, ensure_ascii=False).encode()


@contextlib.contextmanager
def serving(front: Front) -> Iterator[str]:
    """The URL below which Spider's paths are."""
    server = _Server(("127.0.0.1", 0), type("Here", (_Handler,), {"front": front}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{front.prefix}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    front: Front

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.front.answer(Sent(self.command, self.path, tuple(self.headers.items()), body))
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class calls it so
        """The application logs its calls itself."""
