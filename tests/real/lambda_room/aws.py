"""What Spider stands on in a region of AWS, emulated: DynamoDB, SQS, KMS and Secrets Manager."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import botocore.session

from chalicelib.store import ALL
from chalicelib.store.dynamodb_tables import definition
from tests.servers import DUMMY_CREDENTIALS, aws_twin

REGION: Final = DUMMY_CREDENTIALS["AWS_DEFAULT_REGION"]
USER, PASSWORD = "spider", "only in the secret"


@dataclass(frozen=True)
class Aws:
    """`variables`: of functions that use it. `sqs`: botocore's client."""

    variables: dict[str, str]
    sqs: Any

    @property
    def queue_url(self) -> str:
        return self.variables["SPIDER_QUEUE_URL"]


@contextlib.contextmanager
def emulated() -> Iterator[Aws]:
    """With tables, queue, key and login."""
    with aws_twin() as url:
        clients = {name: _client(name, url) for name in ("dynamodb", "sqs", "kms", "secretsmanager")}
        clients["secretsmanager"].create_secret(Name="login", SecretString=PASSWORD)
        for table in ALL:
            clients["dynamodb"].create_table(**definition(f"spider-{table.name}", table))
        variables = {
            "AWS_ENDPOINT_URL": url,
            "SPIDER_DYNAMODB_ENDPOINT": url,
            "SPIDER_HOME": "/tmp/spider",
            "SPIDER_USERNAME": USER,
            "SPIDER_PASSWORD_SECRET": "login",
            "SPIDER_KMS_KEY": clients["kms"].create_key()["KeyMetadata"]["KeyId"],
            "SPIDER_QUEUE_URL": clients["sqs"].create_queue(QueueName="operations")["QueueUrl"],
        }
        yield Aws(variables, clients["sqs"])


def _client(service: str, url: str) -> Any:
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=DUMMY_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=DUMMY_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
