"""Stands around a cloud while the conformance suite runs, and writes down what goes in and out, case by case."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HEADERS = ("content-type", "location", "openstack-api-version", "retry-after", "x-openstack-nova-api-version")


class Recorder:
    """WSGI middleware. Each exchange is a line of JSON in `file`: `case` (of pytest), `method`, `path`, `query`,
    `sent`, `status`, `headers`, `answer`; texts that are JSON are kept as such."""

    def __init__(self, app: WSGIApplication, file: Path) -> None:
        self._app = app
        self._file = file
        self._lock = threading.Lock()
        file.write_text("")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        begun: list[Any] = []

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            begun[:] = [status, headers]
            return lambda _: None

        answer = b"".join(self._app({**environ, "wsgi.input": io.BytesIO(sent)}, begin))
        status, headers = begun
        line = {
            "case": os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0].partition("::")[2],
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"],
            "query": environ.get("QUERY_STRING", ""),
            "sent": _read(sent),
            "status": int(status.split()[0]),
            "headers": {name.lower(): value for name, value in headers if name.lower() in HEADERS},
            "answer": _read(answer),
        }
        with self._lock, self._file.open("a") as out:
            out.write(json.dumps(line) + "\n")
        start_response(status, headers)
        return [answer]


def _read(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.decode(errors="replace")
