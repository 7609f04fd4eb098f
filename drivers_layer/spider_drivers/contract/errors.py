"""One exception tree for drivers and service.

SpiderError
├── Invalid             a field of the request is wrong (`field` names it)
├── MissingReference    a resource that the request names does not exist (`field` names it)
├── NotFound            the addressed resource does not exist
├── AlreadyExists       the name is taken
├── InUse               others depend on it
├── WrongState          not in a state that allows the verb
├── Conflict            another change of the same resource is under way
├── KeyReused           an idempotency key came again with another request
├── Unsupported         this cloud or driver cannot do it
├── LimitExceeded       a limit of Spider's own
├── OutOfService        Spider itself cannot work at the moment; try again after `retry_after` seconds
├── Cancelled           the operation was cancelled
├── TimedOut            the operation ran out of its time
└── CloudError          the cloud said no, or nothing; `code` and `text` are the cloud's own, unchanged
    ├── Refused         the cloud refused, for a reason none of the others covers
    ├── NoCapacity      the cloud has no capacity or quota left
    ├── Throttled       too many calls; nothing was done; try again after `retry_after` seconds
    ├── Unavailable     the cloud is out of order; nothing is known to be done
    ├── Unreachable     the call never reached the cloud
    └── NoAnswer        the call was sent and its answer was lost: it may have taken effect
"""

from __future__ import annotations


class SpiderError(Exception):
    """Base of all. `code` and `text` are the cloud's own where it has spoken (clients search in them)."""

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        code: str = "",
        text: str = "",
        retry_after: float | None = None,
        operation: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code
        self.text = text
        self.retry_after = retry_after
        self.operation = operation


class Invalid(SpiderError):
    pass


class MissingReference(SpiderError):
    pass


class NotFound(SpiderError):
    pass


class AlreadyExists(SpiderError):
    pass


class InUse(SpiderError):
    pass


class WrongState(SpiderError):
    pass


class Conflict(SpiderError):
    pass


class KeyReused(SpiderError):
    pass


class Unsupported(SpiderError):
    pass


class LimitExceeded(SpiderError):
    pass


class OutOfService(SpiderError):
    pass


class Cancelled(SpiderError):
    pass


class TimedOut(SpiderError):
    pass


class CloudError(SpiderError):
    pass


class Refused(CloudError):
    pass


class NoCapacity(CloudError):
    pass


class Throttled(CloudError):
    pass


class Unavailable(CloudError):
    pass


class Unreachable(CloudError):
    pass


class NoAnswer(CloudError):
    pass
