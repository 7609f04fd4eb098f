"""The WSGI front."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from .handle import Engine, handle
from .http import HttpRequest, choose_request_id

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]

_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


def make_app(engine: Engine) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """An application (PEP 3333) for servers that give the address as sent in REQUEST_URI, as waitress does."""

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = read_request(environ)
        response = handle(engine, request)
        headers = list(response.headers.items())
        if response.status != HTTPStatus.NO_CONTENT:
            headers.append(("Content-Length", str(len(response.body))))
        start_response(status_line(response.status), headers)
        return [] if request.method == "HEAD" else [response.body]

    return app


def status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


def read_request(environ: Environ) -> HttpRequest:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name == "CONTENT_TYPE"
    }
    path, _, query = _address(environ).partition("?")
    return HttpRequest(
        method=environ["REQUEST_METHOD"],
        path=path,
        query=query,
        headers=headers,
        body=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
        request_id=choose_request_id(headers.get("x-request-id")),
    )


def _address(environ: Environ) -> str:
    """Path and query as sent. PATH_INFO would not do: in it, a name's %2F has become a slash.

    A client of a proxy sends the whole URL (RFC 9112, 3.2.2).
    """
    address: str = environ["REQUEST_URI"]
    return address if address.startswith("/") else _ORIGIN.sub("", address, count=1)
