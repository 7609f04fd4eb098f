"""The runtime API and the extensions API, as a function's process finds them.

The interfaces are those of "Using the Lambda runtime API for custom runtimes" and "Using the Lambda Extensions API to
create extensions" (AWS Lambda developer guide); order and refusals are those of AWS's Runtime Interface Emulator.
"""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

RUNTIME: Final = "/2018-06-01/runtime"
EXTENSION: Final = "/2020-01-01/extension"
IDENTIFIER: Final = "Lambda-Extension-Identifier"


class Refused(Exception):
    """An extension's call. The text is AWS's type of error."""


@dataclass(frozen=True)
class Event:
    request: str
    body: bytes
    deadline_ms: int


@dataclass(frozen=True)
class Hooks:
    """What is done to the process: it is frozen between two events, and killed when its time is up."""

    freeze: Callable[[], None]
    thaw: Callable[[], None]
    kill: Callable[[], None]


class RuntimeApi:
    """`seconds`: for one event, its answer and what comes behind it. `answers`: kind and body of what the function has
    posted. Of extensions: `takes` any at all, `late` by so many seconds their events come, so many are `lost`."""

    def __init__(self, arn: str, seconds: float, hooks: Hooks) -> None:
        self.answers: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.takes, self.late, self.lost = True, 0.0, 0
        self.arn = arn
        self._seconds, self._hooks = seconds, hooks
        self._changed = threading.Condition()
        self._names: dict[str, str] = {}  # of extensions
        self._starts = True  # until the runtime asks for its first event
        self._ready: set[str] = set()  # who has asked for the next event: RUNTIME, and identifiers of extensions
        self._untold: set[str] = set()
        self._events: deque[tuple[str, bytes]] = deque()
        self._event = Event("", b"", 0)
        self._timer = threading.Timer(0, hooks.kill)
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def extensions(self) -> list[str]:
        """Their names."""
        with self._changed:
            return list(self._names.values())

    @property
    def is_idle(self) -> bool:
        """Frozen, and nothing is to come."""
        with self._changed:
            return self._is_over() and not self._events

    def wait_until_idle(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._is_over() and not self._events, seconds)

    def put(self, request: str, body: bytes) -> None:
        with self._changed:
            self._events.append((request, body))
            self._go_on()

    def close(self) -> None:
        self._timer.cancel()
        self._server.shutdown()
        self._server.server_close()

    def register(self, name: str, events: list[str]) -> str:
        """The extension's identifier. Raises Refused."""
        with self._changed:
            if not (self._starts and self.takes):
                raise Refused("Extension.RegistrationClosed")
            if name in self._names.values():
                raise Refused("Extension.InvalidExtensionState")
            if set(events) - {"INVOKE"}:  # SHUTDOWN is for processes of their own
                raise Refused("Extension.InvalidEventType")
            identifier = str(uuid.uuid4())
            self._names[identifier] = name
            return identifier

    def next(self, who: str) -> Event | None:
        """Waits for it. None for one that is lost. Raises Refused."""
        with self._changed:
            if who == RUNTIME:
                self._starts = False
            elif who not in self._names:
                raise Refused("Extension.UnknownExtensionIdentifier")
            self._ready.add(who)
            self._go_on()
            self._changed.wait_for(lambda: who in self._untold)
            self._untold.discard(who)
            event = self._event
            if who == RUNTIME:
                return event
            lost = self.lost > 0
            self.lost -= lost
        time.sleep(self.late)
        return None if lost else event

    def _is_over(self) -> bool:
        """What was to be done for the last event, or to load the function."""
        return self._ready == {RUNTIME, *self._names}

    def _go_on(self) -> None:
        if not self._is_over():
            return
        self._changed.notify_all()
        self._timer.cancel()
        if not self._events:
            self._hooks.freeze()
            return
        request, body = self._events.popleft()
        self._event = Event(request, body, int((time.time() + self._seconds) * 1000))
        self._untold, self._ready = self._ready, set()
        self._timer = threading.Timer(self._seconds, self._hooks.kill)
        self._timer.daemon = True
        self._timer.start()
        self._hooks.thaw()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A process that is killed leaves its connection."""


def _handler(api: RuntimeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or else an answer may wait for 40 ms

        def do_GET(self) -> None:
            try:
                event = api.next(RUNTIME if self.path.startswith(RUNTIME) else self.headers[IDENTIFIER])
            except Refused as refused:
                self._refuse(refused)
                return
            if event is None:
                self.close_connection = True
            elif self.path.startswith(RUNTIME):
                self._give(event)
            else:
                self._tell(event)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path != f"{EXTENSION}/register":
                api.answers.put((self.path.rpartition("/")[2], body))
                self._answer(202, b'{"status":"OK"}')
                return
            try:
                identifier = api.register(self.headers["Lambda-Extension-Name"], json.loads(body)["events"])
            except Refused as refused:
                self._refuse(refused)
                return
            self._answer(200, b"{}", **{IDENTIFIER: identifier})

        def _give(self, event: Event) -> None:
            headers = {
                "Lambda-Runtime-Aws-Request-Id": event.request,
                "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": api.arn,
            }
            self._answer(200, event.body, **headers)

        def _tell(self, event: Event) -> None:
            told = {
                "eventType": "INVOKE",
                "deadlineMs": event.deadline_ms,
                "requestId": event.request,
                "invokedFunctionArn": api.arn,
            }
            self._answer(200, json.dumps(told).encode())

        def _refuse(self, refused: Refused) -> None:
            self._answer(403, json.dumps({"errorType": str(refused)}).encode())

        def _answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            common = {"Content-Type": "application/json", "Content-Length": str(len(body))}
            for name, value in {**common, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class calls it so
            """Every event would be a line."""

    return Handler
