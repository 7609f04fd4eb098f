"""Stands in for API Gateway: a REST API as the template defines it, with Lambda proxy integrations.

Events are those of payload format 1.0: "Lambda proxy integrations in API Gateway" (API Gateway's guide) has the fields.
How an address is told, the guide leaves open; observed on AWS (captures in hotsock/voker and localstack/localstack):
the path as sent, its escapes untouched, doubled slashes only in `requestContext.path`; the query decoded, + as a space.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, TimeoutError
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qsl
from zlib import crc32

from deployment.chalice_part import Json

from .front import ACCOUNT, REGION, Event, EventTooLarge, Front, FunctionFailed, Headers, Lambda, Reply, Sent, remapped

STAGE: Final = "api"
API: Final = "a1b2c3d4e5"
HOST: Final = f"{API}.execute-api.{REGION}.amazonaws.com"
LARGEST: Final = 10 * 2**20  # "Quotas for configuring and running a REST API": bytes of a request's body
SECONDS: Final = 29.0  # the same: integration time-out
# Who has signed a request with AWS's keys.
NOBODY: Final = dict.fromkeys(
    (
        "accessKey",
        "accountId",
        "caller",
        "cognitoAuthenticationProvider",
        "cognitoAuthenticationType",
        "cognitoIdentityId",
        "cognitoIdentityPoolId",
        "principalOrgId",
        "user",
        "userArn",
    )
)
OF_THE_CALLER: Final = ("INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "REQUEST_TOO_LARGE")


def definition(built: Json) -> Json:
    """Of the API in a template."""
    found: Json = built["Resources"]["RestAPI"]["Properties"]["Body"]
    return found


class RestApi(Front):
    """`definition`: of the API, in OpenAPI with AWS's extensions. `seconds`: how long the function is waited for."""

    prefix = f"/{STAGE}"

    def __init__(self, definition: Json, invoke: Lambda, seconds: float = SECONDS) -> None:
        super().__init__(invoke)
        self._paths: Json = definition["paths"]
        self._binary: list[str] = definition["x-amazon-apigateway-binary-media-types"]
        self._refusals: Json = definition["x-amazon-apigateway-gateway-responses"]
        self._seconds = seconds

    def answer(self, sent: Sent) -> Reply:
        request = str(uuid.uuid4())
        resource = self._resource(sent)
        integration = self._paths.get(resource, {}).get(sent.method.lower(), {}).get("x-amazon-apigateway-integration")
        if integration is None:
            # A route that is not there would have to be signed for; a login that is none of AWS's is no signature.
            return self.refused(
                "INVALID_SIGNATURE" if sent.header("authorization") else "MISSING_AUTHENTICATION_TOKEN", request
            )
        if len(sent.body) > LARGEST:
            return self.refused("REQUEST_TOO_LARGE", request)
        if integration["type"] == "mock":
            return self._mocked(integration, sent, request)
        return self._integrated(event(sent, resource, request, self._binary), sent, request)

    def _integrated(self, given: Event, sent: Sent, request: str) -> Reply:
        try:
            return self._written(self._in_time(given), sent, request)
        except TimeoutError:
            return self.refused("INTEGRATION_TIMEOUT", request)
        except EventTooLarge:
            return self.refused("REQUEST_TOO_LARGE", request)
        except FunctionFailed:
            return self.refused("INTEGRATION_FAILURE", request)

    def _in_time(self, given: Event) -> Any:
        """Raises TimeoutError; the function goes on."""
        found: Future[Any] = Future()

        def ask() -> None:
            try:
                found.set_result(self.ask(given))
            except Exception as failure:
                found.set_exception(failure)

        Thread(target=ask, daemon=True).start()
        return found.result(self._seconds)

    # -- to the function

    def _resource(self, sent: Sent) -> str:
        """The path's of the definition that it matches, "" without one. Fixed words go before variables."""
        stage, *segments = words(sent.path) or [""]
        fitting = [path for path in self._paths if stage == STAGE and _fits(words(path), segments)]
        return min(fitting, key=lambda path: ["{" in word for word in words(path)], default="")

    # -- from the function

    def _written(self, told: Any, sent: Sent, request: str) -> Reply:
        """Raises FunctionFailed: "Malformed Lambda proxy response"."""
        if not is_proxy_answer(told):
            raise self.failed(f"Malformed Lambda proxy response: {str(told)[:200]}")
        body = (told.get("body") or "").encode()
        if told.get("isBase64Encoded") and is_binary(sent.header("accept") or "*/*", self._binary):
            try:
                body = base64.b64decode(body, validate=True)
            except binascii.Error:
                self.failures.append("not in base64")
                return self.refused("API_CONFIGURATION_ERROR", request)
        several = {name: tuple(values) for name, values in (told.get("multiValueHeaders") or {}).items()}
        headers = [*remapped(told.get("headers") or {}), *((name, one) for name in several for one in several[name])]
        return Reply(int(told["statusCode"]), (("x-amzn-RequestId", request), *headers), body)

    def _mocked(self, integration: Json, sent: Sent, request: str) -> Reply:
        """Preflights. Where all types are binary, a mock can read a request only if it is made a text first (observed:
        squidfunk/terraform-aws-api-gateway-enable-cors issue 10)."""
        kind = sent.header("content-type") or "application/json"
        if kind not in integration["requestTemplates"] or integration.get("contentHandling") != "CONVERT_TO_TEXT":
            return self.refused("API_CONFIGURATION_ERROR", request)
        told = integration["responses"]["default"]
        mapped = self._mapped("method.response.header.", told.get("responseParameters", {}), request)
        return Reply(int(told["statusCode"]), (("Content-Type", "application/json"), *mapped), b"")

    def refused(self, kind: str, request: str) -> Reply:
        """What the API answers itself: "Gateway responses for REST APIs in API Gateway"."""
        told = self._refusals.get(kind) or self._refusals[f"DEFAULT_{4 if kind in OF_THE_CALLER else 5}XX"]
        mapped = self._mapped("gatewayresponse.header.", told["responseParameters"], request)
        body = told["responseTemplates"]["application/json"].replace("$context.requestId", request)
        assert "$" not in body, f"a variable that is not replaced: {body}"
        headers = (("Content-Type", "application/json"), ("x-amzn-RequestId", request), *mapped)
        return Reply(int(told["statusCode"]), headers, body.encode())

    def _mapped(self, prefix: str, parameters: Json, request: str) -> Iterator[tuple[str, str]]:
        """ "Parameter mapping source reference for REST APIs": a text in quotes, or a variable."""
        variables = {"context.requestId": request}
        for name, value in parameters.items():
            quoted = re.fullmatch("'(.*)'", value)
            yield name.removeprefix(prefix), quoted[1] if quoted else variables[value]


def event(sent: Sent, resource: str, request: str = "r-1", binary: Iterable[str] = ("*/*",)) -> Event:
    """`resource`: whose path it is in the API. `binary`: the API's binary media types."""
    headers = grouped(_spelled(sent.passed_on()))
    query = grouped(parse_qsl(sent.query, keep_blank_values=True))
    below = words(sent.path)[1:]
    names = {word[1:-1]: below[at] for at, word in enumerate(words(resource)) if word.startswith("{")}
    encoded = bool(sent.body) and is_binary(sent.header("content-type") or "application/json", binary)
    body = base64.b64encode(sent.body).decode() if encoded else sent.body.decode(errors="replace")
    return {
        "resource": resource,
        "path": "/" + "/".join(below) + ("/" if below and sent.path.endswith("/") else ""),
        "httpMethod": sent.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": names or None,
        "stageVariables": None,
        "requestContext": _context(sent, resource, request),
        "body": body or None,
        "isBase64Encoded": encoded,
    }


def _context(sent: Sent, resource: str, request: str) -> Event:
    return {
        "resourceId": f"{crc32(resource.encode()):08x}"[:6],
        "resourcePath": resource,
        "httpMethod": sent.method,
        "extendedRequestId": "ATfSdF7nPHcErRA=",
        "requestTime": sent.time,
        "path": sent.path,
        "accountId": ACCOUNT,
        "protocol": "HTTP/1.1",
        "stage": STAGE,
        "domainPrefix": API,
        "requestTimeEpoch": int(sent.moment * 1000),
        "requestId": request,
        "identity": {**NOBODY, "sourceIp": sent.source, "userAgent": sent.header("user-agent")},
        "domainName": HOST,
        "deploymentId": "9dlp1o",
        "apiId": API,
    }


def is_binary(media_type: str, binary: Iterable[str]) -> bool:
    """ "Working with binary media types for REST APIs". Of what is accepted, the first counts."""
    kind = media_type.split(",")[0].split(";")[0].strip().lower()
    return bool({kind, f"{kind.split('/')[0]}/*", "*/*"} & set(binary))


def words(path: str) -> list[str]:
    return [word for word in path.split("/") if word]


def _fits(resource: list[str], segments: list[str]) -> bool:
    return len(resource) == len(segments) and all(
        word.startswith("{") or word == segment for word, segment in zip(resource, segments, strict=True)
    )


def _spelled(headers: Headers) -> Iterator[tuple[str, str]]:
    """As AWS spells names: its own way for two, else as first sent. The length of the body is left out."""
    first = {"host": "Host", "user-agent": "User-Agent"}
    return (
        (first.setdefault(name.lower(), name), value) for name, value in headers if name.lower() != "content-length"
    )


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Values by name."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def is_proxy_answer(told: Any) -> bool:
    """ "Output format of a Lambda function for proxy integration" """
    if not isinstance(told, dict) or not str(told.get("statusCode", "")).isdigit():
        return False
    headers = told.get("headers") or {}
    plain = isinstance(headers, dict) and all(isinstance(one, (str, int, float, bool)) for one in headers.values())
    return (
        plain
        and isinstance(told.get("body"), (str, type(None)))
        and isinstance(told.get("isBase64Encoded", False), bool)
    )
