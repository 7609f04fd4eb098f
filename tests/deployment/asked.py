"""Requests as clients send them, odd ones among them, and what Spider answers: the same behind every front."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, quote_plus, urlsplit

from .front import Headers

SPECS: Final = 1395
DRIVER: Final = "a/b c+d;é 한&=100%2F?#"
CONNECTION: Final = "c & d+e;é 한=100%"
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"  # what curl -d says


@dataclass(frozen=True)
class Told:
    """`headers`: names in lower case. `data`: the body's JSON, unpacked; None for none."""

    status: int
    headers: Mapping[str, str]
    data: Any


@dataclass(frozen=True)
class Asked:
    """`target`: below /spider, as it stands in the request. `told`: what the answer's JSON holds at least; `header`:
    one of its headers, and what is in it."""

    name: str
    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    status: int = 200
    told: Mapping[str, Any] = field(default_factory=dict)
    header: tuple[str, str] = ("x-request-id", "")

    def check(self, answered: Told) -> None:
        assert answered.status == self.status, answered
        held = {key: answered.data[key] for key in self.told} if self.told else {}
        assert held == self.told
        name, part = self.header
        assert part in answered.headers[name]


def _typed(kind: str) -> Headers:
    return (("Content-Type", kind),) if kind else ()


def _body(**members: Any) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode()


ON: Final = _body(ConnectionName=CONNECTION)
FOUND: Final = {"DriverName": DRIVER}
NO_VPC: Final[dict[str, Any]] = {"vpc": []}
KINDS: Final = ("", JSON, FORM, "application/json; charset=UTF-8", "text/plain", "application/octet-stream")

PATHS: Final = (
    Asked("path, all encoded", "GET", f"/driver/{quote(DRIVER, safe='')}", told=FOUND),
    Asked("path, + for a space", "GET", f"/driver/{quote_plus(DRIVER)}", told=FOUND),
    Asked("path, lower-case escapes", "GET", f"/driver/{quote(DRIVER, safe='').replace('%2F', '%2f')}", told=FOUND),
    Asked(
        "path, as little encoded as can be",
        "GET",
        f"/driver/{quote(DRIVER, safe=';&=')}".replace("/b", "%2Fb"),
        told=FOUND,
    ),
    Asked("path, a slash at the end", "GET", f"/driver/{quote(DRIVER, safe='')}/", told=FOUND),
    Asked("path, encoded twice", "GET", f"/driver/{quote(quote(DRIVER, safe=''))}", status=404),
    Asked("path, a broken escape", "GET", "/driver/%zz", status=400),
)
QUERIES: Final = (
    Asked("query, all encoded", "GET", f"/vpc?ConnectionName={quote(CONNECTION, safe='')}", told=NO_VPC),
    Asked("query, + for a space", "GET", f"/vpc?ConnectionName={quote_plus(CONNECTION)}", told=NO_VPC),
    Asked("query, another casing", "GET", f"/vpc?connectionname={quote_plus(CONNECTION)}", told=NO_VPC),
    Asked("query, the first counts", "GET", f"/vpc?ConnectionName={quote(CONNECTION)}&ConnectionName=x", told=NO_VPC),
    Asked("query, empty keys", "GET", f"/vpc?a&=&b=&ConnectionName={quote(CONNECTION)}", told=NO_VPC),
    Asked("query, empty", "GET", "/vpc?ConnectionName=", status=400, told={"field": "ConnectionName"}),
    Asked("query, none", "GET", "/vpc?", status=400, told={"message": "connectionName is empty!"}),
)
BODIES: Final = (
    *(Asked(f"GET, a body of {kind or 'no type'}", "GET", "/vpc", _typed(kind), ON, told=NO_VPC) for kind in KINDS),
    *(
        Asked(f"DELETE, a body of {kind or 'no type'}", "DELETE", "/vpc/none", _typed(kind), ON, 404, {"status": 404})
        for kind in KINDS
    ),
    *(
        Asked(f"POST, a body of {kind or 'no type'}", "POST", "/driver", _typed(kind), _body(DriverName="d"), 400)
        for kind in KINDS
    ),
    Asked("a byte order mark", "GET", "/vpc", _typed(JSON), b"\xef\xbb\xbf" + ON, told=NO_VPC),
    Asked("an empty object", "GET", f"/vpc?ConnectionName={quote(CONNECTION)}", _typed(JSON), b"{}", told=NO_VPC),
    Asked("no JSON", "POST", "/vpc", _typed(FORM), b"ConnectionName=c", 400, {"title": "Invalid request"}),
    Asked("bytes that are no UTF-8", "POST", "/vpc", (), b'{"a": "\xff"}', 400, {"title": "Invalid request"}),
    Asked("too much", "POST", "/vpc", _typed(JSON), b" " * 200_000, 413, {"status": 413}),
)
OTHERS: Final = (
    Asked("HEAD", "HEAD", f"/driver/{quote(DRIVER, safe='')}"),
    Asked("an id", "GET", "/driver", (("X-Request-Id", "r-7"),), header=("x-request-id", "r-7")),
    Asked("gzip", "GET", "/vmspec", (("Accept-Encoding", "gzip"),), ON, header=("content-encoding", "gzip")),
    Asked(
        "gzip among what is said twice",
        "GET",
        "/vmspec",
        (("Accept-Encoding", "gzip"), ("Accept-Encoding", "br;q=0.5")),
        ON,
        header=("content-encoding", "gzip"),
    ),
    Asked("gzip, JSON alone accepted", "GET", "/vmspec", (("Accept", JSON), ("Accept-Encoding", "gzip")), ON),
    Asked("no gzip", "GET", "/vmspec", (("Accept-Encoding", "identity"),), ON, header=("vary", "Accept-Encoding")),
    Asked("a link", "GET", "/vmspec?limit=2", (), ON, header=("link", "/spider/vmspec?")),
    Asked("a route that is not there", "GET", "/nothing/at/all", status=501, told={"title": "Unknown route"}),
)
TABLE: Final = (*PATHS, *QUERIES, *BODIES, *OTHERS)


def register(url: str, login: tuple[str, str]) -> None:
    """What the table asks about."""
    mock = {"ProviderName": "MOCK"}
    names = {"DriverName": DRIVER, "CredentialName": CONNECTION, "RegionName": CONNECTION}
    secret = [{"Key": "MockName", "Value": "asked"}]
    region = [{"Key": "Region", "Value": "default"}, {"Key": "Specs", "Value": str(SPECS)}]
    for path, body in (
        ("/driver", {"DriverName": DRIVER, "DriverLibFileName": "d.so"}),
        ("/credential", {"CredentialName": CONNECTION, "KeyValueInfoList": secret}),
        ("/region", {"RegionName": CONNECTION, "KeyValueInfoList": region}),
        ("/connectionconfig", {"ConfigName": CONNECTION, **names}),
    ):
        told = send(url, Asked("registering", "POST", path, _typed(JSON), _body(**mock, **body)), login)
        assert told.status == 200, told


def send(url: str, asked: Asked, login: tuple[str, str] | None) -> Told:
    """`url`: below which /spider is. Byte by byte as it stands in the table."""
    place = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(place.netloc, timeout=120)) as connection:
        connection.putrequest(asked.method, f"{place.path}/spider{asked.target}", skip_accept_encoding=True)
        for name, value in asked.headers:
            connection.putheader(name, value)
        if login:
            connection.putheader("Authorization", f"Basic {b64encode(':'.join(login).encode()).decode()}")
        if asked.body:
            connection.putheader("Content-Length", str(len(asked.body)))
        connection.endheaders(asked.body or None)
        answer = connection.getresponse()
        body = answer.read()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    text = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
    return Told(answer.status, headers, json.loads(text) if text else None)
