"""Serves a WSGI application over TLS on loopback, one connection for many calls: werkzeug ends a connection after each
call, and most of a call's time is then its handshake."""

from __future__ import annotations

import contextlib
import io
import ssl
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


class _Handler(BaseHTTPRequestHandler):
    app: ClassVar[Any]
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        try:
            content = b"".join(self.app(self._environ(), lambda *given: begun.append(given[:2])))
        except ConnectionAbortedError:
            self.close_connection = True
            return
        status, headers = begun[0]
        code, _, phrase = status.partition(" ")
        self.send_response_only(int(code), phrase)
        known = {name.lower() for name, _ in headers}
        for name, value in headers:
            self.send_header(name, value)
        if "content-length" not in known and code != "204":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = do_HEAD = _serve

    def _environ(self) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "RAW_URI": self.path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.connection.getsockname()[1]),
            "SERVER_PROTOCOL": self.protocol_version,
            "werkzeug.socket": self.connection,  # what faults cut
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()},
        }

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    tls: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """The handshake is in the connection's own thread."""
        with self.tls.wrap_socket(request, server_side=True) as wrapped:
            super().finish_request(wrapped, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is no event."""


@contextlib.contextmanager
def serving(app: WSGIApplication, tls: ssl.SSLContext) -> Iterator[str]:
    """Yields the base URL."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"app": staticmethod(app)}))
    server.tls = tls
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
