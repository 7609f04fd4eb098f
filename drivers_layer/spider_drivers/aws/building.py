"""What the kinds of resources share: creating among reads that lag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ..contract import (
    Attempt,
    NotFound,
    Part,
    Wait,
    converge,
)

# EC2 is "eventually consistent": its guide tells to retry reads with growing pauses and gives no figure. The calls
# that look for a tag a moment after it was set are the latest to show it; 30 s is a safe guess.
LAG_SECONDS = 30.0

Shape = TypeVar("Shape")


def create(
    parts: Sequence[Part], attempt: Attempt, read: Callable[[str], Shape], complete: Callable[[Shape], bool]
) -> Shape | Wait:
    """As converge.create; answers what `read` shows of the first part's cloud id, once that is `complete`.

    NotFound from a part's make means that EC2 does not show yet what was made a moment ago (what the request names
    and does not exist is MissingReference).
    """
    seen: list[Shape] = []

    def shown(cloud_id: str) -> bool:
        seen.append(read(cloud_id))
        return complete(seen[-1])

    visible = converge.visible(lambda: attempt.parts[parts[0].name], shown)
    try:
        return converge.create([*parts, visible], attempt, lag_seconds=LAG_SECONDS) or seen[-1]
    except NotFound as late:
        return Wait(1.0, f"the cloud does not show yet what was just made: {late.message}")
