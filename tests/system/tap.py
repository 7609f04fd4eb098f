"""A reverse proxy before an AWS emulator that counts calls by their Action and can stop the world at one of them."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Hook = Callable[[], None]


class Tap:
    """`calls`: Actions in the order they came. A hook runs once, before or after the next call of its Action."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.calls: list[str] = []
        self._hooks: dict[tuple[str, str], Hook] = {}
        self._lock = threading.Lock()

    def on(self, moment: str, action: str, hook: Hook) -> None:
        """`moment` is "before" or "after" (the cloud has done it, and nobody knows yet)."""
        self._hooks[moment, action] = hook

    def run(self, moment: str, action: str) -> None:
        with self._lock:
            hook = self._hooks.pop((moment, action), None)
            if moment == "before":
                self.calls.append(action)
        if hook is not None:
            hook()


@contextlib.contextmanager
def tap(upstream: str) -> Iterator[Tap]:
    """A tap before `upstream`, on a port of its own."""
    host = urlsplit(upstream).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            action = parse_qs(body.decode()).get("Action", [""])[0]
            found.run("before", action)
            connection = http.client.HTTPConnection(host, timeout=60)
            connection.request("POST", self.path, body, {**dict(self.headers), "Host": host})
            answer = connection.getresponse()
            data = answer.read()
            connection.close()
            found.run("after", action)
            with contextlib.suppress(OSError):
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers.get("Content-Type", "text/xml"))
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Tap(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
