"""A cloud whose services have addresses of their own, as OpenStack's have, behind one address."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .proxy import Forwarding

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class Services:
    """A WSGI application. `upstreams`: where each service is, by the first part of the path that leads to it here.

    An answer that names one of these addresses names ours in its place: a client that follows it stays here.
    """

    def __init__(self, upstreams: Mapping[str, str], *, tls: ssl.SSLContext | None = None) -> None:
        """Raises ValueError for an upstream that is no URL."""
        self._bases = {name: url.rstrip("/") for name, url in upstreams.items()}
        self._services = {name: Forwarding(url, tls=tls) for name, url in self._bases.items()}

    def close(self) -> None:
        for service in self._services.values():
            service.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        name, _, rest = str(environ["RAW_URI"]).lstrip("/").partition("/")
        asked, question, query = name.partition("?")
        service = self._services.get(asked)
        if service is None:
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [f"there is no service '{asked}' here, but {', '.join(self._services)}\n".encode()]
        begun: list[Any] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            begun[:] = [status, headers]
            return lambda _: None

        # By its own Host a service tells its own address, which is then renamed.
        theirs = {"RAW_URI": f"/{rest}{question}{query}", "HTTP_HOST": urlsplit(self._bases[asked]).netloc}
        answer = b"".join(service({**environ, **theirs}, begin))
        status, headers = begun
        ours = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}"
        body = self._renamed(answer, ours)
        kept = [(key, self._renamed(value.encode(), ours).decode()) for key, value in headers if not _is_length(key)]
        if body or any(_is_length(key) for key, _ in headers):
            kept.append(("Content-Length", str(len(body))))
        start_response(status, kept)
        return [body]

    def _renamed(self, text: bytes, ours: str) -> bytes:
        for name, base in self._bases.items():
            text = text.replace(base.encode(), f"{ours}/{name}".encode())
        return text


def _is_length(header: str) -> bool:
    return header.lower() == "content-length"
