"""Refusals of ECS and VPC as the contract's errors.

Codes are those of the API references' pages of each operation and of the error centre. The two products spell the same
thing in two ways (`InvalidVpcId.NotFound`, `InvalidVpcID.NotFound`; `QuotaExceed.…`, `QuotaExceeded.…`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ..contract import (
    AlreadyExists,
    Conflict,
    InUse,
    Invalid,
    MissingReference,
    NoCapacity,
    NotFound,
    Refused,
    SpiderError,
    Throttled,
    Unsupported,
    wire,
)
from ..contract.wire import Answered, broken
from .wire import TOO_FAST

CLOUD = "Alibaba Cloud"
nonsense, understood = partial(wire.nonsense, CLOUD), partial(wire.understood, CLOUD)

# The beginnings of codes, in lower case, and the field of the request that such a code complains of; the first that
# fits decides. None: not of the request but of what was made a moment ago.
Fields = Mapping[str, str | None]
NO_FIELDS: Fields = {}

# The first pattern that a code matches in full, in any case, decides.
_CLASSES: tuple[tuple[re.Pattern[str], type[SpiderError]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (TOO_FAST, Throttled),
        (r"Forbidden\.\w+NotFound", NotFound),
        (r"InvalidAccessKey.*|InvalidSecurityToken.*|.*Signature.*|Forbidden(\..+)?|InvalidTimeStamp.*", Refused),
        # Another change of the resource, or of one that it needs, is under way: the same again a moment later.
        (r"Incorrect(Vpc|VSwitch|Instance|RouteEntry)?Status(\..+)?|InvalidStatus(\..+)?", Conflict),
        (r"TaskConflict|OperationConflict|InvalidOperation\.Conflict|.*TokenProcessing|IdempotentProcessing", Conflict),
        (r".*NoStock|.*NotOnSale|.*SoldOut|ResourceNotAvailable|InvalidResourceType\.NotSupported", NoCapacity),
        (r".*QuotaExceed(ed)?(\..+)?|.*LimitExceed(ed)?(\..+)?|QuotaReached.*", NoCapacity),
        (r"DependencyViolation(\..+)?|.+\.InUse", InUse),
        (r".+\.Duplicated?|.*AlreadyExists?(ed)?(\..+)?", AlreadyExists),
        (r".*NotFound|.*NotExists?|InvalidInstanceTypes?\.ValueNotSupported|Invalid\w+Id\.Malformed", NotFound),
        (r"NotImplemented|Unsupported.*", Unsupported),
        (r"Invalid.*|Missing.*|Illegal.*|.*Malformed|.*(Value)?NotSupported|.*Mismatch|.*NotUnique", Invalid),
    )
)

# Fields that the text tells and the code does not.
_FIELDS_BY_TEXT: tuple[tuple[str, str], ...] = (
    (r"(?i)security ?group .*(vswitch|virtual switch)", "security_groups"),
    (r"(?i)instance ?type", "spec"),
)


def in_progress(code: str) -> bool:
    """Whether a code says that another call with the same ClientToken has not ended yet."""
    return bool(re.search(r"(?i)token|idempotent", code))


def made(answer: Mapping[str, Any], *path: str | int) -> str:
    """The id in a create's answer. Raises NoAnswer where there is none: the create may have taken effect."""
    found: Any = answer
    try:
        for member in path:
            found = found[member]
    except (IndexError, KeyError, TypeError):
        found = None
    if not isinstance(found, str) or not found:
        raise nonsense(False, str(answer)[:200])
    return found


def from_answer(answer: Answered, fields: Fields, redact: Callable[[str], str]) -> SpiderError:
    kind, text = _kind(answer), redact(answer.text)
    field = _field(answer.code, text, fields)
    if field is not None and kind is NotFound:
        kind = MissingReference
    return kind(
        f"{answer.code}: {text}",
        field=field if kind in (Invalid, MissingReference) else None,
        code=answer.code,
        text=text,
        retry_after=answer.retry_after if kind is Throttled else None,
    )


def _field(code: str, text: str, fields: Fields) -> str | None:
    for start, field in fields.items():
        if code.lower().startswith(start):
            return field
    return next((field for pattern, field in _FIELDS_BY_TEXT if fields and re.search(pattern, text)), None)


def _kind(answer: Answered) -> type[SpiderError]:
    if answer.spoken:
        for pattern, kind in _CLASSES:
            if pattern.fullmatch(answer.code):
                return kind
    if answer.status == 429 or (answer.status == 503 and answer.retry_after is not None):
        return Throttled
    if answer.spoken and answer.status == 404:
        return NotFound
    if 300 <= answer.status < 500:
        return Refused
    return broken(answer.read)
