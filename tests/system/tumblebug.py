"""CB-Tumblebug as Spider meets it: how it sends a request, how it reads an answer, what makes it believe a deletion."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus

import httpx

# What its text of an error must hold, in lower case, to mean that a resource is gone, or taken.
GONE: Final = ("not found", "notfound", "not exist", "no such", "cannot get")
TAKEN: Final = ("already exists", "conflict", "duplicate")

LOGIN: Final = ("default", "default-password")
LISTS: Final = ("MappedList", "OnlySpiderList", "OnlyCSPList")


class Refused(Exception):
    """An answer of 400 or above. Its text is the one that Tumblebug searches: body, address, status and its phrase."""

    def __init__(self, answer: httpx.Response) -> None:
        phrase = f"{answer.status_code} {answer.reason_phrase}"
        super().__init__(f"{answer.text} (from {answer.request.url.copy_with(path='/')} ({phrase}))")
        self.status = answer.status_code

    @property
    def is_gone(self) -> bool:
        """A status of 404 counts, whatever the body says."""
        return self.status == 404 or any(phrase in str(self).lower() for phrase in GONE)

    @property
    def is_taken(self) -> bool:
        return self.status == 409 or any(phrase in str(self).lower() for phrase in TAKEN)

    @property
    def is_forgotten(self) -> bool:
        """The one phrase that lets it drop its own record of a resource, once the cloud's list lacks it too."""
        return "does not exist in connection" in str(self).lower()


@dataclass
class Tumblebug:
    """Its HTTP client: JSON on every method, a login, and a TCP connection of its own for each call."""

    url: str
    connection: str
    _http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        headers = {"Content-Type": "application/json", "Connection": "close"}
        address = f"{self.url}/spider"
        self._http = httpx.Client(base_url=address, auth=LOGIN, headers=headers, timeout=120.0, trust_env=False)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """`path` as on the wire, its names escaped. Raises Refused."""
        content = b"" if body is None else json.dumps(body).encode()
        answer = self._http.request(method, path, content=content)
        if answer.status_code >= 400:
            raise Refused(answer)
        return answer.json()

    def on(self, info: Any = None) -> dict[str, Any]:
        """A body for the connection."""
        return {"ConnectionName": self.connection} | ({} if info is None else {"ReqInfo": info})

    def lists(self, kind: str, cloud_id: str) -> list[str]:
        """Those of the three lists that hold the id, by SystemId or by NameId."""
        held = self.call("GET", f"/all{kind}", self.on())["AllList"]
        return [word for word in LISTS if any(cloud_id in (one["NameId"], one["SystemId"]) for one in held[word])]

    def believes_deleted(self, kind: str, cloud_id: str) -> bool:
        return not {"MappedList", "OnlyCSPList"} & set(self.lists(kind, cloud_id))

    def refusal(self, method: str, path: str, body: Any = None) -> Refused:
        """Of a call that must not succeed."""
        try:
            answer = self.call(method, path, body)
        except Refused as refused:
            return refused
        raise AssertionError(f"{method} {path} answers {answer}")


def escaped(name: str) -> str:
    """As Go's url.QueryEscape: a space is `+`, a slash `%2F`, a colon `%3A`."""
    return quote_plus(name, safe="~")


@dataclass(frozen=True)
class Maybe:
    """Of a field that may be left out."""

    shape: Any


def misfits(shape: Any, value: Any, where: str = "") -> list[str]:
    """What in `value` would not fit Tumblebug's structures: a dict names the fields that it reads, a list of one shape
    is a list of such, a type is a value of exactly this type. Fields beside those are ignored."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where or 'the answer'} is {value!r}, not an object"]
        return [text for key, inner in shape.items() for text in _field(inner, value, key, where)]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where} is {value!r}, not a list"]
        return [text for number, one in enumerate(value) for text in misfits(shape[0], one, f"{where}[{number}]")]
    return [] if type(value) is shape else [f"{where} is {value!r}, not a {shape.__name__}"]


def _field(shape: Any, value: dict[str, Any], key: str, where: str) -> list[str]:
    path = f"{where}.{key}" if where else key
    if isinstance(shape, Maybe):
        return misfits(shape.shape, value[key], path) if key in value else []
    return misfits(shape, value[key], path) if key in value else [f"{path} is missing"]
