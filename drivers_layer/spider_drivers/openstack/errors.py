"""OpenStack's refusals as the contract's errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ..contract import (
    AlreadyExists,
    InUse,
    Invalid,
    MissingReference,
    NoCapacity,
    NotFound,
    Refused,
    SpiderError,
    Throttled,
    WrongState,
    wire,
)
from ..contract.wire import Answered

CLOUD = "OpenStack"
nonsense, understood = partial(wire.nonsense, CLOUD), partial(wire.understood, CLOUD)

# Patterns in the code and text of a refusal, and the field of the request that such a refusal complains of; the first
# that is found decides.
Fields = tuple[tuple[str, str], ...]
NO_FIELDS: Fields = ()


class NotReady(WrongState):
    """Another change of it is under way: the same call again, a moment later, may be granted."""


# The first pattern that is found in "status code: text" decides.
_CLASSES: tuple[tuple[str, type[SpiderError]], ...] = (
    (r"^429|^413 overLimit", Throttled),
    (r"^401", Refused),
    # nova refuses what is over a quota as forbidden, neutron as a conflict.
    (r"[Qq]uota|Exhausted|IpAddressGenerationFailure|[Mm]aximum number of|NoMoreFixedIps", NoCapacity),
    # Of a path that the service does not know, or that a policy hides: nothing is said of what was asked for.
    (r"^404.*The resource could not be found", Refused),
    (r"^404", NotFound),
    (r"^409 SecurityGroupRuleExists|[Kk]ey ?pair '?.* already exists", AlreadyExists),
    (r"^409 \w*InUse", InUse),
    (r"^409 conflictingRequest.*task_state", NotReady),
    (r"^409 conflictingRequest", WrongState),
    (r"^400", Invalid),
)
_NOT_THERE = re.compile(r"could not be found|[Cc]an ?not find|does not exist|is not available|Invalid key_name")
_NO_ROOM = re.compile(r"No valid host|[Qq]uota|[Ii]nsufficient|[Cc]apacity|Exceeded maximum number of retries")


def from_answer(answer: Answered, fields: Fields, redact: Callable[[str], str]) -> SpiderError:
    text, kind = redact(answer.text), _kind(answer)
    field = next((field for pattern, field in fields if re.search(pattern, f"{answer.code}: {text}")), None)
    if field and (kind is NotFound or (kind is Invalid and _NOT_THERE.search(text))):
        kind = MissingReference
    return kind(
        f"{answer.code}: {text}",
        field=(field or None) if kind in (Invalid, MissingReference) else None,
        code=answer.code,
        text=text,
        retry_after=answer.retry_after if kind is Throttled else None,
    )


def from_fault(server: Mapping[str, Any]) -> SpiderError:
    """Of a server that nova has given up."""
    fault = server.get("fault") or {}
    code, text = str(fault.get("code", "")), str(fault.get("message", ""))
    kind = NoCapacity if _NO_ROOM.search(text) else Refused
    return kind(f"the VM is {server.get('status')} instead of running: {text}", code=code, text=text)


def _kind(answer: Answered) -> type[SpiderError]:
    if answer.status < 300 or answer.status >= 500:
        return wire.broken(answer.read)
    words = f"{answer.status} {answer.code}: {answer.text}" if answer.spoken else str(answer.status)
    named = next((kind for pattern, kind in _CLASSES if re.search(pattern, words)), Refused)
    return named if answer.spoken or named is Throttled else Refused
