"""What the fronts answer themselves, and that Spider gives them no cause to."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest

from chalicelib.rest.handle import ALLOWED_HEADERS
from deployment import gateway
from deployment.chalice_part import Json

from .front import LARGEST_ANSWER, Event, Headers, Reply, Sent
from .function_url import FunctionUrl
from .rest_api import LARGEST, RestApi, definition

OK: Event = {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": "{}", "isBase64Encoded": False}
ROUTE = "/api/spider/vpc"
LOGIN: Headers = (("Authorization", "Basic bWU6eA=="),)


def answering(answer: Any) -> Any:
    return lambda _: answer


def raising(_: Event) -> Any:
    raise ZeroDivisionError


def check_shape(reply: Reply, status: int, why: str) -> None:
    """Spider's, told by API Gateway."""
    headers = {name.lower(): value for name, value in reply.headers}
    told = json.loads(reply.body)
    assert (reply.status, told["status"]) == (status, status)
    assert set(told) == {"type", "title", "status", "detail", "message", "request"}
    assert told["type"] == f"urn:spider:problem:{why}"
    assert told["request"] == headers["x-request-id"] == headers["x-amzn-requestid"] != ""
    assert (headers["cache-control"], headers["access-control-allow-origin"]) == ("no-store", "*")


# -- requests that reach no function


@pytest.mark.parametrize("login", [(), LOGIN], ids=["nobody", "logged in"])
@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/api/spider/nothing"),
        ("GET", "/api/spider/vpc/a/b"),
        ("GET", "/api"),
        ("GET", "/elsewhere/spider/vpc"),
        ("PUT", ROUTE),
        ("PATCH", ROUTE),
        ("HEAD", "/api/spider/controlvm/x"),
    ],
)
def test_a_route_that_is_not_there(built: Json, method: str, target: str, login: Headers) -> None:
    api = RestApi(definition(built), raising)
    check_shape(api.answer(Sent(method, target, login)), 501, "no-route")
    assert api.failures == []


@pytest.mark.parametrize("size", [LARGEST + 1, 5_000_000], ids=["for API Gateway", "for Lambda"])
def test_a_body_that_is_too_large(built: Json, size: int) -> None:
    """Lambda's 6 MB hold one of 4.7 MB at most, in base64."""
    api = RestApi(definition(built), raising)
    check_shape(api.answer(Sent("POST", ROUTE, (), b" " * size)), 413, "too-large")
    assert api.failures == []


def test_one_that_is_too_large_for_a_function_url() -> None:
    """There nobody can say how that is told."""
    reply = FunctionUrl(raising).answer(Sent("POST", "/spider/vpc", (), b" " * 5_000_000))
    assert (reply.status, json.loads(reply.body)) == (
        413,
        {"Message": "Request must be smaller than 6291456 bytes for the InvokeFunction operation"},
    )


def test_a_preflight(built: Json) -> None:
    origin = (("Origin", "https://a.example"), ("Access-Control-Request-Method", "DELETE"))
    for path in ("vpc/x", "driver", "tag/a%2Fb"):
        reply = RestApi(definition(built), raising).answer(Sent("OPTIONS", f"/api/spider/{path}", origin))
        headers = dict(reply.headers)
        assert (reply.status, headers["Access-Control-Allow-Origin"], reply.body) == (200, "*", b"")
        assert set(ALLOWED_HEADERS) <= set(headers["Access-Control-Allow-Headers"].split(","))
        assert {"GET", "OPTIONS"} <= set(headers["Access-Control-Allow-Methods"].split(","))


def test_a_preflight_that_would_stay_binary_fails(built: Json) -> None:
    api = copy.deepcopy(definition(built))
    del api["paths"]["/spider/vpc"]["options"]["x-amazon-apigateway-integration"]["contentHandling"]
    assert RestApi(api, raising).answer(Sent("OPTIONS", ROUTE)).status == 502


# -- answers that are none

MALFORMED: list[Any] = [
    None,
    "text",
    {},
    {"statusCode": "ok", "body": ""},
    {"statusCode": 200, "body": {}},
    {"statusCode": 200, "headers": {"Age": None}, "body": ""},
    {"statusCode": 200, "headers": {"Age": ["1"]}, "body": ""},
    {"statusCode": 200, "isBase64Encoded": "true", "body": ""},
    {"statusCode": 200, "isBase64Encoded": True, "body": "%"},
    {**OK, "body": "x" * LARGEST_ANSWER},
]


@pytest.mark.parametrize("answer", MALFORMED, ids=lambda one: str(one)[:40])
def test_api_gateway_takes_no_such_answer(built: Json, answer: Any) -> None:
    api = RestApi(definition(built), answering(answer))
    check_shape(api.answer(Sent("GET", ROUTE)), 502, "internal")
    assert len(api.failures) == 1


def test_a_function_that_fails(built: Json) -> None:
    api, url = RestApi(definition(built), raising), FunctionUrl(raising)
    check_shape(api.answer(Sent("GET", ROUTE)), 502, "internal")
    assert url.answer(Sent("GET", "/spider/vpc")).status == 502
    assert api.failures == url.failures == ["ZeroDivisionError()"]


def test_an_answer_that_is_too_large_for_lambda() -> None:
    frame = len(json.dumps({**OK, "body": ""}))
    fits = {**OK, "body": "x" * (LARGEST_ANSWER - frame)}
    assert FunctionUrl(answering(fits)).answer(Sent("GET", "/")).status == 200
    assert FunctionUrl(answering({**OK, "body": fits["body"] + "x"})).answer(Sent("GET", "/")).status == 502


def test_a_function_that_takes_too_long(built: Json) -> None:
    def late(_: Event) -> Event:
        time.sleep(0.5)
        return OK

    assert RestApi(definition(built), late).answer(Sent("GET", ROUTE)).status == 200
    check_shape(RestApi(definition(built), late, 0.1).answer(Sent("GET", ROUTE)), 504, "timed-out")


# -- answers that arrive as something else


def test_a_login_is_not_asked_for_by_name(built: Json) -> None:
    """So a browser shows no window for it, on neither front."""
    challenge = {**OK, "statusCode": 401, "headers": {"WWW-Authenticate": "Basic"}}
    for front, path in (
        (RestApi(definition(built), answering(challenge)), ROUTE),
        (FunctionUrl(answering(challenge)), "/"),
    ):
        headers = dict(front.answer(Sent("GET", path)).headers)
        assert (headers["x-amzn-Remapped-WWW-Authenticate"], "WWW-Authenticate" in headers) == ("Basic", False)


def test_what_is_in_base64_is_unpacked_only_for_whom_it_is_binary(built: Json) -> None:
    told = answering({**OK, "body": "e30=", "isBase64Encoded": True})
    json_accepted = Sent("GET", ROUTE, (("Accept", "application/json"),))
    assert RestApi(definition(built), told).answer(json_accepted).body == b"{}"
    api = {**definition(built), "x-amazon-apigateway-binary-media-types": ["image/*"]}
    assert RestApi(api, told).answer(json_accepted).body == b"e30="


def test_every_refusal_can_be_told(built: Json) -> None:
    api = RestApi(definition(built), raising)
    for kind in gateway.REFUSALS:
        told = json.loads(api.refused(kind, "r-1").body)
        assert (told["request"], bool(told["message"])) == ("r-1", True)
