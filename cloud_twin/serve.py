"""Serves a cloud, or a proxy before one, on a port of this machine's loopback."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, cast

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wsgi import LimitedStream

from .faults.middleware import FIRST_CALL

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

LOOPBACK = "127.0.0.1"
HANDSHAKE_SECONDS = 10.0


class _Handler(WSGIRequestHandler):
    """Keeps connections, as clouds do and werkzeug's own handler does not: to connect costs more than a small call."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet
    disable_nagle_algorithm = True
    first_call = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  werkzeug's name
        """Quiet: the log of calls is the middleware's."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nor made, which takes as long as to read the request's head."""

    def handle_expect_100(self) -> bool:
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def run_wsgi(self) -> None:
        self.environ = environ = self.make_environ()
        environ[FIRST_CALL], self.first_call = self.first_call, False
        whole = environ.get("wsgi.input_terminated")
        body = LimitedStream(cast("IO[bytes]", self.rfile), int(environ.get("CONTENT_LENGTH") or 0))
        if not whole:
            environ["wsgi.input"] = body
        self._begun = False
        try:
            self._answer(environ)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:
            self.close_connection = True
            if not self._begun:
                self.send_error(500, explain=f"{type(error).__name__}: {error}")
        # What is left of a request would be taken for the next one.
        if whole or not body.is_exhausted:
            self.close_connection = True

    def _answer(self, environ: WSGIEnvironment) -> None:
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            begun[:] = [status, headers]
            return lambda _: None

        pieces = self.server.app(environ, start_response)
        with contextlib.ExitStack() as stack:
            if close := getattr(pieces, "close", None):
                stack.callback(close)
            rest = iter(pieces)
            first = next(rest, b"")  # an app may say its status no earlier
            send = self._send_head(*begun)
            for piece in filter(None, itertools.chain((first,), rest)):
                send(piece)
            send(b"")
            self.wfile.flush()

    def _send_head(self, status: str, headers: list[tuple[str, str]]) -> Callable[[bytes], None]:
        """What the body's pieces are to be sent by, b"" at its end."""
        self._begun = True
        code, _, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)
        bodiless = self.command == "HEAD" or code in ("204", "304")
        chunked = not bodiless and not any(name.lower() == "content-length" for name, _ in headers)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if bodiless:
            return lambda _: None
        return self._send_chunk if chunked else self._send_piece

    def _send_piece(self, piece: bytes) -> None:
        self.wfile.write(piece)

    def _send_chunk(self, piece: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.flush()


class Server(ThreadedWSGIServer):
    """One thread per connection; its TLS handshake is in that thread, so that nobody waits for a slow client."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, app: WSGIApplication, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(LOOPBACK, port, app, handler=_Handler)
        self.ssl_context = tls
        self._connections: set[socket.socket] = set()

    @property
    def url(self) -> str:
        return f"{'https' if self.ssl_context else 'http'}://{LOOPBACK}:{self.server_port}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        if not isinstance(self.ssl_context, ssl.SSLContext):
            self._serve(request, client_address)
            return
        request.settimeout(HANDSHAKE_SECONDS)
        with self.ssl_context.wrap_socket(request, server_side=True) as wrapped:
            wrapped.settimeout(None)
            self._serve(wrapped, client_address)
            with contextlib.suppress(OSError):
                wrapped.shutdown(socket.SHUT_WR)

    def server_close(self) -> None:
        """Kept connections end too."""
        super().server_close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off, or shows no certificate, is no event."""

    def _serve(self, connection: socket.socket, client_address: Any) -> None:
        self._connections.add(connection)
        try:
            super().finish_request(connection, client_address)
        finally:
            self._connections.discard(connection)


@contextlib.contextmanager
def serving(app: WSGIApplication, *, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serves `app` in threads of this process; yields the base URL. `port` 0: any free one."""
    with running(Server(app, port=port, tls=tls)) as url:
        yield url


@contextlib.contextmanager
def running(server: Server) -> Iterator[str]:
    """Until then it has a port, and nobody is answered."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
