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
from ..contract.throttling import retry_after

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
    # A VM that names no subnet, where the account has no default VPC, or none of its subnets is a default one.
    (r"Unsupported.*|VPCIdNotSpecified|MissingInput", Unsupported),
    (r"Invalid.+|MissingParameter|UnknownParameter|ValidationError", Invalid),
)

# Fields that the text tells and the code does not: InvalidParameter may be about any parameter. The text is the
# service's own (ansible-collections/amazon.aws#824).
_FIELDS_BY_TEXT: tuple[tuple[str, str], ...] = (
    (r"(?i)security group \S+ and subnet \S+ belong to different networks", "security_groups"),
)

# What botocore raises when no answer came, by the class's name: whether the request can have reached EC2.
# A name that is not here is taken for a lost answer.
_NEVER_SENT = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"})


def from_answer(answer: Mapping[str, Any], *, read: bool, fields: Fields, redact: Callable[[str], str]) -> SpiderError:
    """EC2's refusal."""
    code, text = str(answer["Error"].get("Code", "")), redact(str(answer["Error"].get("Message", "")))
    metadata = answer["ResponseMetadata"]
    kind = _class(code, int(metadata.get("HTTPStatusCode", 400)), read=read)
    field = _field(code, text, fields)
    if field is not None and kind is NotFound:
        kind = MissingReference
    return kind(
        f"{code}: {text}",
        field=field if kind in (Invalid, MissingReference) else None,
        code=code,
        text=text,
        retry_after=retry_after(metadata.get("HTTPHeaders", {}).get("retry-after")) if kind is Throttled else None,
    )


def from_silence(error: Exception, *, redact: Callable[[str], str]) -> SpiderError:
    """No answer, or none that is EC2's."""
    text = redact(str(error))
    never_sent = type(error).__name__ in _NEVER_SENT or "CERTIFICATE_VERIFY_FAILED" in text
    return (Unreachable if never_sent else NoAnswer)(text, code=type(error).__name__, text=text)


def _field(code: str, text: str, fields: Fields) -> str | None:
    for pattern, field in _FIELDS_BY_TEXT:
        if re.search(pattern, text):
            return field
    return next((field for start, field in fields.items() if code.startswith(start)), None)


def _class(code: str, status: int, *, read: bool) -> type[SpiderError]:
    for pattern, kind in _CLASSES:
        if re.fullmatch(pattern, code):
            return kind
    if status < 500:
        return Refused
    # InternalError, Unavailable and the like: a write may have taken effect all the same.
    return Unavailable if read else NoAnswer
