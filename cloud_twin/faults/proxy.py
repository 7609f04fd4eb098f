"""A WSGI application that passes every call on to a cloud elsewhere: the body of a reverse proxy."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

CONNECT_SECONDS = 10.0
# RFC 9110, section 7.6.1: these are about one connection and not passed on.
_OF_THE_CONNECTION = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
# The client's, that are set anew: the body is passed on whole, and must not come back compressed.
_SET_ANEW = frozenset(("accept-encoding", "content-length", "expect"))


class Forwarding:
    """`upstream`: http://…, https://… or unix:///path/of/a/socket. `tls`: how an https one is trusted, and by which
    certificate it knows us. Connections that change their protocol (`docker attach`) are not passed on."""

    def __init__(self, upstream: str, *, tls: ssl.SSLContext | None = None) -> None:
        """Raises ValueError for an upstream of another form."""
        parts = urlsplit(upstream)
        if parts.scheme not in ("http", "https", "unix"):
            raise ValueError(f"upstream: '{upstream}' begins with none of http://, https://, unix://")
        socket_path = parts.path if parts.scheme == "unix" else None
        self._upstream = upstream
        self._base = "http://localhost" if socket_path else upstream.rstrip("/")
        self._client = httpx.Client(
            transport=httpx.HTTPTransport(
                uds=socket_path,
                verify=tls or True,
                trust_env=False,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
            ),
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        )

    def close(self) -> None:
        self._client.close()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = self._client.build_request(
            str(environ["REQUEST_METHOD"]),
            self._base + str(environ["RAW_URI"]),
            headers=_passed_on(environ),
            content=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
        )
        try:
            answer = self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            text = f"the cloud at {self._upstream} did not answer: {error}".encode()
            start_response("502 Bad Gateway", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
            return [text]
        headers = [(name, value) for name, value in answer.headers.multi_items() if name not in _OF_THE_CONNECTION]
        start_response(f"{answer.status_code} {answer.reason_phrase}", headers)
        return _streamed(answer)


def _passed_on(environ: WSGIEnvironment) -> list[tuple[str, str]]:
    """The client's own Host is among them: signatures cover it."""
    named = [(key[5:].lower().replace("_", "-"), str(value)) for key, value in environ.items() if key[:5] == "HTTP_"]
    if environ.get("CONTENT_TYPE"):
        named.append(("content-type", str(environ["CONTENT_TYPE"])))
    kept = [(name, value) for name, value in named if name not in _OF_THE_CONNECTION | _SET_ANEW]
    return [*kept, ("accept-encoding", "identity")]


def _streamed(answer: httpx.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_raw()
    finally:
        answer.close()
