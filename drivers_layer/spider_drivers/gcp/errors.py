"""Compute Engine's refusals, those of its operations, and its silence, as the contract's errors.

A call's refusal has a reason (`resourceInUseByAnotherResource`), an operation's error a code
(`RESOURCE_IN_USE_BY_ANOTHER_RESOURCE`): most are the same words, spelled in two ways.
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
    WrongState,
    wire,
)
from ..contract.wire import Answered

CLOUD = "Compute Engine"
nonsense, understood = partial(wire.nonsense, CLOUD), partial(wire.understood, CLOUD)

# Patterns in the text of a refusal, and the field of the request that such a text complains of; the first that is
# found decides. Texts name fields of the resource (`resource.machineType`) or paths of what is not there
# (`zones/us-east1-b/machineTypes/e2-huge`).
Fields = tuple[tuple[str, str], ...]
NO_FIELDS: Fields = ()


class NotReady(WrongState):
    """Another change of it is under way: the same call again, a moment later, may be granted."""


# The first pattern that a code, without underscores and in lower case, begins with decides.
_CLASSES: tuple[tuple[str, type[SpiderError]], ...] = tuple(
    (pattern, kind)
    for pattern, kind in (
        (r"(user)?ratelimitexceeded|resourceoperationrateexceeded", Throttled),
        (r"(resource)?notfound", NotFound),
        (r"(resource)?alreadyexists|duplicate", AlreadyExists),
        (r"resourceinuse", InUse),
        (r"resourcenotready|operationinprogress", NotReady),
        (r"quota|limitexceeded|dailylimit|(zone|region)?resourcepoolexhausted|resourceexhausted", NoCapacity),
        (r"zoneresource.*exhausted|ipspaceexhausted|insufficient.*(capacity|resources)|stockout", NoCapacity),
        (r"conditionnotmet", Conflict),
        (r"unsupported|notimplemented|methodnotsupported", Unsupported),
        (r"invalid|badrequest|required$|fieldvalue|outofrange", Invalid),
    )
)
# An operation that has ended will not end otherwise when it is looked at again.
_PASSING = (NotReady, Throttled, Conflict)
_NOT_THERE = re.compile(r"cannot be found|does not exist|was not found")


def from_answer(answer: Answered, fields: Fields, redact: Callable[[str], str]) -> SpiderError:
    text = redact(answer.text)
    kind = _kind(answer)
    return _error(kind, answer.code, text, fields, answer.retry_after if kind is Throttled else None)


def from_operation(found: Mapping[str, Any], fields: Fields, redact: Callable[[str], str]) -> SpiderError:
    """`found`: an operation that has ended in an error."""
    errors = (found.get("error") or {}).get("errors") or [{}]
    code = str(errors[0].get("code") or found.get("httpErrorStatusCode", ""))
    text = redact(str(errors[0].get("message") or found.get("httpErrorMessage", "")))
    kind = _named(code) or Refused
    return _error(Refused if kind in _PASSING else kind, code, text, fields, None)


def _error(kind: type[SpiderError], code: str, text: str, fields: Fields, retry_after: float | None) -> SpiderError:
    field = next((field for pattern, field in fields if re.search(pattern, text)), None)
    if field and (kind is NotFound or (kind is Invalid and _NOT_THERE.search(text))):
        kind = MissingReference
    return kind(
        f"{code}: {text}",
        field=field if kind in (Invalid, MissingReference) else None,
        code=code,
        text=text,
        retry_after=retry_after,
    )


def _kind(answer: Answered) -> type[SpiderError]:
    if answer.status == 429:
        return Throttled
    if answer.status == 401:  # its reason may be "required": a log-in is
        return Refused
    named = _named(answer.code) if answer.spoken else None
    if named:
        return named
    return Refused if 400 <= answer.status < 500 else wire.broken(answer.read)


def _named(code: str) -> type[SpiderError] | None:
    plain = code.replace("_", "").lower()
    return next((kind for pattern, kind in _CLASSES if re.match(pattern, plain)), None)
