"""What a stage has beside its functions: DynamoDB, SQS, KMS and Secrets Manager, each on the wire."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from chalicelib import aws
from chalicelib.engine.service import open_engine
from chalicelib.engine.settings import Settings
from tests.servers import DUMMY_CREDENTIALS, aws_twin

REGION = DUMMY_CREDENTIALS["AWS_DEFAULT_REGION"]
USER, PASSWORD = "me", "only in the secret"


@contextlib.contextmanager
def place() -> Iterator[dict[str, str]]:
    """What the template gives the functions, as long as this process has it too; and what it makes is there."""
    with aws_twin() as url, pytest.MonkeyPatch.context() as patch:
        for name, value in {**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1"}.items():
            patch.setenv(name, value)
        aws.forget()
        aws.client("secretsmanager", REGION).create_secret(Name="login", SecretString=PASSWORD)
        given = {
            "AWS_LAMBDA_FUNCTION_NAME": "spider",
            "SPIDER_DYNAMODB_ENDPOINT": url,
            "SPIDER_TABLE_PREFIX": "deployed",
            "SPIDER_USERNAME": USER,
            "SPIDER_PASSWORD_SECRET": "login",
            "SPIDER_KMS_KEY": aws.client("kms", REGION).create_key()["KeyMetadata"]["KeyId"],
            "SPIDER_QUEUE_URL": aws.client("sqs", REGION).create_queue(QueueName="spider-operations")["QueueUrl"],
            "SPIDER_WAIT_SECONDS": "25",
        }
        open_engine(Settings.from_env({**DUMMY_CREDENTIALS, **given, "SPIDER_HOME": "/nowhere"})).close()
        for name, value in given.items():
            patch.setenv(name, value)
        patch.setenv("SPIDER_HOME", "/nowhere")
        yield given
        aws.forget()
