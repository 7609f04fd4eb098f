"""Cloudit's refusals, and its silence, as the contract's errors.

Which codes and words Cloudit has is not known: what a refusal means follows from its status and from what was asked;
words are looked at only where they say that something is used up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import httpx

from ..contract import (
    CloudError,
    Invalid,
    MissingReference,
    NoAnswer,
    NoCapacity,
    NotFound,
    Refused,
    SpiderError,
    Throttled,
    Unreachable,
    Unsupported,
    exchange,
)
from ..contract.exchange import Answered
from .wire import TOO_FAST

CLOUD = "Cloudit"
nonsense, understood = partial(exchange.nonsense, CLOUD), partial(exchange.understood, CLOUD)

_USED_UP = re.compile(r"(?i)quota|limit.{0,9}exceed|exceed.{0,20}limit|no.?capacity|insufficient|not enough|exhausted")
# Raised before a request is on its way.
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


@dataclass(frozen=True)
class Asked:
    """What a refusal means depends on what was asked. `missing`: the field of the request that names what does not
    exist (None: it is the addressed resource); `invalid`: the field that is wrong if one is; `conflict`: what 409
    says."""

    missing: str | None = None
    invalid: str | None = None
    conflict: type[SpiderError] = Refused


ANYTHING = Asked()


def from_answer(answer: Answered, asked: Asked, redact: Callable[[str], str]) -> SpiderError:
    kind, field = _kind(answer, asked)
    text = redact(answer.text)
    wait = answer.retry_after if kind is Throttled else None
    return kind(f"{answer.code}: {text}", field=field, code=answer.code, text=text, retry_after=wait)


def from_silence(error: Exception, redact: Callable[[str], str]) -> CloudError:
    """No answer, or not a whole one."""
    text = redact(str(error)) or "no answer"
    kind = Unreachable if isinstance(error, _NEVER_SENT) else NoAnswer
    return kind(text, code=type(error).__name__, text=text)


def _kind(answer: Answered, asked: Asked) -> tuple[type[SpiderError], str | None]:
    if answer.status == TOO_FAST:
        return Throttled, None
    if answer.status < 400 or not answer.spoken:
        return (Refused if 300 <= answer.status < 500 else exchange.broken(answer.read)), None
    if answer.status != 401 and _USED_UP.search(f"{answer.code} {answer.text}"):
        return NoCapacity, None
    if answer.status == 404:
        return (MissingReference, asked.missing) if asked.missing else (NotFound, None)
    if answer.status == 409:
        return asked.conflict, asked.invalid if asked.conflict is Invalid else None
    if answer.status in (400, 422):
        return Invalid, asked.invalid
    if answer.status == 501:
        return Unsupported, None
    return (Refused if answer.status < 500 else exchange.broken(answer.read)), None
