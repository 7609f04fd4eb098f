"""Serves a cloud, or a proxy before one, on a port of this machine's loopback."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

LOOPBACK = "127.0.0.1"
HANDSHAKE_SECONDS = 10.0


class _Handler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  werkzeug's name
        """Quiet: the log of calls is the middleware's."""


class Server(ThreadedWSGIServer):
    """One thread per connection; its TLS handshake is in that thread, so that nobody waits for a slow client."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, app: WSGIApplication, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(LOOPBACK, port, app, handler=_Handler)
        self.ssl_context = tls

    @property
    def url(self) -> str:
        return f"{'https' if self.ssl_context else 'http'}://{LOOPBACK}:{self.server_port}"

    def finish_request(self, request: Any, client_address: Any) -> None:
        if not isinstance(self.ssl_context, ssl.SSLContext):
            super().finish_request(request, client_address)
            return
        request.settimeout(HANDSHAKE_SECONDS)
        with self.ssl_context.wrap_socket(request, server_side=True) as wrapped:
            wrapped.settimeout(None)
            super().finish_request(wrapped, client_address)
            with contextlib.suppress(OSError):
                wrapped.shutdown(socket.SHUT_WR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off, or shows no certificate, is no event."""


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
