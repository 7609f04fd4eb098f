"""The services of AWS that Spider itself stands on, by botocore, which is there for DynamoDB anyway."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from spider_drivers.contract import OutOfService

ERRORS = (BotoCoreError, ClientError)
_CONFIG = Config(connect_timeout=1.0, read_timeout=3.0, retries={"mode": "standard", "total_max_attempts": 4})


def secret(name: str, region: str) -> str:
    """The text that Secrets Manager holds under a name or ARN. Raises OutOfService."""
    try:
        return str(client("secretsmanager", region).get_secret_value(SecretId=name)["SecretString"])
    except ERRORS as error:
        raise OutOfService(f"Secrets Manager does not give '{name}': {error}", retry_after=1.0) from error


@cache
def client(service: str, region: str) -> Any:
    """A service's. Credentials come from botocore's standard chain: on Lambda the function's role."""
    return botocore.session.get_session().create_client(service, region_name=region, config=_CONFIG)
