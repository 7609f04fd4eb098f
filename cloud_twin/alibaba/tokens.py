"""ClientToken: the same request again is the same change, and its first answer ("How to ensure idempotence", guide).

What was answered is kept on a job that does nothing, so that it comes and goes with the centre's contents.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ..centre import Effect, Thing
from .errors import AlibabaError
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

LONGEST = 64


def again(cloud: Alibaba, operation: str, given: Given) -> dict[str, Any] | None:
    """The answer to an earlier request with this token. Raises AlibabaError if that was another request."""
    token = given.text("ClientToken")
    if not token:
        return None
    if len(token) > LONGEST or not token.isascii():
        raise AlibabaError(400, "InvalidClientToken.ValueNotSupported", "The ClientToken provided is invalid.")
    for job in cloud.centre.all_jobs():
        if job.verb == operation and job.body.get("token") == token and job.body["region"] == given.region:
            if job.body["request"] != _request(given):
                text = "Request uses a client token in a previous request but is not identical to that request."
                raise AlibabaError(400, "IdempotentParameterMismatch", text)
            answer: dict[str, Any] = job.body["answer"]
            return answer
    return None


def remember(cloud: Alibaba, operation: str, given: Given, thing: Thing, answer: dict[str, Any]) -> dict[str, Any]:
    """The same answer."""
    if token := given.text("ClientToken"):
        kept = {"token": token, "region": given.region, "request": _request(given), "answer": answer}
        cloud.centre.begin(operation, thing, Effect.NOTHING, 0.0, body=kept)
    return answer


def _request(given: Given) -> str:
    """By which the same request is known again; what was sent is not kept, for it may be secret."""
    return hashlib.sha256(json.dumps(given.values, sort_keys=True).encode()).hexdigest()
