"""Walks a resource's parts: forward to create, backward to delete and to compensate.

A driver declares parts; how they are walked after a crash, a lost answer or a lagging read stands here alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .attempt import Attempt, Wait
from .errors import InUse, NotFound, WrongState
from .shapes import VmStatus

VISIBLE = "visible"


def _at_once(_: str) -> Wait | None:
    return None


def _nowhere() -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Part:
    """One thing at the cloud that a resource consists of.

    make(client_token) -> cloud id     one call; may raise any SpiderError
    find() -> cloud id or None         what a try that died may have made, looked for by what travelled in its call
    ready(cloud id) -> Wait or None    NotFound raised here means "not shown yet"
    remove(cloud id) -> Wait or None   repeatable; gone is success; None where the part goes with its owner
    """

    name: str
    make: Callable[[str], str]
    find: Callable[[], str | None] = _nowhere
    ready: Callable[[str], Wait | None] = _at_once
    remove: Callable[[str], Wait | None] | None = None


def visible(cloud_id: Callable[[], str], shown: Callable[[str], bool]) -> Part:
    """The last part of every create: get and list show the resource."""

    def ready(found: str) -> Wait | None:
        return None if shown(found) else Wait(1.0, "the cloud does not show the resource yet")

    return Part(VISIBLE, make=lambda _: cloud_id(), find=cloud_id, ready=ready)


def removal(name: str, remove: Callable[[str], Wait | None], cloud_id: str = "") -> Part:
    """A part that is only ever removed. `remove` is called, with `cloud_id` or else `name`, without looking whether it
    is there."""

    def make(_: str) -> str:
        raise AssertionError(f"{name} is only ever removed")

    return Part(f"remove {name}", make, find=lambda: cloud_id or name, remove=remove)


def create(parts: Iterable[Part], attempt: Attempt, *, lag_seconds: float = 0.0) -> Wait | None:
    """Makes every part that is not noted yet. None = all made and ready.

    Only the first part not noted can have been made by a try that died: parts are made in order.
    """
    doubtful = attempt.unclean_since is not None
    for part in parts:
        cloud_id = attempt.parts.get(part.name)
        if cloud_id is None:
            if doubtful:
                cloud_id = part.find()
                if cloud_id is None and (left := attempt.lag_left(lag_seconds)):
                    return Wait(left, f"an earlier try may have made {part.name}; the cloud may show it late")
                doubtful = False
            if cloud_id is None:
                attempt.check()
                cloud_id = part.make(attempt.client_token(part.name))
            attempt.note(part.name, cloud_id)
        if wait := _ready(part, cloud_id):
            return wait
    return None


def _ready(part: Part, cloud_id: str) -> Wait | None:
    try:
        return part.ready(cloud_id)
    except NotFound:
        return Wait(1.0, f"the cloud does not show {part.name} yet")


def delete(parts: Sequence[Part], attempt: Attempt, *, lag_seconds: float = 0.0) -> Wait | None:
    """Removes every part, last first. None = all absent.

    A part's id is what was noted when it was made, else what `find` shows. After an unclean try nothing is believed
    absent before the cloud's lag is over.
    """
    for part in reversed(parts):
        if part.remove is None:
            continue
        cloud_id = attempt.parts.get(part.name) or part.find()
        if cloud_id is None:
            continue
        attempt.check()
        if wait := _remove(part.remove, cloud_id, attempt.lag_left(lag_seconds)):
            return wait
    if left := attempt.lag_left(lag_seconds):
        return Wait(left, "an earlier try may have made more; the cloud may show it late")
    return None


def _remove(remove: Callable[[str], Wait | None], cloud_id: str, lag_left: float) -> Wait | None:
    try:
        return remove(cloud_id)
    except InUse:
        # Perhaps by a part that an unclean try made and that reads do not show yet.
        if not lag_left:
            raise
        return Wait(lag_left, "it is in use, perhaps by what the cloud will show late")


def control(
    attempt: Attempt,
    *,
    status: Callable[[], VmStatus],
    send: Callable[[], None],
    sent_word: VmStatus,
    wanted: VmStatus | None,
    allowed: frozenset[VmStatus],
    lag_seconds: float = 0.0,
) -> VmStatus | Wait:
    """A control verb: its call is sent once, then answered with the transitional word.

    Already `wanted` is success without a call (a reboot wants none). In transition is Wait; any other state that is
    not `allowed` raises WrongState. After an unclean try the status is believed only when the cloud's lag is over; soon
    after another change a status that leaves nothing to be sent is not, either.
    """
    if "sent" in attempt.parts:
        return sent_word
    if left := attempt.lag_left(lag_seconds):
        return Wait(left, "an earlier try may have sent the call; the cloud may show it late")
    now = status()
    if now == sent_word and attempt.unclean_since is not None:
        attempt.note("sent", sent_word.value)  # by the try that died
        return sent_word
    nothing_to_send = now == wanted or now not in allowed | TRANSITIONAL
    if nothing_to_send and (left := attempt.settling_left(lag_seconds)):
        return Wait(left, f"the VM is {now}, but was changed a moment ago; the cloud may show that late")
    if now == wanted:
        return now
    if now in TRANSITIONAL:
        return Wait(2.0, f"the VM is {now}")
    if now not in allowed:
        raise WrongState(f"a VM that is {now} cannot do this")
    attempt.check()
    send()
    attempt.note("sent", sent_word.value)
    return sent_word


TRANSITIONAL = frozenset(
    {
        VmStatus.CREATING,
        VmStatus.SUSPENDING,
        VmStatus.RESUMING,
        VmStatus.REBOOTING,
        VmStatus.TERMINATING,
    }
)
