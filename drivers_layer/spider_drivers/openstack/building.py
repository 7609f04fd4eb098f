"""What the kinds of resources share: creating and deleting among reads that lag."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from ..contract import Attempt, InUse, NotFound, Part, Wait, converge
from . import capability
from .calls import OpenStack

LOOK_AGAIN_SECONDS = 1.0
REFUSED = "refused"  # noted with the time of a removal's first refusal

Shape = TypeVar("Shape")


def create(
    parts: Sequence[Part], attempt: Attempt, read: Callable[[], Shape], complete: Callable[[Shape], bool]
) -> Shape | Wait:
    """As converge.create; answers what `read` shows, once that is `complete`.

    NotFound from a part's make means that the cloud does not show yet what was made a moment ago (what the request
    names and does not exist is MissingReference).
    """
    seen: list[Shape] = []

    def shown(_: str) -> bool:
        seen.append(read())
        return complete(seen[-1])

    visible = converge.visible(lambda: converge.VISIBLE, shown)
    try:
        return converge.create([*parts, visible], attempt, lag_seconds=capability.LAG_SECONDS) or seen[-1]
    except NotFound as late:
        return Wait(LOOK_AGAIN_SECONDS, f"the cloud does not show yet what was just made: {late.message}")


def delete(parts: Sequence[Part], attempt: Attempt) -> Wait | None:
    return converge.delete(parts, attempt, lag_seconds=capability.LAG_SECONDS)


def removal(name: str, remove: Callable[[], Wait | None]) -> Part:
    """As converge.removal."""
    return converge.removal(name, lambda _: remove())


def patiently(attempt: Attempt, remove: Callable[[], None]) -> Wait | None:
    """What uses it may not be shown yet, and so was not removed before: InUse is believed when the lag is over."""
    try:
        remove()
    except InUse as busy:
        now = attempt.clock.now()
        first = attempt.parts.get(REFUSED)
        if first is None:
            attempt.note(REFUSED, now.isoformat())
        elif now - datetime.fromisoformat(first) > timedelta(seconds=capability.LAG_SECONDS):
            raise
        return Wait(LOOK_AGAIN_SECONDS, busy.message)
    return None


def deleted(cloud: OpenStack, resource: str) -> None:
    """Deletes what `resource`, a path, leads to. Gone is success."""
    with contextlib.suppress(NotFound):
        cloud.delete(resource)
