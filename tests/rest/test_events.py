"""The events in which AWS hands over requests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib.rest.events import read_event, write_answer
from chalicelib.rest.http import HttpRequest, HttpResponse
from tests.deployment import function_url, rest_api
from tests.deployment.front import Event, Headers, Sent
from tests.rest.stand_in import StandIn

ECHO = "/spider/vmorgspec"


SENT: Headers = (("X-Request-Id", "r-1"),)


def rest_event(path: str, resource: str = f"{ECHO}/{{name}}", headers: Headers = SENT, **more: Any) -> Event:
    """An event of a REST API."""
    sent = Sent("GET", f"/{rest_api.STAGE}{path}?ConnectionName=c+%26+d", headers)
    return {**rest_api.event(sent, resource), **more}


def url_event(path: str, headers: Headers = SENT, **more: Any) -> Event:
    """An event of a Function URL."""
    return {**function_url.event(Sent("GET", f"{path}?ConnectionName=c%20%26+d", headers)), **more}


def seen(request: HttpRequest) -> HttpRequest:
    """Without what AWS says of its own."""
    own = ("host", "user-agent")
    kept = {name: value for name, value in request.headers.items() if not name.startswith(("x-amzn", "x-forwarded"))}
    return replace(request, headers={name: value for name, value in kept.items() if name not in own})


def test_an_event_of_api_gateway() -> None:
    event = rest_event(f"{ECHO}/a%2Fb+c", body="eyJhIjoxfQ==", isBase64Encoded=True)
    assert seen(read_event(event)) == HttpRequest(
        method="GET",
        path=f"{ECHO}/a%2Fb+c",
        query="ConnectionName=c+%26+d",
        headers={"x-request-id": "r-1"},
        body=b'{"a":1}',
        request_id="r-1",
        mount="/api",
    )


def test_an_event_of_a_function_url() -> None:
    request = read_event(url_event(f"{ECHO}/a%2Fb", body='{"a":1}'))
    assert (request.path, request.mount, request.body) == (f"{ECHO}/a%2Fb", "", b'{"a":1}')
    assert request.query == "ConnectionName=c%20%26+d"


@pytest.mark.parametrize(
    ("path", "mount", "rest"),
    [
        ("/spider/vpc/x", "", "/spider/vpc/x"),
        ("/api/spider/vpc/x", "/api", "/spider/vpc/x"),
        ("/base/path/spider/vpc/x/", "/base/path", "/spider/vpc/x"),
        ("/spider/spider/vpc/x", "/spider", "/spider/vpc/x"),
        ("/spider/vpc/a;b", "", "/spider/vpc/a;b"),
        ("/spider/vpc/한", "", "/spider/vpc/%ED%95%9C"),
        ("/api//spider///vpc/x", "/api", "/spider/vpc/x"),
    ],
)
def test_what_stands_before_the_path_is_told_apart(path: str, mount: str, rest: str) -> None:
    event = rest_event("/spider/vpc/x", "/spider/vpc/{name}")
    event["requestContext"]["path"] = path
    request = read_event(event)
    assert (request.mount, request.path) == (mount, rest)


def test_events_with_nothing_in_them() -> None:
    nothing = dict.fromkeys(("multiValueHeaders", "multiValueQueryStringParameters"))
    event = {**rest_event("/spider/vpc", "/spider/vpc"), "headers": None, **nothing}
    request = read_event(event)
    assert (request.query, request.headers, request.body) == ("", {}, b"")


def test_repeated_query_keys_stay_in_order() -> None:
    event = rest_event("/spider/vpc", "/spider/vpc", multiValueQueryStringParameters={"a": ["1", "2"], "b": [""]})
    assert read_event(event).query == "a=1&a=2&b="


@pytest.mark.parametrize("event", [rest_event, url_event], ids=["REST API", "URL"])
def test_a_header_that_comes_twice_has_both_values(event: Any) -> None:
    twice: Headers = (("Prefer", "wait=5"), ("prefer", "respond-async"), ("Accept", "a"))
    headers = read_event(event(f"{ECHO}/a", headers=twice)).headers
    assert [word.strip() for word in headers["prefer"].split(",")] == ["wait=5", "respond-async"]
    assert headers["accept"] == "a"


def test_head_is_answered_without_a_body() -> None:
    request = HttpRequest(method="HEAD", path="/", request_id="r")
    assert write_answer(request, HttpResponse(200, {}, b"x"))["body"] == ""


@pytest.mark.parametrize("event", [rest_event(f"{ECHO}/a%2Fb"), url_event(f"{ECHO}/a%2Fb")], ids=["REST API", "URL"])
def test_lambda_answers_both_kinds_of_event(stand_in: StandIn, event: dict[str, Any]) -> None:
    answer = app.app(event, None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["VMSpecInfo"] == {"name": "a/b", "connection": "c & d", "request": "r-1"}
    assert answer["headers"]["Content-Type"] == "application/json"


def test_a_function_url_answers_unknown_routes_in_our_words(stand_in: StandIn) -> None:
    answer = app.app(url_event("/spider/nothing"), None)
    assert (answer["statusCode"], json.loads(answer["body"])["title"]) == (501, "Unknown route")


def test_lambda_without_a_login_answers_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "spider-dev")
    monkeypatch.setenv("SPIDER_HOME", str(tmp_path))
    monkeypatch.delenv("SPIDER_USERNAME", raising=False)
    answer = app.app(url_event("/spider/cloudos"), None)
    assert answer["statusCode"] == 500
    assert "SPIDER_USERNAME" not in answer["body"]
