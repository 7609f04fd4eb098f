"""EC2's error codes as the contract's errors.

The codes are those of "Error codes for the Amazon EC2 API" (API reference, errors-overview).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..contract import (
    AlreadyExists,
    InUse,
    Invalid,
    MissingReference,
    NoAnswer,
    NoCapacity,
    NotFound,
    Refused,
    SpiderError,
    Throttled,
    Unavailable,
    Unreachable,
    Unsupported,
    WrongState,
)

# The beginnings of codes and the field of the request that such a code complains of; the first that fits decides.
# None: not of the request but of what was made a moment ago.
Fields = Mapping[str, str | None]

THROTTLING = frozenset(
    {
        "ConcurrentMutationLimitExceeded",
        "EC2ThrottledException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

# The first pattern that a code matches in full decides.
_CLASSES: tuple[tuple[str, type[SpiderError]], ...] = (
    ("|".join(THROTTLING), Throttled),
    (r"InvalidClientTokenId", Refused),
    (r"DependencyViolation|ResourceInUse|VolumeInUse|.+\.InUse", InUse),
    (r".+\.Duplicate|RouteAlreadyExists|Resource\.AlreadyAssociated", AlreadyExists),
    (r".+\.NotFound|.+I[dD]\.Malformed|InvalidAMIID\.Unavailable", NotFound),
    (r"InvalidInstanceType|Gateway\.NotAttached", NotFound),
    (r"Insufficient.+|.+LimitExceeded|MaxSpotInstanceCountExceeded", NoCapacity),
    (r"Incorrect(Instance)?State|InvalidState", WrongState),
    (r"Unsupported.*", Unsupported),
    (r"Invalid.+|MissingParameter|UnknownParameter|ValidationError", Invalid),
)

# What botocore raises when no answer came, by the class's name: whether the request can have reached EC2.
# A name that is not here is taken for a lost answer.
_NEVER_SENT = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"})


def from_answer(answer: Mapping[str, Any], *, read: bool, fields: Fields, redact: Callable[[str], str]) -> SpiderError:
    """EC2's refusal."""
    code, text = str(answer["Error"].get("Code", "")), redact(str(answer["Error"].get("Message", "")))
    kind = _class(code, int(answer["ResponseMetadata"].get("HTTPStatusCode", 400)), read=read)
    field = next((field for start, field in fields.items() if code.startswith(start)), None)
    if field is not None and kind is NotFound:
        kind = MissingReference
    return kind(
        f"{code}: {text}",
        field=field if kind in (Invalid, MissingReference) else None,
        code=code,
        text=text,
        retry_after=retry_after(answer["ResponseMetadata"]) if kind is Throttled else None,
    )


def from_silence(error: Exception, *, redact: Callable[[str], str]) -> SpiderError:
    """No answer, or none that is EC2's."""
    text = redact(str(error))
    never_sent = type(error).__name__ in _NEVER_SENT or "CERTIFICATE_VERIFY_FAILED" in text
    return (Unreachable if never_sent else NoAnswer)(text, code=type(error).__name__, text=text)


def retry_after(metadata: Mapping[str, Any]) -> float | None:
    """Seconds that the answer's Retry-After header asks for."""
    try:
        return max(0.0, float(metadata.get("HTTPHeaders", {})["retry-after"]))
    except (KeyError, ValueError):
        return None


def _class(code: str, status: int, *, read: bool) -> type[SpiderError]:
    for pattern, kind in _CLASSES:
        if re.fullmatch(pattern, code):
            return kind
    if status < 500:
        return Refused
    # InternalError, Unavailable and the like: a write may have taken effect all the same.
    return Unavailable if read else NoAnswer
