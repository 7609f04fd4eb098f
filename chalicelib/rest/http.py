"""A request and an answer, free of any framework."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_to_bytes

from spider_drivers.contract import Invalid

PREFIX = "/spider"

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,300}")
_SANE_ID = re.compile(r"[A-Za-z0-9._:=+/@-]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """`path` and `query` are as sent, percent-encoded; `path` begins with PREFIX. Header names: lower-case.

    mount: what stands before PREFIX in the address that the caller used (API Gateway's stage)
    """

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    request_id: str
    mount: str = ""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """For HEAD, `body` is that of GET: the front leaves it out."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


def choose_request_id(given: str | None) -> str:
    """The caller's X-Request-Id if it may stand in a log and in a header, else a new one."""
    return given if given and _SANE_ID.fullmatch(given) else uuid.uuid4().hex


def decode(text: str) -> str:
    """Undoes percent-encoding once; `+` is a space, as Go's url.QueryEscape writes it, and %2B a plus.

    Raises Invalid for a broken escape or bytes that are not UTF-8.
    """
    broken = _BROKEN_ESCAPE.search(text)
    if broken:
        raise Invalid(f"the address has a broken percent-escape at '{text[broken.start() :][:3]}'")
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("the address is not UTF-8 once its percent-escapes are undone") from None


def split_path(path: str) -> list[str]:
    """The decoded segments. A slash at the end counts as none (CB-Spider redirects there)."""
    return [decode(segment) for segment in path.removesuffix("/").split("/")[1:]]


def read_query(text: str) -> list[tuple[str, str]]:
    """The decoded pairs of a raw query, in order. Raises Invalid as `decode` does."""
    decode(text)
    return parse_qsl(text, keep_blank_values=True)


def read_address(request: HttpRequest) -> str:
    """Where the caller has reached the API, as far as the request tells: at least its path."""
    host = request.headers.get("host", "")
    place = f"{request.mount}{PREFIX}"
    if not _HOST.fullmatch(host):
        return place
    # Proxies and API Gateway tell so; a server on one machine speaks HTTP.
    scheme = "https" if request.headers.get("x-forwarded-proto", "").lower().startswith("https") else "http"
    return f"{scheme}://{host}{place}"
