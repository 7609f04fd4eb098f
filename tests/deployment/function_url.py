"""Stands in for a Function URL of Lambda's, open to anybody.

Events are those of payload format 2.0: "Invoking Lambda function URLs" (Lambda's guide) has the fields. What it leaves
open was observed on AWS (captures in hotsock/voker): the raw path with its escapes untouched, and decoded once in
`requestContext.http`; names of headers in lower case, their values joined by a comma; what is not there is left out.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from .front import REGION, Event, EventTooLarge, Front, FunctionFailed, Reply, Sent, remapped

URL: Final = "2cxn22odiwguak4feg4jtt7cwm0ziblr"
HOST: Final = f"{URL}.lambda-url.{REGION}.on.aws"
# All else comes in base64, also without a type, and curl's form bodies (AWS's slides on Function URLs of 2022, and
# LeanerCloud/CUDly pull request 1483).
TEXT: Final = re.compile(r"text/.*|application/(.*\+)?(json|xml)|application/javascript")


class FunctionUrl(Front):
    def answer(self, sent: Sent) -> Reply:
        request = str(uuid.uuid4())
        try:
            told = self.ask(event(sent, request))
        except EventTooLarge as why:
            return _own(413, json.dumps({"Message": str(why)}), "application/json", request)
        except FunctionFailed:
            return _own(502, "Internal Server Error", "application/octet-stream", request)
        return _written(told, request)


def event(sent: Sent, request: str = "r-1") -> Event:
    joined = _joined([(name.lower(), value) for name, value in sent.passed_on()])
    cookies = [one for value in [joined.get("cookie", "")] for one in value.split("; ") if one]
    query = _joined(parse_qsl(sent.query, keep_blank_values=True))
    text = bool(TEXT.fullmatch(sent.header("content-type").split(";")[0].strip().lower()))
    body = sent.body.decode(errors="replace") if text else base64.b64encode(sent.body).decode()
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": sent.path,
        "rawQueryString": sent.query,
        **({"cookies": cookies} if cookies else {}),
        "headers": joined,
        **({"queryStringParameters": query} if query else {}),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": URL,
            "domainName": HOST,
            "domainPrefix": URL,
            "http": {
                "method": sent.method,
                "path": unquote(sent.path),
                "protocol": "HTTP/1.1",
                "sourceIp": sent.source,
                "userAgent": sent.header("user-agent"),
            },
            "requestId": request,
            "routeKey": "$default",
            "stage": "$default",
            "time": sent.time,
            "timeEpoch": int(sent.moment * 1000),
        },
        **({"body": body} if sent.body else {}),
        "isBase64Encoded": bool(sent.body) and not text,
    }


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _written(told: Any, request: str) -> Reply:
    """ "Response payload format": what has no status code is a body as it is."""
    if not isinstance(told, dict) or "statusCode" not in told:
        return _own(200, json.dumps(told), "application/json", request)
    text = told.get("body") or ""
    body = base64.b64decode(text, validate=True) if told.get("isBase64Encoded") else text.encode()
    headers = [*remapped(told.get("headers") or {}), *(("Set-Cookie", one) for one in told.get("cookies") or ())]
    if "content-type" not in {name.lower() for name, _ in headers}:
        headers.append(("Content-Type", "application/json"))
    return Reply(int(told["statusCode"]), (("x-amzn-RequestId", request), *headers), body)


def _own(status: int, text: str, kind: str, request: str) -> Reply:
    return Reply(status, (("Content-Type", kind), ("x-amzn-RequestId", request)), text.encode())
