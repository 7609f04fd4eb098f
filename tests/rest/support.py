"""Ways to ask: in process, over HTTP, and byte by byte."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import socket
from dataclasses import dataclass
from typing import Any

from chalicelib.rest.handle import Engine, handle
from chalicelib.rest.http import HttpRequest
from tests.rest.stand_in import StandIn


@dataclass(frozen=True)
class Answer:
    """`headers` with lower-case names; `data` the body's JSON (a list of JSON Lines), plain text as it is, None for an
    empty body."""

    status: int
    headers: dict[str, str]
    data: Any


def ask(
    engine: Engine,
    method: str,
    address: str,
    body: Any = b"",
    *,
    headers: dict[str, str] | None = None,
    mount: str = "",
) -> Answer:
    """One request, straight to `handle`. A body that is not bytes is sent as JSON."""
    path, _, query = address.partition("?")
    request = HttpRequest(
        method=method,
        path=path,
        query=query,
        headers=headers or {},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        request_id="a-request",
        mount=mount,
    )
    response = handle(engine, request)
    named = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, named, _data(named, response.body))


@dataclass(frozen=True)
class Server:
    port: int
    engine: StandIn

    def ask(
        self, method: str, address: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        return over_http(self.port, method, address, body, headers)


def over_http(
    port: int, method: str, address: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """One request in a connection of its own. No content type is sent unless `headers` has one."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, address, body, headers or {})
        return _answer(connection.getresponse())


def exchange(port: int, data: bytes, answers: int = 1, method: str = "GET") -> list[Answer]:
    """Sends `data` as it is and reads that many answers from the one connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(data)
        stream = _Stream(line.makefile("rb"))
        return [_answer(stream.response(method)) for _ in range(answers)]


class _Stream:
    """http.client closes the file that it reads from; here several answers follow one another in it."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file

    def makefile(self, mode: str) -> _Stream:
        return self

    def response(self, method: str) -> http.client.HTTPResponse:
        response = http.client.HTTPResponse(self, method=method)  # type: ignore[arg-type]  # it needs makefile alone
        response.begin()
        return response

    def close(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _answer(response: http.client.HTTPResponse) -> Answer:
    text = response.read()
    named = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, named, _data(named, text))


def _data(headers: dict[str, str], body: bytes) -> Any:
    if headers.get("content-type", "").startswith("text/plain"):
        return body.decode()
    if headers.get("content-type") == "application/jsonl":
        return [json.loads(line) for line in body.splitlines()]
    return json.loads(body) if body else None
