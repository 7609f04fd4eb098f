"""The services of AWS that Spider itself stands on, by botocore, which is there for DynamoDB anyway."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from spider_drivers.contract import OutOfService

ERRORS = (BotoCoreError, ClientError)
_CONFIG = Config(connect_timeout=1.0, read_timeout=3.0, retries={"mode": "standard", "total_max_attempts": 4})
_making = threading.Lock()


def secret(name: str, region: str) -> str:
    """The text that Secrets Manager holds under a name or ARN. Raises OutOfService."""
    try:
        return str(client("secretsmanager", region).get_secret_value(SecretId=name)["SecretString"])
    except ERRORS as error:
        raise OutOfService(f"Secrets Manager does not give '{name}': {error}", retry_after=1.0) from error


def client(service: str, region: str) -> Any:
    """A service's. Credentials come from botocore's standard chain: on Lambda the function's role."""
    with _making:
        return _client(service, region)


@cache
def session() -> botocore.session.Session:
    """One for all services: each would read anew where AWS's endpoints are, which takes longer than to ask one.
    Not for two threads at once."""
    return botocore.session.get_session()


@cache
def _client(service: str, region: str) -> Any:
    return session().create_client(service, region_name=region, config=_CONFIG)


def forget() -> None:
    """Clients as of a new process, with the environment as it is now."""
    session.cache_clear()
    _client.cache_clear()
