"""ARM's and Entra's refusals, and their silence, as the contract's errors.

The codes are those of "Troubleshoot common Azure deployment errors" (Azure Resource Manager), of "Common error codes"
of the Compute and Network providers, and of "Microsoft Entra authentication and authorization error codes".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..contract import (
    AlreadyExists,
    CloudError,
    Conflict,
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
    WrongState,
)
from ..contract.wire import Answered
from .wire import BUSY


@dataclass(frozen=True)
class Asked:
    """What a refusal means depends on what was asked. `missing`: the field of the request that names what does not
    exist (None: it is the addressed resource); `invalid`: the field that is wrong if one is."""

    missing: str | None = None
    invalid: str | None = None


ANYTHING = Asked()

_QUOTA = re.compile(r"(?i)quota|core limit|limit of \d+|maximum (number|allowed)")

# The first pattern that a code matches in full decides.
_CLASSES: tuple[tuple[str, type[SpiderError]], ...] = (
    ("|".join(sorted(BUSY)), Conflict),
    (r".*(AuthenticationToken|Authorization|Authentication)\w*|AuthorizationFailed|invalid_client", Refused),
    (r"InvalidSubscriptionId|SubscriptionNotFound|.*SubscriptionRegistration|RequestDisallowedByPolicy", Refused),
    (r"InvalidResourceReference|LinkedResourceNotFound|ParentResourceNotFound", MissingReference),
    (r"NotFound|.+NotFound", NotFound),
    (r"InUse.+|.+InUse\w*|.*CannotBeDeleted\w*", InUse),
    (r"PropertyChangeNotAllowed|.*AlreadyExists|InvalidResourceLocation", AlreadyExists),
    (r"SkuNotAvailable|.*AllocationFailed|Overconstrained\w+|AllocationTimedOut", NoCapacity),
    (
        r"QuotaExceeded|.*Quota\w*Exceeded|.*(Count)?LimitReached|.*LimitExceeded|SubnetIsFull|.*Max\w*LimitReached",
        NoCapacity,
    ),
    (
        r"TooManyRequests|SubscriptionRequestsThrottled|ResourceRequestsThrottled|ResourceCollectionRequestsThrottled",
        Throttled,
    ),
    (r"OperationNotAllowed|VmNotRunning\w*|InvalidVmState|Conflict", WrongState),
    (
        r"Invalid.+|BadRequest|Netcfg.+|Missing.+|NoRegisteredProviderFound|LocationNotAvailable\w*|SecurityRule.+",
        Invalid,
    ),
    (r".+(NotSupported|NotAllowed|Invalid|TooLong|TooLarge|OutOfRange|Overlap\w*|OutsideVnet)", Invalid),
)

# InvalidResourceReference tells in its text what does not exist.
_FIELDS_BY_TEXT: tuple[tuple[str, str], ...] = (
    (r"(?i)^\W*resource \S+/subnets/", "subnet"),
    (r"(?i)^\W*resource \S+/networkSecurityGroups/", "security_groups"),
)


# InvalidParameter of a VM is about any of its parameters, which stand in its text.
_INVALID_BY_TEXT: tuple[tuple[str, str], ...] = (
    (r"(?i)vm ?size", "spec"),
    (r"(?i)image ?reference|imageversion", "image"),
    (r"(?i)disk ?size", "root_disk_gib"),
    (r"(?i)storageAccountType", "root_disk_type"),
    (r"(?i)password", "password"),
    (r"(?i)ssh|keyData|public key", "public_key"),
)


def from_answer(answer: Answered, asked: Asked, redact: Callable[[str], str]) -> SpiderError:
    kind = _kind(answer)
    text = redact(answer.text)
    if kind is NotFound and asked.missing:
        kind = MissingReference
    return kind(
        f"{answer.code}: {text}",
        field=_field(kind, text, asked),
        code=answer.code,
        text=text,
        retry_after=answer.retry_after if issubclass(kind, (Throttled, Unavailable)) else None,
    )


def from_provisioning(what: str, code: str, text: str) -> SpiderError:
    """Of what Azure has tried to make after it had granted the request."""
    kind = _by_codes((code,), text)
    usable = kind is not None and issubclass(kind, CloudError)
    return (kind if kind and usable else Refused)(f"{what} failed: {code}: {text}", code=code, text=text)


def _kind(answer: Answered) -> type[SpiderError]:
    codes = (*getattr(answer, "inner", ()), answer.code)
    if answer.spoken and (kind := _by_codes(codes, answer.text)):
        return kind
    if answer.status == 429 or (answer.status == 503 and answer.retry_after is not None):
        return Throttled
    if answer.spoken and answer.status == 404:
        return NotFound
    if 300 <= answer.status < 500:
        return Refused
    return Unavailable if answer.read else NoAnswer


def _by_codes(codes: tuple[str, ...], text: str) -> type[SpiderError] | None:
    for code in codes:
        for pattern, kind in _CLASSES:
            if re.fullmatch(pattern, code):
                return NoCapacity if kind is WrongState and _QUOTA.search(text) else kind
    return None


def _field(kind: type[SpiderError], text: str, asked: Asked) -> str | None:
    if kind is Invalid:
        return asked.invalid or _by_text(_INVALID_BY_TEXT, text)
    if kind is MissingReference:
        return _by_text(_FIELDS_BY_TEXT, text) or asked.missing
    return None


def _by_text(patterns: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((field for pattern, field in patterns if re.search(pattern, text)), None)
