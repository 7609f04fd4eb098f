"""A stage in an emulated AWS: made, changed, removed by what `make deploy` and `make destroy` run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

import app
from chalicelib.store import ALL
from deployment import deploy
from deployment.chalice_part import Json
from deployment.stack import CannotDeploy, Stack
from tests.servers import DUMMY_CREDENTIALS, ministack

from .support import LOGIN, TOPIC, small


@pytest.fixture(scope="module")
def session() -> Iterator[boto3.Session]:
    with ministack() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in {**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}.items():
            patch.setenv(name, value)
        found = boto3.Session()
        found.client("secretsmanager").create_secret(Name=LOGIN["PasswordSecret"], SecretString="only there")
        yield found


@pytest.fixture(scope="module")
def stack(session: boto3.Session, built: Json, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    found = Stack("dev", session)
    found.deploy(small(tmp_path_factory.mktemp("first"), built), {**LOGIN, **TOPIC})
    return found


def resources(stack: Stack, session: boto3.Session) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = session.client("cloudformation").describe_stack_resources(StackName=stack.name)[
        "StackResources"
    ]
    return found


def test_all_of_the_template_is_made(stack: Stack, session: boto3.Session, built: Json) -> None:
    made = {one["LogicalResourceId"]: one["ResourceStatus"] for one in resources(stack, session)}
    assert made == dict.fromkeys(built["Resources"], "CREATE_COMPLETE")
    assert set(stack.outputs()) == {"EndpointURL", "HeldURL"}


def test_tables_are_there(stack: Stack, session: boto3.Session) -> None:
    dynamodb = session.client("dynamodb")
    assert set(dynamodb.list_tables()["TableNames"]) == {f"{stack.name}-{table.name}" for table in ALL}
    for table in ALL:
        told = dynamodb.describe_table(TableName=f"{stack.name}-{table.name}")["Table"]
        assert {index["IndexName"] for index in told.get("GlobalSecondaryIndexes", [])} == set(table.indexes)


def test_every_route_is_there(stack: Stack, session: boto3.Session) -> None:
    gateway = session.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    made = gateway.get_resources(restApiId=api["id"], limit=500, embed=["methods"])["items"]
    found = {one["path"]: set(one["resourceMethods"]) - {"OPTIONS"} for one in made if one.get("resourceMethods")}
    assert found == {path: set(views) for path, views in app.app.routes.items()}
    (stage,) = gateway.get_stages(restApiId=api["id"])["item"]
    assert stage["stageName"] == "api"


def test_schedules_and_the_queue_call_their_functions(stack: Stack, session: boto3.Session) -> None:
    physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources(stack, session)}
    events = session.client("events")
    called = {}
    for rule in events.list_rules()["Rules"]:
        (calls,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        called[calls["Arn"].rpartition(":")[2]] = rule["ScheduleExpression"]
    jobs = {"Merge": "rate(5 minutes)", "Sweep": "rate(1 minute)"}
    assert called == {physical[name]: schedule for name, schedule in jobs.items()}
    functions = session.client("lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName=physical["Work"])["EventSourceMappings"]
    assert mapping["EventSourceArn"].rpartition(":")[2] == physical["Queue"].rpartition("/")[2]


def test_functions_have_the_layer_and_what_the_service_asks_for(stack: Stack, session: boto3.Session) -> None:
    functions = session.client("lambda")
    made = functions.list_functions(MaxItems=50)["Functions"]
    assert sorted(one["Handler"] for one in made) == sorted(
        ["app.app", "app.app", "app.collect", "app.merge", "app.reconcile", "app.sweep", "app.work"]
    )
    for one in made:
        assert ["spider-dev-drivers" in layer["Arn"] for layer in one["Layers"]] == [True]
        given = one["Environment"]["Variables"]
        needed = ("USERNAME", "PASSWORD_SECRET", "KMS_KEY", "QUEUE_URL", "TABLE_PREFIX")
        assert all(given[f"SPIDER_{name}"] for name in needed)


def test_a_deployment_changes_what_has_changed_and_keeps_the_login(
    stack: Stack, session: boto3.Session, built: Json, tmp_path: Path
) -> None:
    before = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources(stack, session)}
    stack.deploy(small(tmp_path, built), {})
    package = small(tmp_path, built, note="changed")
    layer = {**built["Parameters"]["LayerKey"], "Default": "another"}
    package.template.write_text(json.dumps({**built, "Parameters": {**built["Parameters"], "LayerKey": layer}}))
    stack.deploy(package, {"UserName": "you"})
    after = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources(stack, session)}
    assert {name for name in before if before[name] != after[name]} == {"DriversLayer"}
    given = session.client("lambda").get_function_configuration(FunctionName=after["Work"])["Environment"]["Variables"]
    assert (given["SPIDER_USERNAME"], given["SPIDER_PASSWORD_SECRET"]) == ("you", LOGIN["PasswordSecret"])


# -- alarms


def alarms(stack: Stack, session: boto3.Session) -> list[dict[str, Any]]:
    """CloudFormation names what is in a stack after it."""
    found: list[dict[str, Any]] = session.client("cloudwatch").describe_alarms(AlarmNamePrefix=f"{stack.name}-")[
        "MetricAlarms"
    ]
    return found


def test_alarms_watch_queues_and_functions_of_the_stage_and_tell_the_topic(
    stack: Stack, session: boto3.Session
) -> None:
    physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources(stack, session)}
    watched = [(one["MetricName"], one["Dimensions"][0]["Value"]) for one in alarms(stack, session)]
    queues = {"ApproximateNumberOfMessagesVisible": "DeadLetters", "ApproximateAgeOfOldestMessage": "Queue"}
    functions = [("Errors", physical[name]) for name in ("APIHandler", "Held", "Sweep", "Work")]
    names = [(metric, physical[queue].rpartition("/")[2]) for metric, queue in queues.items()]
    assert sorted(watched) == sorted(functions + names)
    told = [action for one in alarms(stack, session) for action in (*one["AlarmActions"], *one["OKActions"])]
    assert set(told) == set(TOPIC.values())


def test_alarms_stay_until_no_topic_is_wanted(
    stack: Stack, session: boto3.Session, built: Json, tmp_path: Path
) -> None:
    stack.deploy(small(tmp_path, built, note="again"), {})
    assert len(alarms(stack, session)) == 6
    stack.deploy(small(tmp_path, built), {"AlarmTopic": ""})
    assert alarms(stack, session) == []


def test_a_stage_without_a_topic_has_no_alarms(session: boto3.Session, built: Json, tmp_path: Path) -> None:
    quiet = Stack("quiet", session)
    quiet.deploy(small(tmp_path, built), LOGIN)
    assert alarms(quiet, session) == []
    quiet.destroy()


# -- what is refused


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "UserName and PasswordSecret must be given"),
        ({"UserName": "me"}, "PasswordSecret must be given"),
        ({"UserName": "me", "PasswordSecret": "nowhere"}, "no secret 'nowhere'"),
    ],
)
def test_nothing_is_deployed_that_anybody_could_use(
    session: boto3.Session, built: Json, tmp_path: Path, given: dict[str, str], why: str
) -> None:
    open_to_all = Stack("open", session)
    with pytest.raises(CannotDeploy, match=why):
        open_to_all.deploy(small(tmp_path, built), given)
    assert open_to_all.bucket not in {one["Name"] for one in session.client("s3").list_buckets()["Buckets"]}


def test_it_is_refused_before_anything_is_built(session: boto3.Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main(["open"]) == 1
    said = capsys.readouterr()
    assert said.err == "deploy: UserName and PasswordSecret must be given: anybody could use this API\n"
    assert said.out == ""


def test_a_region_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(CannotDeploy, match="no region"):
        Stack("dev", boto3.Session())


def test_what_cloudformation_refuses_is_told(session: boto3.Session, built: Json, tmp_path: Path) -> None:
    package = small(tmp_path, built)
    package.template.write_text(json.dumps({**built, "Resources": {"Odd": {"Type": "AWS::No::Such"}}}))
    broken = Stack("broken", session)
    with pytest.raises(Exception, match="AWS::No::Such"):
        broken.deploy(package, LOGIN)
    broken.destroy()


def test_a_first_try_that_failed_is_no_hindrance(session: boto3.Session, built: Json, tmp_path: Path) -> None:
    package = small(tmp_path, built)
    nobodys = {"PolicyName": "odd", "PolicyDocument": {}, "Roles": ["nobody"]}
    broken = {**built, "Resources": {"Odd": {"Type": "AWS::IAM::Policy", "Properties": nobodys}}}
    package.template.write_text(json.dumps({**broken, "Outputs": {}}))
    second = Stack("second", session)
    with pytest.raises(CannotDeploy, match=r"Odd: .*nobody"):
        second.deploy(package, LOGIN)
    second.deploy(small(tmp_path, built), LOGIN)
    second.destroy()


# -- its end


def test_nothing_is_left_in_the_end(session: boto3.Session, built: Json, tmp_path: Path) -> None:
    passing = Stack("passing", session)
    passing.deploy(small(tmp_path, built), LOGIN)
    assert deploy.main(["passing", "--destroy"]) == 0
    assert deploy.main(["passing", "--destroy"]) == 0  # what is gone is success
    assert not [name for name in session.client("dynamodb").list_tables()["TableNames"] if "passing" in name]
    assert passing.bucket not in {one["Name"] for one in session.client("s3").list_buckets()["Buckets"]}
