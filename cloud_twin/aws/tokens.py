"""ClientToken of RunInstances ("Ensuring idempotency in Amazon EC2 API requests", EC2 Developer Guide)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import Refusal
from .paging import digest

LONGEST = 64

Key = tuple[str, str]


class Tokens:
    """By region and token: what was asked for, and the reservation that it made."""

    def __init__(self) -> None:
        self._used: dict[Key, tuple[str, Any]] = {}

    def clear(self) -> None:
        self._used.clear()

    def earlier(self, region: str, given: Mapping[str, Any]) -> Any | None:
        """The reservation that the same request has made before. Raises Refusal."""
        token = given.get("ClientToken", "")
        if len(token) > LONGEST or not token.isascii():
            raise Refusal("InvalidClientToken", f"The client token must be at most {LONGEST} ASCII characters")
        asked, reservation = self._used.get((region, token), ("", None))
        if not token or reservation is None:
            return None
        if asked != digest(given):
            raise Refusal(
                "IdempotentParameterMismatch",
                "The client token you have provided is associated with a resource that is already created with "
                "different parameters.",
            )
        if all(instance.state == "terminated" for instance in reservation.instances):
            raise Refusal("IdempotentInstanceTerminated", "The instance of this client token has been terminated.")
        return reservation

    def note(self, region: str, given: Mapping[str, Any], reservation: Any) -> None:
        if given.get("ClientToken"):
            self._used[region, given["ClientToken"]] = digest(given), reservation
