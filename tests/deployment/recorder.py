"""What a function asks of AWS: the actions of IAM that its calls need, each with its resource."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cloud_twin.faults import Forwarding
from cloud_twin.serve import serving

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

# As X-Amz-Target spells the services.
SERVICES = {
    "DynamoDB_20120810": "dynamodb",
    "TrentService": "kms",
    "AmazonSQS": "sqs",
    "secretsmanager": "secretsmanager",
}
# "Actions, resources, and condition keys for Amazon DynamoDB": a transaction needs what is in it.
IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}

HERE = "us-east-1:000000000000"  # region and account of the emulated AWS
RANDOM = "a1B2c3"  # what ends a secret's ARN

Needed = tuple[str, str]
"""An action and an ARN."""


@dataclass
class Recorder:
    """Stands before AWS for one function. `needed`: all that it has needed so far."""

    forwarding: Forwarding
    needed: set[Needed] = field(default_factory=set)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        service, _, operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).partition(".")
        self.needed |= set(needed(SERVICES[service], operation, json.loads(body)))
        environ["wsgi.input"] = io.BytesIO(body)
        return self.forwarding(environ, start_response)


@contextlib.contextmanager
def recorder(upstream: str) -> Iterator[tuple[str, Recorder]]:
    """Its URL and itself."""
    with contextlib.closing(Forwarding(upstream)) as forwarding:
        made = Recorder(forwarding)
        with serving(made) as url:
            yield url, made


def needed(service: str, operation: str, told: dict[str, Any]) -> Iterator[Needed]:
    action = f"{service}:{operation}"
    match service:
        case "dynamodb":
            yield from _of_dynamodb(operation, told)
        case "kms":
            yield action, told["KeyId"]  # the whole ARN
        case "sqs":
            yield action, f"arn:aws:sqs:{HERE}:{told['QueueUrl'].rpartition('/')[2]}"
        case "secretsmanager":
            yield action, f"arn:aws:secretsmanager:{HERE}:secret:{told['SecretId']}-{RANDOM}"


def _of_dynamodb(operation: str, told: dict[str, Any]) -> Iterator[Needed]:
    if operation == "TransactWriteItems":
        for item in told["TransactItems"]:
            ((kind, one),) = item.items()
            yield f"dynamodb:{IN_TRANSACTIONS[kind]}", _table(one["TableName"])
    elif "RequestItems" in told:
        for table in told["RequestItems"]:
            yield f"dynamodb:{operation}", _table(table)
    else:
        index = f"/index/{told['IndexName']}" if "IndexName" in told else ""
        yield f"dynamodb:{operation}", _table(told["TableName"]) + index


def _table(name: str) -> str:
    return f"arn:aws:dynamodb:{HERE}:table/{name}"
