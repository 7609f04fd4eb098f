"""A proxy before DynamoDB that makes faults on the wire."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the client gets instead of DynamoDB's answer."""

    status: int
    body: Body


# Given an operation's name and arguments: an answer in DynamoDB's place; "drop" (DynamoDB never sees the call);
# "lose" (it does, but its answer is lost); "hang" for a second; None to let it pass.
Fault = Callable[[str, Body], "Answer | str | None"]


@dataclass
class Faulty:
    """The faults to come, one per call, and the calls that came."""

    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    for_ever: Fault | None = None
    calls: list[str] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)

    def reset(self) -> None:
        self.faults.clear()
        self.calls.clear()
        self.bodies.clear()
        self.for_ever = None

    def next(self, operation: str, body: Body) -> Answer | str | None:
        self.calls.append(operation)
        self.bodies.append(body)
        if self.faults:
            return self.faults.pop(0)(operation, body)
        return self.for_ever(operation, body) if self.for_ever else None


def error(code: str, status: int = 400, **more: Any) -> Answer:
    """An error as DynamoDB words it."""
    return Answer(status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": f"{code}.", **more})


def cancelled(*codes: str) -> Answer:
    """A cancelled transaction with the reason of each change."""
    return error("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


@contextmanager
def faulty(upstream: str) -> Iterator[Faulty]:
    """A running proxy before the DynamoDB at `upstream`."""
    state = Faulty()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or else every answer waits 40 ms
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            fault = state.next(operation, json.loads(body))
            if fault == "hang":
                time.sleep(1)
            if fault is None or fault == "lose":
                answer = _forward(upstream, dict(self.headers.items()), body)
            if isinstance(fault, str):
                self.close_connection = True
                return
            self.reply(answer if fault is None else (fault.status, json.dumps(fault.body).encode()))

        def reply(self, answer: tuple[int, bytes]) -> None:
            self.send_response(answer[0])
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _forward(upstream: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(upstream.removeprefix("http://"), timeout=30)
    try:
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
