"""API Gateway: the routes that Chalice wrote, and its own refusals in Spider's shape."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from chalicelib.rest import body, problems
from chalicelib.rest.problems import Meaning, Problem

from .chalice_part import API, Json, Packaged

# "Gateway response types" in API Gateway's guide; the two defaults are for all that are not named.
# A login that is none of AWS's, on a route that is not there, may count as one of these, too: nothing documents it.
_BAD = Problem(Meaning(400, "invalid", "Invalid request"), "API Gateway cannot read this request, or has no such route")
_DENIED = Problem(Meaning(403, "forbidden", "Forbidden"), "API Gateway does not let this request through")
_LARGE = Problem(body.TOO_LARGE, f"the request body is too large; at most {body.LIMIT} bytes are taken")
_MANY = Problem(Meaning(429, "limit", "Too many requests"), "API Gateway has a limit of calls, and it is reached")
_FAILED = Problem(Meaning(502, "internal", "Spider failed"), "Spider's function failed; its log tells why")
_LATE = Problem(Meaning(504, "timed-out", "No answer in time"), "Spider's function did not answer in time")

REFUSALS: Final = {
    "DEFAULT_4XX": _BAD,
    "DEFAULT_5XX": _FAILED,
    "ACCESS_DENIED": _DENIED,
    "WAF_FILTERED": _DENIED,
    # A route or a method that is not there; API Gateway means that it would have to be signed for.
    "MISSING_AUTHENTICATION_TOKEN": problems.unknown_route(ours=True),
    # An Authorization header that is none of AWS's, on such a route.
    "INVALID_SIGNATURE": problems.unknown_route(ours=True),
    "RESOURCE_NOT_FOUND": problems.unknown_route(ours=True),
    "REQUEST_TOO_LARGE": _LARGE,
    "THROTTLED": _MANY,
    "QUOTA_EXCEEDED": _MANY,
    "INTEGRATION_FAILURE": _FAILED,
    "INTEGRATION_TIMEOUT": _LATE,
}


def resources(packaged: Packaged) -> Json:
    routes = _routes(packaged)
    # A deployment is a photograph of the API: with other routes it has to be another resource.
    deployment = "Deployment" + hashlib.sha256(json.dumps(routes, sort_keys=True).encode()).hexdigest()[:12]
    return {
        "RestAPI": {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {
                "Name": {"Ref": "AWS::StackName"},
                "EndpointConfiguration": {"Types": [packaged.endpoint]},
                "Body": routes,
            },
        },
        deployment: {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": {"Ref": "RestAPI"}}},
        "Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {
                "RestApiId": {"Ref": "RestAPI"},
                "DeploymentId": {"Ref": deployment},
                "StageName": packaged.stage,
            },
        },
        "GatewayMayCall": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": API},
                "Action": "lambda:InvokeFunction",
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": {
                    "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${RestAPI}/*"
                },
            },
        },
    }


def _routes(packaged: Packaged) -> Json:
    """Chalice tells of each route what the docstring of app.py's view says, which is about Chalice."""
    paths = {
        path: {
            method: {key: value for key, value in told.items() if key != "summary"} for method, told in methods.items()
        }
        for path, methods in packaged.routes["paths"].items()
    }
    refusals = {name: _refusal(problem) for name, problem in REFUSALS.items()}
    return {**packaged.routes, "paths": paths, "x-amazon-apigateway-gateway-responses": refusals}


def _refusal(problem: Problem) -> Json:
    written = problems.write(problem, "$context.requestId")
    headers = {
        "Access-Control-Allow-Origin": "'*'",
        "Cache-Control": "'no-store'",
        "X-Request-Id": "context.requestId",
    }
    return {
        "statusCode": str(written.status),
        "responseTemplates": {"application/json": written.body.decode()},
        "responseParameters": {f"gatewayresponse.header.{name}": value for name, value in headers.items()},
    }


def addresses(routes: Json) -> set[tuple[str, ...]]:
    """Of the resources that API Gateway makes of the paths: one for each beginning of each. 300 are allowed."""
    found: set[tuple[str, ...]] = {()}
    for path in routes["paths"]:
        words = path.strip("/").split("/")
        found |= {tuple(words[:length]) for length in range(1, len(words) + 1)}
    return found
