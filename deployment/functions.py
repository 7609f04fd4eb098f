"""The Lambda functions: each with its log, its role, and who may call it."""

from __future__ import annotations

from typing import Final

from chalicelib.engine.settings import Settings

from . import policies, target
from .chalice_part import API, Json, Packaged
from .wheels import CannotBuild

HELD: Final = "Held"
# Beside what the stage's settings say. A function may write nowhere else.
VARIABLES: Final[Json] = {
    "SPIDER_HOME": "/tmp/spider",
    # It would look for plugins in all that is installed, with the first request.
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
    "SPIDER_TABLE_PREFIX": {"Ref": "AWS::StackName"},
    "SPIDER_USERNAME": {"Ref": "UserName"},
    "SPIDER_PASSWORD_SECRET": {"Ref": "PasswordSecret"},
    "SPIDER_KMS_KEY": {"Fn::GetAtt": ["SealingKey", "Arn"]},
    "SPIDER_QUEUE_URL": {"Ref": "Queue"},
}


def resources(packaged: Packaged) -> Json:
    made: Json = {"DriversLayer": _layer()}
    for name, told in {**packaged.functions, HELD: _held(packaged)}.items():
        made |= _function(name, told, packaged.retention)
        if _has_work(name, told):
            for event, one in told.get("Events", {}).items():
                made |= _event(name, event, one)
    return made | _address()


def _has_work(name: str, told: Json) -> bool:
    """Whether it does anything when it is called. Raises CannotBuild for a setting that cannot be read."""
    try:
        settings = Settings.from_env(told.get("Environment", {}).get("Variables", {}))
    except ValueError as error:
        raise CannotBuild(f".chalice/config.json: {error}") from error
    every = {"Collect": settings.collect_seconds, "Reconcile": settings.reconcile_seconds}
    return name not in every or every[name] > 0


def _held(packaged: Packaged) -> Json:
    """The API once more, for clients that hold a call: behind a Function URL it may take as long as a function may."""
    settings = packaged.settings["lambda_functions"]["held"]
    told = packaged.functions[API]
    variables = {**told["Environment"]["Variables"], **settings["environment_variables"]}
    return {**told, "Timeout": settings["lambda_timeout"], "Environment": {"Variables": variables}}


def _layer() -> Json:
    return {
        "Type": "AWS::Lambda::LayerVersion",
        "Properties": {
            "LayerName": {"Fn::Sub": "${AWS::StackName}-drivers"},
            "Content": {"S3Bucket": {"Ref": "ArtefactBucket"}, "S3Key": {"Ref": "LayerKey"}},
            "CompatibleRuntimes": [target.RUNTIME],
            "CompatibleArchitectures": [target.ARCHITECTURE],
        },
    }


def _function(name: str, told: Json, retention: int) -> Json:
    """The log is made before the function, which may then do without the permission to make one."""
    kept = ("Handler", "Timeout", "MemorySize", "ReservedConcurrentExecutions")
    given = told.get("Environment", {}).get("Variables", {})
    function = {
        **{key: told[key] for key in kept if key in told},
        "Runtime": target.RUNTIME,
        "Architectures": [target.ARCHITECTURE],
        "Code": {"S3Bucket": {"Ref": "ArtefactBucket"}, "S3Key": {"Ref": "FunctionKey"}},
        "Layers": [{"Ref": "DriversLayer"}],
        "Role": {"Fn::GetAtt": [f"{name}Role", "Arn"]},
        "Environment": {"Variables": {**VARIABLES, **given}},
        "LoggingConfig": {"LogGroup": {"Ref": f"{name}Log"}},
    }
    log = {"LogGroupName": {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{name}"}, "RetentionInDays": retention}
    return {
        f"{name}Log": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": log,
        },
        f"{name}Role": policies.role(name),
        name: {"Type": "AWS::Lambda::Function", "Properties": function},
    }


def _event(name: str, event: str, one: Json) -> Json:
    """Schedules only: others have their own place in the template."""
    if one["Type"] != "Schedule":
        return {}
    calls = {"Id": name, "Arn": {"Fn::GetAtt": [name, "Arn"]}}
    rule = {"ScheduleExpression": one["Properties"]["Schedule"], "State": "ENABLED", "Targets": [calls]}
    return {
        event: {"Type": "AWS::Events::Rule", "Properties": rule},
        f"{event}MayCall": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": name},
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": [event, "Arn"]},
            },
        },
    }


def _address() -> Json:
    """Anybody may call, as with API Gateway: Spider asks for the login. AWS wants both permissions for that
    ("Control access to Lambda function URLs")."""
    anybody: Json = {"FunctionName": {"Ref": HELD}, "Principal": "*"}
    by_url = {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}
    through_url = {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True}
    return {
        "HeldURL": {
            "Type": "AWS::Lambda::Url",
            "Properties": {"TargetFunctionArn": {"Fn::GetAtt": [HELD, "Arn"]}, "AuthType": "NONE"},
        },
        "AnybodyMayCallHeldURL": {"Type": "AWS::Lambda::Permission", "Properties": {**anybody, **by_url}},
        "AnybodyMayCallHeld": {"Type": "AWS::Lambda::Permission", "Properties": {**anybody, **through_url}},
    }
