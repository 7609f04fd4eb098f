"""What stands in the template, and what CloudFormation says to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib.rest import problems
from chalicelib.store import ALL
from chalicelib.store.dynamodb_tables import definition
from deployment import archives, gateway, policies, target, template, wheels
from deployment.chalice_part import Json, Packaged, package

ALLOWED_RESOURCES = 300  # "Amazon API Gateway quotas": of one REST API
GATEWAY_SECONDS, FUNCTION_SECONDS = 29, 900
CHALICES_MEMORY = 128


def of(built: Json, kind: str) -> dict[str, Json]:
    """Properties by logical id."""
    return {name: one["Properties"] for name, one in built["Resources"].items() if one["Type"] == f"AWS::{kind}"}


def test_cfn_lint_has_nothing_to_say(built: Json, tmp_path: Path) -> None:
    (tmp_path / "template.json").write_text(json.dumps(built))
    tool = Path(sys.executable).parent / "cfn-lint"
    command = [str(tool), "--include-checks", "I", "--", str(tmp_path / "template.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_it_is_no_larger_than_cloudformation_takes(built: Json) -> None:
    assert len(json.dumps(built)) < template.LARGEST / 2  # twice the routes are to come


def test_an_unknown_stage_is_told_from_those_that_there_are() -> None:
    with pytest.raises(wheels.CannotBuild, match=r"no stage 'nowhere' .*\(there: dev"):
        package(archives.ROOT, "nowhere")


# -- the API


def test_every_route_is_there_and_goes_to_the_function(built: Json) -> None:
    body = of(built, "ApiGateway::RestApi")["RestAPI"]["Body"]
    declared = {path: {method.lower() for method in views} for path, views in app.app.routes.items()}
    assert {path: set(methods) - {"options"} for path, methods in body["paths"].items()} == declared
    for methods in body["paths"].values():
        for method, told in methods.items():
            integration = told["x-amazon-apigateway-integration"]
            assert integration["type"] == ("mock" if method == "options" else "aws_proxy")
            assert method == "options" or "${APIHandler.Arn}" in integration["uri"]["Fn::Sub"]


def test_it_has_fewer_resources_than_api_gateway_takes(built: Json) -> None:
    addresses = gateway.addresses(of(built, "ApiGateway::RestApi")["RestAPI"]["Body"])
    assert {(), ("spider",), ("spider", "vpc", "{name}", "subnet", "{member}")} <= addresses
    assert len(addresses) < ALLOWED_RESOURCES


def test_it_is_regional_and_takes_any_type_as_it_is(built: Json) -> None:
    api = of(built, "ApiGateway::RestApi")["RestAPI"]
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert "*/*" in api["Body"]["x-amazon-apigateway-binary-media-types"]


def test_other_routes_are_another_deployment(built: Json, packaged: Packaged) -> None:
    packaged = replace(packaged, routes={**packaged.routes, "paths": {}})
    (before,) = of(built, "ApiGateway::Deployment")
    (after,) = (name for name in gateway.resources(packaged) if name.startswith("Deployment"))
    assert before != after


@pytest.mark.parametrize("name", gateway.REFUSALS)
def test_what_api_gateway_refuses_is_answered_in_our_shape(built: Json, name: str) -> None:
    refusal = of(built, "ApiGateway::RestApi")["RestAPI"]["Body"]["x-amazon-apigateway-gateway-responses"][name]
    said = json.loads(refusal["responseTemplates"]["application/json"].replace("$context.requestId", "r-1"))
    assert set(said) == {"type", "title", "status", "detail", "message", "request"}
    assert refusal["statusCode"] == str(said["status"])
    assert said["request"] == "r-1"
    # Of these words clients conclude that something is gone, there already, or worth another try.
    words = ("does not exist", "not found", "notfound", "already exists", "quota", "throttl", "in use")
    assert not [word for word in words if word in json.dumps(said).lower()]


def test_an_unknown_route_is_answered_as_everywhere(built: Json) -> None:
    body = of(built, "ApiGateway::RestApi")["RestAPI"]["Body"]
    refusal = body["x-amazon-apigateway-gateway-responses"]["MISSING_AUTHENTICATION_TOKEN"]
    assert refusal["statusCode"] == str(problems.LACKING_ROUTE.status) == "501"


# -- the functions


def test_each_function_of_the_application_is_one(built: Json) -> None:
    handlers = sorted(one["Handler"] for one in of(built, "Lambda::Function").values())
    declared = [f"app.{name}" for name in app.app.handler_map if name != app._view.__name__]
    assert handlers == sorted(["app.app", "app.app", *declared])
    assert set(of(built, "Lambda::Function")) == set(policies.POLICIES)


def test_functions_run_on_the_target_with_the_layer(built: Json) -> None:
    for one in of(built, "Lambda::Function").values():
        assert one["Runtime"] == target.RUNTIME
        assert one["Layers"] == [{"Ref": "DriversLayer"}]
        assert one["MemorySize"] > CHALICES_MEMORY
        assert one["Timeout"] <= FUNCTION_SECONDS


def test_nothing_is_waited_for_longer_than_its_front_holds_a_call(built: Json) -> None:
    functions = of(built, "Lambda::Function")
    fronts = (("APIHandler", GATEWAY_SECONDS), ("Held", FUNCTION_SECONDS), ("Reconcile", FUNCTION_SECONDS))
    for name, most in fronts:
        waits = float(functions[name]["Environment"]["Variables"]["SPIDER_WAIT_SECONDS"])
        assert waits + 1 < functions[name]["Timeout"] <= most


def test_a_job_that_is_off_is_not_called(built: Json, packaged: Packaged) -> None:
    assert scheduled(built) == {"Merge", "Sweep"}
    on = {"Collect": {"SPIDER_COLLECT_SECONDS": "600"}, "Reconcile": {"SPIDER_RECONCILE_SECONDS": "86400"}}
    told = {**packaged.functions, **{name: with_settings(packaged.functions[name], on[name]) for name in on}}
    assert scheduled(template.build(replace(packaged, functions=told), "l", "f")) == {*on, "Merge", "Sweep"}


def test_a_setting_that_cannot_be_read_is_told_before_anything_is_deployed(packaged: Packaged) -> None:
    told = {**packaged.functions, "Work": with_settings(packaged.functions["Work"], {"SPIDER_WORKERS": "many"})}
    with pytest.raises(wheels.CannotBuild, match="SPIDER_WORKERS: 'many' is not a number"):
        template.build(replace(packaged, functions=told), "l", "f")


def scheduled(built: Json) -> set[str]:
    """The functions that a rule calls, and may."""
    rules = of(built, "Events::Rule")
    allowed = {
        one["SourceArn"]["Fn::GetAtt"][0]
        for one in of(built, "Lambda::Permission").values()
        if "SourceArn" in one and "Fn::GetAtt" in one["SourceArn"]
    }
    assert allowed == set(rules)
    return {target["Id"] for one in rules.values() for target in one["Targets"]}


def with_settings(function: Json, variables: dict[str, str]) -> Json:
    given = function.get("Environment", {}).get("Variables", {})
    return {**function, "Environment": {"Variables": {**given, **variables}}}


def test_a_message_is_hidden_for_longer_than_its_worker_may_take(built: Json) -> None:
    queue = of(built, "SQS::Queue")["Queue"]
    assert queue["VisibilityTimeout"] > of(built, "Lambda::Function")["Work"]["Timeout"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}


def test_a_message_that_fails_fails_alone(built: Json) -> None:
    """So the worker needs not say which of several it was (`batchItemFailures`)."""
    (mapping,) = of(built, "Lambda::EventSourceMapping").values()
    assert (mapping["BatchSize"], "FunctionResponseTypes" in mapping) == (1, False)


def test_no_secret_is_a_variable_or_a_parameter(built: Json) -> None:
    assert "PASSWORD" not in {name.removeprefix("SPIDER_") for name in variables(built)}
    assert "resolve:" not in json.dumps(built)


def variables(built: Json) -> set[str]:
    return {name for one in of(built, "Lambda::Function").values() for name in one["Environment"]["Variables"]}


def test_variables_are_settings(built: Json) -> None:
    from chalicelib.engine.settings import described

    settings = {name for name, _, _ in described()}
    assert variables(built) - settings == {"PYDANTIC_DISABLE_PLUGINS"}


def test_logs_are_kept_for_a_while(built: Json) -> None:
    logs = of(built, "Logs::LogGroup")
    assert {one["RetentionInDays"] for one in logs.values()} == {30}
    used = {one["LoggingConfig"]["LogGroup"]["Ref"] for one in of(built, "Lambda::Function").values()}
    assert used == set(logs)


def test_who_may_call_has_no_default(built: Json) -> None:
    needed = {name for name, one in built["Parameters"].items() if "Default" not in one}
    assert needed == {"UserName", "PasswordSecret", "ArtefactBucket"}


# -- the tables


def test_tables_are_those_of_the_store(built: Json) -> None:
    tables = of(built, "DynamoDB::Table")
    assert len(tables) == len(ALL)
    for table in ALL:
        made = next(one for one in tables.values() if one["TableName"]["Fn::Sub"].endswith(f"-{table.name}"))
        assert made.items() >= {**definition("", table), "TableName": made["TableName"]}.items()
        assert made["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert made["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


# -- what functions may do


def statements(built: Json) -> Iterator[tuple[str, Json]]:
    for name, one in of(built, "IAM::Role").items():
        for policy in one["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def test_no_function_may_do_anything_to_everything(built: Json) -> None:
    for _, statement in statements(built):
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        for resource in statement["Resource"]:
            ((how, what),) = resource.items()
            assert how == "Fn::GetAtt" or narrow(what)


def narrow(resource: str) -> bool:
    """An index of a table, or a secret by its whole name."""
    return resource.endswith((".Arn}/index/*", ":secret:${PasswordSecret}-??????"))


def test_only_the_key_s_own_policy_speaks_of_all_resources(built: Json) -> None:
    def holders(value: Any, path: str) -> Iterator[str]:
        if value == "*":
            yield path
        elif isinstance(value, dict):
            for key, one in value.items():
                yield from holders(one, f"{path}/{key}")
        elif isinstance(value, list):
            for one in value:
                yield from holders(one, path)

    found = {path for name, one in built["Resources"].items() if name != "RestAPI" for path in holders(one, name)}
    assert found == {
        "SealingKey/Properties/KeyPolicy/Statement/Resource",
        "AnybodyMayCallHeldURL/Properties/Principal",
        "AnybodyMayCallHeld/Properties/Principal",
    }
