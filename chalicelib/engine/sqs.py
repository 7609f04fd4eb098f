"""The queue on AWS: SQS, which hands each message to the worker function."""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from spider_drivers.contract import OutOfService

from .. import aws
from .queue import pauses
from .settings import Settings

log = logging.getLogger("spider.queue")

LONGEST_DELAY = 900  # seconds; SQS has none that is longer. What is due later is sent by the sweeper.
RECEIPTS = 3  # of a message about an operation that nobody knows
UNKNOWN_SECONDS = 1  # until it comes again: its transaction may be under way


class SqsQueue:
    """`sqs`: gives botocore's client, which is made when first needed; `url`: the queue's."""

    def __init__(self, sqs: Callable[[], Any], url: str) -> None:
        self._sqs = sqs
        self._url = url

    @contextmanager
    def announce(self, operation: str) -> Iterator[None]:
        """Raises OutOfService, with the block not entered."""
        try:
            self._send(operation, 0.0)
        except aws.ERRORS as error:
            raise OutOfService(f"SQS did not take the message: {error}", retry_after=1.0) from error
        yield

    def send(self, operation: str, delay: float = 0.0) -> None:
        try:
            self._send(operation, delay)
        except aws.ERRORS as error:
            log.warning("operation %s: %s; the sweeper puts it back", operation, error)

    def again(self, operation: str, receipts: int) -> None:
        """The operation of a message that has come so often is not known."""
        if receipts < RECEIPTS:
            self._send(operation, UNKNOWN_SECONDS, receipts)

    def wait(self, operation: str, done: Callable[[], bool], seconds: float) -> bool:
        end, pause = time.monotonic() + seconds, pauses()
        while not done():
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(left, next(pause)))
        return True

    def wake(self, operation: str) -> None:
        """Who waits is elsewhere, and looks."""

    def _send(self, operation: str, delay: float, receipts: int = 0) -> None:
        body = json.dumps({"operation": operation, "receipts": receipts})
        seconds = min(LONGEST_DELAY, math.ceil(delay))
        self._sqs().send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=seconds)


def open_queue(settings: Settings) -> SqsQueue:
    return SqsQueue(partial(aws.client, "sqs", settings.aws_region), settings.queue_url)


def read(body: str) -> tuple[str, int]:
    """The operation that a message is about, and how often it came before. Raises ValueError for a stranger's."""
    try:
        told = json.loads(body)
        return str(told["operation"]), int(told["receipts"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"not a message of Spider's: {body[:80]}") from error
