"""The events in which AWS hands a request to Lambda, and the answers it takes."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote, urlencode

from .http import HttpRequest, HttpResponse, choose_request_id

Event = dict[str, Any]

LONGEST_TEXT = 1024 * 1024  # bytes


def is_function_url(event: Event) -> bool:
    """Function URLs send payload format 2.0, API Gateway's REST APIs (and `chalice local`) format 1.0."""
    return "rawPath" in event


def read_event(event: Event) -> HttpRequest:
    """Both formats. Neither decodes the path (HTTP APIs would), so %2F in a name survives."""
    context = event["requestContext"]
    if is_function_url(event):
        method, path, mount = context["http"]["method"], event["rawPath"], ""
        query = event.get("rawQueryString") or ""
    else:
        method = context["httpMethod"]
        path, mount = _split_mount(context["path"], context["resourcePath"])
        query = urlencode(event.get("multiValueQueryStringParameters") or {}, doseq=True)
    headers = _headers(event)
    return HttpRequest(
        method=method,
        path=path,
        query=query,
        headers=headers,
        body=_body(event),
        request_id=choose_request_id(headers.get("x-request-id") or context.get("requestId")),
        mount=mount,
    )


def write_answer(request: HttpRequest, response: HttpResponse) -> Event:
    """What Lambda answers. A long body goes in base64 although it is text: in the JSON around it, every quote of a text
    takes two bytes, and Lambda's limit is on that JSON."""
    body = b"" if request.method == "HEAD" else response.body
    answer: Event = {"statusCode": response.status, "headers": response.headers}
    if "Content-Encoding" in response.headers or len(body) > LONGEST_TEXT:
        return {**answer, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return {**answer, "body": body.decode(), "isBase64Encoded": False}


def _headers(event: Event) -> dict[str, str]:
    """Names in lower case. One that was sent twice has both values, as in HTTP; format 1.0 has only the last of them
    among its `headers`."""
    several = event.get("multiValueHeaders") or {name: [value] for name, value in (event.get("headers") or {}).items()}
    return {name.lower(): ", ".join(values) for name, values in several.items()}


def _split_mount(path: str, resource: str) -> tuple[str, str]:
    """The path below the stage or the custom domain's base path, and what stands before it.

    The path has as many segments as the resource that it matched, doubled slashes aside, which API Gateway takes for
    single ones; pathParameters would not do, for `chalice local` cuts a semicolon and what follows off them.
    """
    segments = [word for word in quote(path, safe="/%+;:@!$&'()*,=~").split("/") if word]
    depth = resource.count("/")
    mount, below = segments[:-depth], segments[-depth:]
    return "/" + "/".join(below), "".join(f"/{word}" for word in mount)


def _body(event: Event) -> bytes:
    body = event.get("body") or b""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    return body if isinstance(body, bytes) else str(body).encode()
