"""Whole events, as both fronts send them; `event` in rest_api.py and function_url.py names where that is told."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from . import function_url, rest_api
from .front import Event, Headers, Sent

BODY = '{"name":"한"}'.encode()
HEADERS: Headers = (
    ("host", "example.org"),
    ("user-agent", "curl/8.7.1"),
    ("Cookie", "a=1; b=2"),
    ("X-Probe", "first"),
    ("x-probe", "second"),
    ("Content-Type", "application/json"),
    ("Content-Length", str(len(BODY))),
    ("Connection", "keep-alive"),
    ("X-Forwarded-For", "10.0.0.7"),
)
QUERY = "repeat=one&repeat=two&address=https%3A%2F%2Fa%2Fb&plain=a+b&plus=a%2Bb&empty="
SENT = Sent("POST", f"/api/spider/tag/a%2Fb%20c?{QUERY}", HEADERS, BODY, "68.8.83.18", 1783711144.836)
TRACE = "Root=1-6a5145a8-000000000000000000000000"
NOBODY = {
    "accessKey": None,
    "accountId": None,
    "caller": None,
    "cognitoAuthenticationProvider": None,
    "cognitoAuthenticationType": None,
    "cognitoIdentityId": None,
    "cognitoIdentityPoolId": None,
    "principalOrgId": None,
    "user": None,
    "userArn": None,
}


def test_an_event_of_a_rest_api() -> None:
    told = rest_api.event(SENT, "/spider/tag/{name}", "r-1")
    context = told.pop("requestContext")
    assert told == {
        "resource": "/spider/tag/{name}",
        "path": "/spider/tag/a%2Fb%20c",
        "httpMethod": "POST",
        "headers": {
            "Host": "example.org",
            "User-Agent": "curl/8.7.1",
            "Cookie": "a=1; b=2",
            "X-Probe": "second",
            "Content-Type": "application/json",
            "X-Amzn-Trace-Id": TRACE,
            "X-Forwarded-For": "10.0.0.7, 68.8.83.18",
            "X-Forwarded-Port": "443",
            "X-Forwarded-Proto": "https",
        },
        "multiValueHeaders": {
            **{name: [value] for name, value in told["headers"].items()},
            "X-Probe": ["first", "second"],
        },
        "queryStringParameters": {
            "repeat": "two",
            "address": "https://a/b",
            "plain": "a b",
            "plus": "a+b",
            "empty": "",
        },
        "multiValueQueryStringParameters": {
            "repeat": ["one", "two"],
            "address": ["https://a/b"],
            "plain": ["a b"],
            "plus": ["a+b"],
            "empty": [""],
        },
        "pathParameters": {"name": "a%2Fb%20c"},
        "stageVariables": None,
        "body": b64encode(BODY).decode(),
        "isBase64Encoded": True,
    }
    assert len(context.pop("resourceId")) == 6
    assert context.pop("extendedRequestId")
    assert context == {
        "resourcePath": "/spider/tag/{name}",
        "httpMethod": "POST",
        "requestTime": "10/Jul/2026:19:19:04 +0000",
        "path": "/api/spider/tag/a%2Fb%20c",
        "accountId": "123456789012",
        "protocol": "HTTP/1.1",
        "stage": "api",
        "domainPrefix": rest_api.API,
        "requestTimeEpoch": 1783711144836,
        "requestId": "r-1",
        "identity": {**NOBODY, "sourceIp": "68.8.83.18", "userAgent": "curl/8.7.1"},
        "domainName": rest_api.HOST,
        "deploymentId": "9dlp1o",
        "apiId": rest_api.API,
    }


def test_an_event_of_a_function_url() -> None:
    assert function_url.event(SENT, "r-1") == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/api/spider/tag/a%2Fb%20c",
        "rawQueryString": QUERY,
        "cookies": ["a=1", "b=2"],
        "headers": {
            "host": "example.org",
            "user-agent": "curl/8.7.1",
            "cookie": "a=1; b=2",
            "x-probe": "first,second",
            "content-type": "application/json",
            "content-length": "14",
            "x-amzn-trace-id": TRACE,
            "x-forwarded-for": "10.0.0.7, 68.8.83.18",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "queryStringParameters": {
            "repeat": "one,two",
            "address": "https://a/b",
            "plain": "a b",
            "plus": "a+b",
            "empty": "",
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": function_url.URL,
            "domainName": function_url.HOST,
            "domainPrefix": function_url.URL,
            "http": {
                "method": "POST",
                "path": "/api/spider/tag/a/b c",
                "protocol": "HTTP/1.1",
                "sourceIp": "68.8.83.18",
                "userAgent": "curl/8.7.1",
            },
            "requestId": "r-1",
            "routeKey": "$default",
            "stage": "$default",
            "time": "10/Jul/2026:19:19:04 +0000",
            "timeEpoch": 1783711144836,
        },
        "body": BODY.decode(),
        "isBase64Encoded": False,
    }


def test_what_is_not_sent_is_not_told() -> None:
    bare = Sent("GET", "/api//spider/cloudos/")
    told = rest_api.event(bare, "/spider/cloudos")
    assert (told["path"], told["requestContext"]["path"]) == ("/spider/cloudos/", "/api//spider/cloudos/")
    absent = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "body")
    assert ([told[name] for name in absent], told["isBase64Encoded"]) == ([None] * 4, False)
    other = function_url.event(bare)
    assert (other["rawQueryString"], other["isBase64Encoded"]) == ("", False)
    assert not {"body", "cookies", "queryStringParameters"} & set(other)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("", False),
        ("application/json", True),
        ("application/JSON; charset=utf-8", True),
        ("application/problem+json", True),
        ("text/plain", True),
        ("application/x-www-form-urlencoded", False),
        ("application/octet-stream", False),
    ],
)
def test_a_function_url_sends_text_as_it_is(kind: str, text: bool) -> None:
    event: Event = function_url.event(Sent("GET", "/", (("Content-Type", kind),) if kind else (), b"{}"))
    assert (event["body"], event["isBase64Encoded"]) == (("{}", False) if text else ("e30=", True))


@pytest.mark.parametrize(
    ("kind", "binary", "encoded"),
    [
        ("application/json", ["image/png"], False),
        ("", ["image/png"], False),
        ("image/png", ["image/*"], True),
        ("", ["application/json"], True),
        ("", ["*/*"], True),
    ],
)
def test_api_gateway_sends_the_types_in_base64_that_are_called_binary(kind: str, binary: Any, encoded: bool) -> None:
    event = rest_api.event(Sent("GET", "/", (("Content-Type", kind),) if kind else (), b"{}"), "/", binary=binary)
    assert (event["body"], event["isBase64Encoded"]) == (("e30=", True) if encoded else ("{}", False))
