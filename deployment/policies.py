"""What each function may do, by hand, and nothing of it to all resources."""

from __future__ import annotations

from typing import Final

from chalicelib.store import ALL, CALL_STATS, CALLS, CONNECTIONS, IDENTITIES, OPERATIONS, Table

from .chalice_part import Json
from .tables import logical

# What the store's calls ask for; a transaction asks for what is in it.
READ: Final = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query")
PUT: Final = ("dynamodb:PutItem",)
CHANGE: Final = (*PUT, "dynamodb:DeleteItem", "dynamodb:UpdateItem")

Statement = Json


def _log(name: str) -> Statement:
    return _allow(("logs:CreateLogStream", "logs:PutLogEvents"), {"Fn::GetAtt": [f"{name}Log", "Arn"]})


def _tables(actions: tuple[str, ...], *tables: Table) -> Statement:
    found: list[Json] = [{"Fn::GetAtt": [logical(table), "Arn"]} for table in tables]
    found += [{"Fn::Sub": f"${{{logical(table)}.Arn}}/index/*"} for table in tables if table.indexes]
    return _allow(actions, *found)


def _allow(actions: tuple[str, ...], *resources: Json) -> Statement:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}


# A secret's ARN ends in six characters that nobody knows before it is made ("Secrets Manager identity-based policies").
_PASSWORD: Final = _allow(
    ("secretsmanager:GetSecretValue",),
    {
        "Fn::Sub": "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:"
        "secret:${PasswordSecret}-??????"
    },
)
# As engine/kms.py names what it seals for.
_SEALED_FOR_US: Final = {"StringEquals": {"kms:EncryptionContext:spider": {"Ref": "AWS::StackName"}}}
_SEAL: Final = {
    **_allow(("kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"), {"Fn::GetAtt": ["SealingKey", "Arn"]}),
    "Condition": _SEALED_FOR_US,
}
_QUEUE: Final = {"Fn::GetAtt": ["Queue", "Arn"]}
_SEND: Final = _allow(("sqs:SendMessage",), _QUEUE)
_RECEIVE: Final = _allow(("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"), _QUEUE)

# Every function opens the engine whole. The sealing keys, a row among the connections, are made by who comes first.
OPEN: Final = (_PASSWORD, _SEAL, _tables(("dynamodb:GetItem", *PUT), CONNECTIONS))
_API: Final = (_tables((*READ, *CHANGE), *ALL), _SEND)
_RECORD: Final = _tables(PUT, CALLS, CALL_STATS)
_CHANGED: Final = (IDENTITIES, OPERATIONS)

# What each function does beside opening it and logging.
POLICIES: Final[dict[str, tuple[Statement, ...]]] = {
    "APIHandler": _API,
    "Held": _API,
    "Work": (
        _tables((*READ, *CHANGE), CONNECTIONS, *_CHANGED),  # of connections: at which pace their clouds are called
        _tables(("dynamodb:BatchWriteItem",), OPERATIONS),  # renews what it holds of that
        _RECORD,
        _SEND,
        _RECEIVE,
    ),
    "Sweep": (_tables(("dynamodb:BatchGetItem", "dynamodb:Query"), OPERATIONS), _SEND),
    "Reconcile": (
        _tables(READ, CONNECTIONS, *_CHANGED),
        _tables((*PUT, "dynamodb:UpdateItem"), *_CHANGED),  # begins changes; Work ends them
        _RECORD,
        _SEND,
    ),
    "Collect": (_tables(("dynamodb:BatchGetItem", "dynamodb:Query"), CONNECTIONS), _RECORD),
    "Merge": (_tables(("dynamodb:BatchGetItem", "dynamodb:Query", *CHANGE), CALL_STATS),),
}


def role(function: str) -> Json:
    """Raises KeyError for a function that has no policy here."""
    statements = [_log(function), *OPEN, *POLICIES[function]]
    policy = {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}
    trusted = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trusted]},
            "Policies": [policy],
        },
    }
