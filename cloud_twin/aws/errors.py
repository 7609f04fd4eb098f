"""EC2's refusals: code, HTTP status and XML form.

The codes are those of "Error codes for the Amazon EC2 API" (EC2 Developer Guide, errors-overview), "codes" for short.
Where answers of the service itself have been published that say otherwise, they are followed; a NOTE names one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from xml.sax.saxutils import escape

CLIENT_ERROR = 400
# "Common Errors" of AWS's API references, and what the service has been seen to answer: AuthFailure
# (hashicorp/terraform#17273), DryRunOperation (aws/karpenter-provider-aws#8015), InsufficientInstanceCapacity
# (nib-health-funds/hammertime#29), RequestLimitExceeded (otiai10/hotsub#10), UnauthorizedOperation
# (hashicorp/terraform-provider-aws#4664). What is not here is a client error.
STATUSES: Mapping[str, int] = MappingProxyType(
    {
        "AuthFailure": 401,
        "DryRunOperation": 412,
        "InsufficientInstanceCapacity": 500,
        "InternalError": 500,
        "InvalidClientTokenId": 403,
        "MissingAuthenticationToken": 403,
        "NotImplemented": 501,
        "RequestLimitExceeded": 503,
        "SignatureDoesNotMatch": 403,
        "Unavailable": 503,
        "UnauthorizedOperation": 403,
    }
)


class Refusal(Exception):
    """What EC2 answers instead of a result."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        return STATUSES.get(self.code, CLIENT_ERROR)

    def document(self, request_id: str) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Response><Errors><Error><Code>{escape(self.code)}</Code><Message>{escape(self.message)}</Message>"
            f"</Error></Errors><RequestID>{escape(request_id)}</RequestID></Response>"
        )


def bad_value(value: object, parameter: str, why: str = "") -> Refusal:
    """EC2's commonest sentence. `parameter`: by its name on the wire."""
    name = parameter[:1].lower() + parameter[1:]
    return Refusal("InvalidParameterValue", f"Value ({value}) for parameter {name} is invalid. {why}".rstrip())


def dependency(message: str) -> Refusal:
    return Refusal("DependencyViolation", message)
