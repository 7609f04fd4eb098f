"""The Engine's refusals, and its silence, as the contract's errors.

The statuses are those of the Docker Engine API reference; where the Engine has one status for many reasons, its words
tell them apart (`{"message": ...}`, as Engine 20.10 writes them).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..contract import (
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

CLOUD = "a Docker Engine"
nonsense, understood = partial(wire.nonsense, CLOUD), partial(wire.understood, CLOUD)


@dataclass(frozen=True)
class Asked:
    """What a refusal means depends on what was asked. `missing`: the field of the request that names what does not
    exist (None: it is the addressed resource); `invalid`: the field that is wrong if one is; `conflict`: what 409
    says."""

    missing: str | None = None
    invalid: str | None = None
    conflict: type[SpiderError] = Refused


ANYTHING = Asked()


# The first pattern found in the Engine's words decides, whatever the status is.
_WORDS: tuple[tuple[re.Pattern[str], type[SpiderError]], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"Pool overlaps with other one", Invalid),
        (r"has active endpoints", InUse),
        (r"no space left on device|toomanyrequests", NoCapacity),
        (r"page not found", Refused),
        (r"manifest unknown|manifest for \S+ not found|pull access denied|repository \S+ not found", NotFound),
        (r"is (already|not) paused|is not running|paused container", WrongState),
        (r"removal of container \S+ is already in progress|cannot remove a running", WrongState),
    )
)


def from_answer(answer: Answered, asked: Asked, redact: Callable[[str], str]) -> SpiderError:
    kind, field = _kind(answer, asked)
    text = redact(answer.text)
    return kind(
        text or f"the Docker Engine answered {answer.status}",
        field=field,
        code=answer.code,
        text=text,
        retry_after=answer.retry_after if kind is Throttled else None,
    )


def _kind(answer: Answered, asked: Asked) -> tuple[type[SpiderError], str | None]:
    if answer.status == 429:
        return Throttled, None
    if not answer.spoken:
        return (Refused if 400 <= answer.status < 500 else wire.broken(answer.read)), None
    for pattern, kind in _WORDS:
        if pattern.search(answer.text):
            return kind, asked.invalid if kind is Invalid else None
    if answer.status == 404:
        return (MissingReference, asked.missing) if asked.missing else (NotFound, None)
    if answer.status == 409:
        return asked.conflict, None
    if answer.status == 501:
        return Unsupported, None
    # 500 is the Engine's word for most refusals, and it says it when it is done with the call. Others are not.
    if answer.status < 500 or (answer.status == 500 and not answer.read):
        return Refused, None
    return wire.broken(answer.read), None
