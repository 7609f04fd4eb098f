"""The CloudFormation template: all that stands around the two archives."""

from __future__ import annotations

from typing import Final

from . import alarms, functions, gateway, queue, sealing, tables
from .chalice_part import Json, Packaged

GATEWAY: Final = "${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
LARGEST: Final = 1_000_000  # "CloudFormation quotas": bytes of a template that lies in S3


def build(packaged: Packaged, layer_key: str, function_key: str) -> Json:
    """`…_key`: where in the bucket of artefacts the archives will lie."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Spider: one API for every cloud",
        "Parameters": _parameters(layer_key, function_key),
        "Conditions": alarms.conditions(),
        "Resources": {
            **tables.resources(),
            **sealing.resources(),
            **queue.resources(packaged),
            **functions.resources(packaged),
            **gateway.resources(packaged),
            **alarms.resources(),
        },
        "Outputs": {
            "EndpointURL": {
                "Description": "Answers within 29 s; a change that takes longer is answered 202",
                "Value": {"Fn::Sub": f"https://{GATEWAY}/{packaged.stage}/spider"},
            },
            "HeldURL": {
                "Description": "For clients that wait: holds a call for up to 850 s. Append spider/...",
                "Value": {"Fn::GetAtt": ["HeldURL", "FunctionUrl"]},
            },
        },
    }


def _parameters(layer_key: str, function_key: str) -> Json:
    """Who may call has no default: without it nothing is deployed."""
    return {
        "UserName": {
            "Type": "String",
            "Description": "Of HTTP Basic, which every call needs",
            "AllowedPattern": "[!-9;-~]+",
            "ConstraintDescription": "is needed: printable ASCII without spaces and colons",
        },
        "PasswordSecret": {
            "Type": "String",
            "Description": "Name of the secret in Secrets Manager that holds the password, as plain text",
            "AllowedPattern": "[A-Za-z0-9/_+=.@-]+",
            "ConstraintDescription": "is needed: the name of a secret, not its ARN",
        },
        **alarms.parameters(),
        "ArtefactBucket": {"Type": "String", "Description": "Where both archives lie", "MinLength": 3},
        "LayerKey": {"Type": "String", "Default": layer_key},
        "FunctionKey": {"Type": "String", "Default": function_key},
    }
