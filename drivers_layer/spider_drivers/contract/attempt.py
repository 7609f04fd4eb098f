"""Attempt and Wait: how a driver and the engine share one change of a cloud."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .clock import Clock, SystemClock

# A part of this name is what was meant to be made, noted before: no id, but what tells by itself whether it is ours.
INTENDED = "intended"


@dataclass(frozen=True, slots=True)
class Wait:
    """Not done yet: call again after `seconds`; `reason` is shown to whoever looks at the operation."""

    seconds: float
    reason: str


def _nothing(part: str = "", cloud_id: str = "") -> None:
    """An attempt that nobody keeps."""


class Attempt:
    """One try at an operation.

    `token` is the operation's, the same over all tries. `parts` maps a part's name to its cloud id, for all parts
    that any try has noted. `unclean_since` is set when an earlier try died or lost an answer: what it may have made
    last was made no later than then. `changed_at`: when an operation before this one has controlled the resource, which
    reads may not show yet. `began`: when this try did; what it reads is as of then at least, however late the answers
    come. `keep` persists a note and raises when this try has lost its lease; `check` raises likewise, before a call
    that changes the cloud.
    """

    def __init__(
        self,
        token: str,
        *,
        parts: Mapping[str, str] | None = None,
        unclean_since: datetime | None = None,
        changed_at: datetime | None = None,
        began: datetime | None = None,
        clock: Clock | None = None,
        keep: Callable[[str, str], None] = _nothing,
        check: Callable[[], None] = _nothing,
    ) -> None:
        self.token = token
        self.unclean_since = unclean_since
        self.changed_at = changed_at
        self.began = began
        self.clock = clock or SystemClock()
        self.check = check
        self._parts = dict(parts or {})
        self._keep = keep

    @property
    def parts(self) -> Mapping[str, str]:
        return self._parts

    def note(self, part: str, cloud_id: str) -> None:
        """Keeps `part` as made. A part noted is never searched for again."""
        self._keep(part, cloud_id)
        self._parts[part] = cloud_id

    def client_token(self, part: str) -> str:
        """A UUID that is the same for each try of this operation and part."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.token}/{part}"))

    def lag_left(self, lag_seconds: float) -> float:
        """Seconds until reads of the cloud must show what an unclean try may have made."""
        return self._left(self.unclean_since, lag_seconds)

    def settling_left(self, lag_seconds: float) -> float:
        """Seconds until reads of the cloud must show what the operation before this one has changed."""
        return self._left(self.changed_at, lag_seconds)

    def _left(self, since: datetime | None, lag_seconds: float) -> float:
        if since is None:
            return 0.0
        left = since + timedelta(seconds=lag_seconds) - (self.began or self.clock.now())
        return max(0.0, left.total_seconds())
