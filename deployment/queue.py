"""Between the API and the worker: the queue of operations, and where messages end that their worker dies of."""

from __future__ import annotations

from typing import Final

from .chalice_part import Json, Packaged

WORKER: Final = "Work"
# Of a message whose receiver has died. SQS wants more than the function may take; the sweeper sends one anyway.
_BEYOND_SECONDS: Final = 30
_RECEIPTS: Final = 5  # "Creating and configuring an Amazon SQS event source mapping": at least five
_DAY: Final = 86400


def resources(packaged: Packaged) -> Json:
    told = packaged.functions[WORKER]
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}, "maxReceiveCount": _RECEIPTS}
    return {
        "Queue": _queue(1, VisibilityTimeout=told["Timeout"] + _BEYOND_SECONDS, RedrivePolicy=redrive),
        "DeadLetters": _queue(14),
        "QueueCallsWork": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": _mapping(told)},
    }


def _queue(days: int, **properties: object) -> Json:
    """`days`: how long messages are kept."""
    return {
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {"MessageRetentionPeriod": days * _DAY, "SqsManagedSseEnabled": True, **properties},
    }


def _mapping(told: Json) -> Json:
    """Which queue it is, Chalice cannot know."""
    (event,) = (one["Properties"] for one in told["Events"].values() if one["Type"] == "SQS")
    return {
        "FunctionName": {"Ref": WORKER},
        "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
        "BatchSize": event["BatchSize"],
        **{key: event[key] for key in ("ScalingConfig",) if key in event},
    }
