"""What differs between clouds on the wire: what a call is called, how an error looks, where ids stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any, Protocol


@dataclass(frozen=True)
class Request:
    """`path` is as it was sent, percent-encoded and without the query. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes = field(repr=False)

    def having(self, body: bytes) -> Answer:
        """The same with another body."""
        kept = [(name, value) for name, value in self.headers if name.lower() != "content-length"]
        return replace(self, headers=[*kept, ("Content-Length", str(len(body)))], body=body)


class Dialect(Protocol):
    name: str
    throttling: tuple[int, str]  # status and code by which the cloud says that calls come too fast

    def api(self, request: Request) -> str:
        """The operation's name, or METHOD + path template."""

    def region(self, request: Request) -> str:
        """ "" where the request does not tell."""

    def is_read(self, request: Request) -> bool: ...

    def error(self, status: int, code: str, message: str) -> Answer:
        """A refusal in the cloud's own form."""

    def code(self, answer: Answer) -> str:
        """The code of a refusal; "" where there is none."""

    def ids(self, answer: Answer) -> set[str]:
        """Every cloud id that an answer holds."""

    def named(self, request: Request) -> set[str]:
        """Every cloud id that a request holds."""

    def addressed(self, request: Request) -> set[str]:
        """Those of them without which the cloud refuses a read; a filter's are none."""

    def unknown(self, request: Request, cloud_id: str) -> Answer:
        """What the cloud says to a read of something that it does not have."""

    def without(self, answer: Answer, ids: Collection[str]) -> Answer:
        """A list's answer without the elements that have one of these ids."""


def json_answer(status: int, data: Any) -> Answer:
    body = json.dumps(data).encode()
    return Answer(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body)


def parsed(body: bytes) -> Any:
    """None for what is no JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def members(body: bytes) -> dict[str, Any]:
    """Of a JSON object; none of what is no such thing."""
    data = parsed(body)
    return data if isinstance(data, dict) else {}


def elements(data: Any) -> list[Any]:
    """Of a list; none of what is no such thing."""
    return data if isinstance(data, list) else []


def strings(data: Any) -> list[str]:
    """All in it, however deep, without the names of members."""
    if isinstance(data, str):
        return [data]
    inner = data.values() if isinstance(data, dict) else elements(data)
    return [text for one in inner for text in strings(one)]


def without(data: Any, hidden: Callable[[Any], bool]) -> Any:
    """The same, and no list in it has an element that is `hidden`."""
    if isinstance(data, list):
        return [without(one, hidden) for one in data if not hidden(one)]
    if isinstance(data, dict):
        return {name: without(value, hidden) for name, value in data.items()}
    return data
