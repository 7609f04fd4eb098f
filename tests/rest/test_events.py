"""The events in which AWS hands over requests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib.rest.events import read_event, write_answer
from chalicelib.rest.http import HttpRequest, HttpResponse
from tests.rest.stand_in import StandIn

ECHO = "/spider/vmorgspec"


def rest_event(path: str, resource: str = f"{ECHO}/{{name}}", **more: Any) -> dict[str, Any]:
    """An event of a REST API (payload format 1.0) at the stage `api`."""
    return {
        "resource": resource,
        "path": path,
        "httpMethod": "GET",
        "headers": {"X-Request-Id": "r-1"},
        "multiValueQueryStringParameters": {"ConnectionName": ["c & d"]},
        "pathParameters": {},
        "stageVariables": None,
        "requestContext": {"resourcePath": resource, "httpMethod": "GET", "path": f"/api{path}", "stage": "api"},
        "body": None,
        "isBase64Encoded": False,
        **more,
    }


def url_event(path: str, **more: Any) -> dict[str, Any]:
    """An event of a Function URL (payload format 2.0)."""
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "ConnectionName=c%20%26+d",
        "headers": {"x-request-id": "r-1"},
        "requestContext": {"http": {"method": "GET", "path": path}, "stage": "$default"},
        "isBase64Encoded": False,
        **more,
    }


def test_an_event_of_api_gateway() -> None:
    event = rest_event(f"{ECHO}/a%2Fb+c", body="eyJhIjoxfQ==", isBase64Encoded=True)
    assert read_event(event) == HttpRequest(
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
    ],
)
def test_what_stands_before_the_path_is_told_apart(path: str, mount: str, rest: str) -> None:
    event = rest_event("", "/spider/vpc/{name}")
    event["requestContext"]["path"] = path
    request = read_event(event)
    assert (request.mount, request.path) == (mount, rest)


def test_events_with_nothing_in_them() -> None:
    event = rest_event("/spider/vpc", "/spider/vpc", headers=None, multiValueQueryStringParameters=None)
    request = read_event(event)
    assert (request.query, request.headers, request.body) == ("", {}, b"")


def test_repeated_query_keys_stay_in_order() -> None:
    event = rest_event("/spider/vpc", "/spider/vpc", multiValueQueryStringParameters={"a": ["1", "2"], "b": [""]})
    assert read_event(event).query == "a=1&a=2&b="


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
