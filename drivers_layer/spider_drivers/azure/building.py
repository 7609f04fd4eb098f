"""What the kinds of resources share: PUTs that overwrite nothing, what Azure goes on with after its answer, deletes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..contract import (
    AlreadyExists,
    Attempt,
    Conflict,
    NotFound,
    Part,
    Wait,
    converge,
)
from . import errors, tags
from .calls import Thing
from .capability import LAG_SECONDS

LOOK_AGAIN_SECONDS, VM_SECONDS = 1.0, 2.0

Shape = TypeVar("Shape")
Answer = TypeVar("Answer")
Look = Callable[[], Thing]

# A word of provisioningState after which nothing more comes; images say "created" where others say "Succeeded".
_DONE = ("succeeded", "created")
LEAVING = "deleting"


def create(
    parts: Sequence[Part], attempt: Attempt, read: Callable[[], Shape], complete: Callable[[Shape], Wait | None]
) -> Shape | Wait:
    """As converge.create; answers what `read` shows, once it is `complete`.

    NotFound from a part's make means that Azure does not show yet what was made a moment ago.
    """
    seen: list[Shape] = []

    def ready(_: str) -> Wait | None:
        seen.append(read())
        return complete(seen[-1])

    first = parts[0].name
    visible = Part(converge.VISIBLE, lambda _: attempt.parts[first], lambda: attempt.parts[first], ready)
    try:
        return patiently(lambda: converge.create([*parts, visible], attempt, lag_seconds=LAG_SECONDS)) or seen[-1]
    except NotFound as late:
        return Wait(1.0, f"the cloud does not show yet what was just made: {late.message}")


def patiently(step: Callable[[], Answer | Wait | None]) -> Answer | Wait | None:
    """Another change of the same resource is waited for: Azure has refused this one and done nothing."""
    try:
        return step()
    except Conflict as busy:
        return Wait(LOOK_AGAIN_SECONDS, f"another change is under way: {busy.message}")


def found(look: Look) -> Thing | None:
    try:
        return look()
    except NotFound:
        return None


def seen(look: Look) -> Look:
    """Looks now, and answers the same whenever it is called."""
    there = found(look)

    def told() -> Thing:
        if there is None:
            raise NotFound("it is not there")
        return there

    return told


def ours(look: Look, token: str) -> str | None:
    """The id of what is there if the operation with this token has made it."""
    there = found(look) if token else None
    return str(there["id"]) if there and tags.token(there) == token else None


def make(look: Look, put: Callable[[], None], cloud_id: str, token: str) -> str:
    """Puts what is not there yet. Raises AlreadyExists for what others have made, which a PUT would overwrite."""
    there = found(look)
    if there is None:
        put()
    elif tags.token(there) != token:
        raise AlreadyExists(f"{cloud_id} already exists")
    return cloud_id


def state(thing: Mapping[str, Any]) -> str:
    """`succeeded`, `creating`, `updating`, `deleting`, `failed`, …; "" where Azure tells none."""
    return str((thing.get("properties") or {}).get("provisioningState") or "").casefold()


def provisioned(thing: Mapping[str, Any], what: str) -> Wait | None:
    """None when Azure is done with it. Raises a CloudError when it has failed."""
    now = state(thing)
    if now in ("", *_DONE):
        return None
    if now in ("failed", "canceled"):
        raise errors.from_provisioning(what, "ProvisioningState/failed", f"{thing['id']} is {now}")
    return Wait(LOOK_AGAIN_SECONDS, f"{what} is {now}")


def delete(parts: Sequence[Part], attempt: Attempt) -> Wait | None:
    wait: Wait | None = patiently(lambda: converge.delete(parts, attempt, lag_seconds=LAG_SECONDS))
    return wait


def removal(
    what: str, cloud_id: str, look: Look, send: Callable[[], bool], *, noted: bool = False, token: str = ""
) -> Part:
    """A part that is only ever removed.

    `send`: the DELETE, which answers whether nothing is there. `noted`: this operation knows that it made the thing, so
    that it is deleted though reads do not show it yet. `token`: what is there is left alone if its token is another.
    """

    def remove(_: str) -> Wait | None:
        there = found(look)
        if there is None and not noted:
            return None
        if there and token and tags.token(there) != token:
            return None
        if there and state(there) == LEAVING:
            return Wait(LOOK_AGAIN_SECONDS, f"{what} is being deleted")
        try:
            gone = send()
        except NotFound:
            gone = True
        return None if gone else Wait(LOOK_AGAIN_SECONDS, f"{what} is being deleted")

    return converge.removal(what, remove, cloud_id)
