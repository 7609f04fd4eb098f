"""Answers in the Engine's forms."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from werkzeug.wrappers import Response


def as_json(data: Any, status: int = 200) -> Response:
    """As Go writes it: without spaces, with a line's end."""
    return Response(f"{_text(data)}\n", status, content_type="application/json")


def nothing(status: int) -> Response:
    """Without a body."""
    response = Response(b"", status)
    del response.headers["Content-Type"]
    return response


def streamed(told: Iterable[Any]) -> Response:
    """One JSON text on a line, of no length that is told before."""
    lines = [f"{_text(one)}\r\n".encode() for one in told]
    return Response((line for line in lines), content_type="application/json")


def _text(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
