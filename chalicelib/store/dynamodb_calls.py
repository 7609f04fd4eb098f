"""Calls of DynamoDB: tried again with back-off where that helps, its errors as the store's own."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import Any, Final

import botocore.session
from botocore import exceptions as causes
from pynamodb.connection.base import BOTOCORE_EXCEPTIONS, Connection
from pynamodb.exceptions import VerboseClientError

from .. import aws
from .interface import Conflict, StoreUnavailable

PATIENCE_SECONDS: Final = 5.0
FIRST_PAUSE_SECONDS: Final = 0.02
LONGEST_PAUSE_SECONDS: Final = 0.8
CONNECT_SECONDS: Final = 1.0
READ_SECONDS: Final = 3.0
POOL: Final = 50

# "Error handling with DynamoDB" in AWS's developer guide. The last two: an item wanted by two transactions at
# once, and a repeated call whose first try is still being worked on.
PASSING: Final = {
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
}
# The same, as the reasons of a TransactionCanceledException spell them.
PASSING_REASONS: Final = {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
# An answer that did not arrive, or a server that cannot be reached just now.
LOST: Final = (causes.ConnectionError, causes.HTTPClientError, causes.IncompleteReadError)


class Backoff:
    """Pauses that double, with jitter, until the patience is used up."""

    def __init__(self) -> None:
        self._deadline = time.monotonic() + PATIENCE_SECONDS
        self._pause = FIRST_PAUSE_SECONDS

    def wait(self) -> bool:
        """Sleep a while. False, without sleeping, when there is no time left."""
        pause = self._pause * random.uniform(0.5, 1.0)
        if time.monotonic() + pause > self._deadline:
            return False
        time.sleep(pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        return True


class _Connection(Connection):
    """Without a session of its own."""

    @property
    def session(self) -> botocore.session.Session:
        return aws.session()


class Calls:
    """DynamoDB by operation name, through pynamodb's connection, which loads no SDK but botocore."""

    def __init__(self, region: str, endpoint: str | None) -> None:
        self._connection = _Connection(
            region=region,
            host=endpoint,
            connect_timeout_seconds=CONNECT_SECONDS,
            read_timeout_seconds=READ_SECONDS,
            max_retry_attempts=0,  # `call` retries, and knows which answers may have been lost
            max_pool_connections=POOL,
        )
        self._connection.client  # noqa: B018  made here, by one thread: it takes 0.1 s and is not thread-safe

    def call(self, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The operation's answer. Every operation sent here may be repeated safely.

        Raises Conflict for refused conditions, ValueError for what DynamoDB calls invalid, StoreUnavailable.
        """
        backoff = Backoff()
        while True:
            try:
                return self._connection.dispatch(operation, dict(arguments))
            except BOTOCORE_EXCEPTIONS as error:
                if not _passing(error) or not backoff.wait():
                    raise _translated(error) from error

    def close(self) -> None:
        """Close the sockets."""
        self._connection.client.close()


def _passing(error: Exception) -> bool:
    """Whether the same call may succeed a little later."""
    if not isinstance(error, VerboseClientError):
        return isinstance(error, LOST)
    if error.cancellation_reasons:
        codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
        return bool(codes) and codes <= PASSING_REASONS
    return _code(error) in PASSING or _code(error).startswith("5")


def _translated(error: Exception) -> Exception:
    if not isinstance(error, VerboseClientError):
        return StoreUnavailable(str(error))
    reasons = error.cancellation_reasons
    failed = [n for n, reason in enumerate(reasons) if reason and reason.code == "ConditionalCheckFailed"]
    if failed:
        return Conflict(failed)
    invalid = [reason.message or "" for reason in reasons if reason and reason.code == "ValidationError"]
    if invalid or _code(error) == "ValidationException":
        return ValueError("; ".join(invalid) or str(error))
    return StoreUnavailable(str(error))


def _code(error: VerboseClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
