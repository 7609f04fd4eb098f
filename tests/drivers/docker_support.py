"""What the Docker driver's tests share: a server that answers as an Engine does on the wire, and a connection to it."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from spider_drivers.contract import CallRecord, CallRecorder, ConnectionInfo, SystemClock
from spider_drivers.docker import DockerDriver
from spider_drivers.docker.connection import DockerConnection

from tests.drivers.support import Kept

VERSION = {"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Version": "20.10.24"}
CONTAINER = {
    "Id": "c" * 64,
    "Names": ["/web"],
    "Image": "nginx",
    "ImageID": "sha256:1",
    "Created": 1795516960,
    "Labels": {},
    "State": "running",
    "Status": "Up 2 minutes",
    "Ports": [],
}


@dataclass
class Answer:
    """`body` None: the connection is closed after the request has been read; a str is sent as it is, all else as JSON.
    `headers` are added to those of an Engine, unless `foreign`: somebody on the way has written it."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    foreign: bool = False
    delay: float = 0.0


def error(status: int, message: str, **headers: str) -> Answer:
    """A refusal in the Engine's form."""
    return Answer({"message": message}, status, {name.replace("_", "-"): value for name, value in headers.items()})


@dataclass
class Request:
    """`target`: as it was sent, a URL where a proxy is asked. `client`: the common name in its certificate."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    client: str = ""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> str:
        return urlsplit(self.target).query


@dataclass
class Wire:
    """Answers come in turn, the last one for ever; GET /version without a version in its path is answered as `version`
    says, and is not among `seen`."""

    url: str = ""
    version: Answer = field(default_factory=lambda: Answer(VERSION))
    answers: list[Answer] = field(default_factory=lambda: [Answer([])])
    seen: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        if request.path == "/version":
            return self.version
        self.seen.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _UnixServer(ThreadingHTTPServer):
    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        """Without looking for a host's name, which a path has not."""
        socketserver.TCPServer.server_bind(self)


@contextlib.contextmanager
def wire(tls: ssl.SSLContext | None = None, socket_path: Path | None = None) -> Iterator[Wire]:
    """A server on loopback, or on a Unix socket."""
    state, stop = Wire(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = state.answer(Request(self.command, self.path, dict(self.headers), body, self._client()))
            stop.wait(answer.delay)
            if answer.body is None or stop.is_set():
                self.close_connection = True
                return
            content = (answer.body if isinstance(answer.body, str) else json.dumps(answer.body)).encode()
            self.send_response(answer.status)
            written = {} if answer.foreign else {"Api-Version": "1.41", "Content-Type": "application/json"}
            for name, value in {**written, **answer.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_CONNECT = answer

        def _client(self) -> str:
            if not isinstance(self.connection, ssl.SSLSocket):
                return ""
            subject = (self.connection.getpeercert() or {}).get("subject", ())
            return "".join(str(value) for ((_, value),) in subject)  # type: ignore[misc,str-unpack]

        def log_message(self, *_: Any) -> None:
            pass

    address: Any = ("127.0.0.1", 0) if socket_path is None else str(socket_path)
    server = (ThreadingHTTPServer if socket_path is None else _UnixServer)(address, Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake is no event
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    state.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Docker(Kept[DockerConnection]):
    def outcomes(self) -> list[tuple[str, str]]:
        """API and code of each call, the question for the version left out."""
        return [(one.api, one.error_code) for one in self.records if one.api != "GET /version"]


def connect(url: str, region: dict[str, str] | None = None, /, **credential: str) -> Docker:
    given = {"Host": url, **credential}
    info = ConnectionInfo("docker", "DOCKER", given, region or {})
    records: list[CallRecord] = []
    connection = DockerDriver().connect(info, CallRecorder(SystemClock(), records.append, given.values()))
    assert isinstance(connection, DockerConnection)
    return Docker(connection, records)
