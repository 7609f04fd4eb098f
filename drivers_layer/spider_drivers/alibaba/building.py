"""What the kinds of resources share: creating among reads that lag, and waiting for other changes."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import TypeVar

from ..contract import (
    Attempt,
    Conflict,
    NotFound,
    Part,
    Wait,
    converge,
)
from .capability import LAG_SECONDS
from .errors import in_progress

LOOK_AGAIN_SECONDS = 1.0
DELETE = "delete "  # a granted delete is noted under this and the id
AGAIN = "again "  # how often a create was refused for now is noted under this and its part

Shape = TypeVar("Shape")


def create(
    parts: Sequence[Part],
    attempt: Attempt,
    read: Callable[[str], Shape],
    complete: Callable[[Shape], bool],
    *,
    lag_seconds: float = 0.0,
) -> Shape | Wait:
    """As converge.create; answers what `read` shows of the first part's cloud id, once that is `complete`.

    `lag_seconds`: only where a part's call carries no ClientToken. With one, the same call again makes nothing anew.
    NotFound from a part's make means that the cloud does not show yet what was made a moment ago (what the request
    names and does not exist is MissingReference).
    """
    seen: list[Shape] = []

    def shown(cloud_id: str) -> bool:
        seen.append(read(cloud_id))
        return complete(seen[-1])

    visible = converge.visible(lambda: attempt.parts[parts[0].name], shown)

    def step() -> Wait | None:
        return converge.create([*_once(parts, attempt), visible], attempt, lag_seconds=lag_seconds)

    try:
        return patiently(step) or seen[-1]
    except NotFound as late:
        return Wait(LOOK_AGAIN_SECONDS, f"the cloud does not show yet what was just made: {late.message}")


def _once(parts: Sequence[Part], attempt: Attempt) -> list[Part]:
    """What was ready when the next part was made is not asked for again."""
    noted = attempt.parts
    passed = len(parts) if converge.VISIBLE in noted else 0
    passed = passed or max((place for place, part in enumerate(parts) if part.name in noted), default=0)
    return [Part(part.name, part.make, part.find) for part in parts[:passed]] + list(parts[passed:])


def patiently(step: Callable[[], Shape | Wait]) -> Shape | Wait:
    """What `step` answers; Wait while another change bars it (IncorrectVpcStatus and the like)."""
    try:
        return step()
    except Conflict as busy:
        return Wait(LOOK_AGAIN_SECONDS, busy.message)


def delete(parts: Sequence[Part], attempt: Attempt) -> Wait | None:
    """As converge.delete."""
    return patiently(lambda: converge.delete(parts, attempt, lag_seconds=LAG_SECONDS))


def part(attempt: Attempt, name: str, send: Callable[[str], str], find: Callable[[], str | None]) -> Part:
    """One that is made by a call with a ClientToken.

    A call with a known token is answered as the first one was, its refusal too ("How to ensure idempotence", ECS
    developer reference): what was refused for now is asked for with another one. While the first call of a token is
    being worked on, which is refused as well, it stays the same, or there would be two.
    """

    def make(client_token: str) -> str:
        refused = attempt.parts.get(AGAIN + name, "")
        try:
            return send(attempt.client_token(f"{name} {refused}") if refused else client_token)
        except Conflict as busy:
            if not in_progress(busy.code):
                attempt.note(AGAIN + name, str(int(refused or 0) + 1))
            raise

    return Part(name, make, find)


def begun(attempt: Attempt, cloud_id: str) -> bool:
    """Whether the cloud has granted its delete."""
    return DELETE + cloud_id in attempt.parts


def gone(
    attempt: Attempt,
    cloud_id: str,
    send: Callable[[], object],
    status: Callable[[], str | None],
    settled: Container[str],
) -> Wait | None:
    """Sends a delete, which lasts a while. None once nothing is there any more to be deleted.

    `status`: what is shown, None for nothing. What is not `settled` is changing, by this delete or otherwise. That
    nothing is shown is believed of what a delete was granted for: before, it may be shown late.
    """
    now = status()
    if now is None and begun(attempt, cloud_id):
        return None
    if now is not None and now not in settled:
        return Wait(LOOK_AGAIN_SECONDS, f"{cloud_id} is {now}")
    try:
        send()
    except NotFound:
        return None
    attempt.note(DELETE + cloud_id, cloud_id)
    return Wait(LOOK_AGAIN_SECONDS, f"{cloud_id} is being deleted")
