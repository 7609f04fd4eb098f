"""Events that come from no client: messages of a queue, and turns of a schedule."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from .front import ACCOUNT, REGION, Event


def of_queue(message: dict[str, Any], queue: str = "operations") -> Event:
    """ "Using Lambda with Amazon SQS": its example of an event, one message in it. `message`: as received with all of
    its attributes."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }
    return {"Records": [record]}


def of_schedule(rule: str, moment: datetime | None = None) -> Event:
    """ "Amazon EventBridge: Scheduled Events"; times are in whole seconds. `moment`: now by default."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": f"{moment or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}"],
        "detail": {},
    }
