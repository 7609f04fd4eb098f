"""What the kinds of resources share: parts that are operations, creating, deleting, and refusing to delete what is in
use."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from ..contract import AlreadyExists, Attempt, InUse, NotFound, Part, Refused, Wait, converge
from . import operations
from .calls import Gce, Thing
from .errors import NO_FIELDS, Fields, NotReady
from .names import tail

OPERATION = " operation"  # an operation is noted under its part's name and this
AGAIN = "again after "
APPLIED = "applied"

Shape = TypeVar("Shape")
# Sends a change with this requestId; answers its operation.
Send = Callable[[str], Thing]


class Building:
    """The parts of one create. A part is made by an operation; its id is a name that is known before.

    A try that died is not looked for: the same change again, with the same requestId, is answered with the operation
    that the first one has begun. Where Compute Engine has forgotten that, the name is taken, and `ours` tells by whom.
    """

    def __init__(self, gce: Gce, attempt: Attempt) -> None:
        self._gce = gce
        self._attempt = attempt

    def part(self, name: str, cloud_id: str, send: Send, ours: Callable[[], bool], fields: Fields = NO_FIELDS) -> Part:
        """Ready once its operation has ended."""
        return Part(name, self._make(name, cloud_id, send, ours), ready=lambda _: self._ended(name, fields))

    def begun(self, name: str, cloud_id: str, send: Send, ours: Callable[[], bool]) -> Part:
        """One of several that Compute Engine works on at once: `applied` is ready when they are."""
        return Part(name, self._make(name, cloud_id, send, ours))

    def applied(self, names: Sequence[str], fields: Fields = NO_FIELDS) -> Part:
        def ready(_: str) -> Wait | None:
            waits = (self._ended(name, fields) for name in names)
            return next((wait for wait in waits if wait), None)

        return Part(APPLIED, make=lambda _: APPLIED, ready=ready)

    def create(
        self, parts: Sequence[Part], read: Callable[[], Shape], complete: Callable[[Shape], bool] = lambda _: True
    ) -> Shape | Wait:
        """As converge.create; answers what `read` shows, once that is `complete`."""
        seen: list[Shape] = []

        def shown(_: str) -> bool:
            seen.append(read())
            return complete(seen[-1])

        visible = converge.visible(lambda: "shown", shown)
        try:
            return converge.create([*self._once(parts), visible], self._attempt) or seen[-1]
        except NotReady as busy:
            return Wait(operations.LOOK_AGAIN_SECONDS, busy.message)

    def _once(self, parts: Sequence[Part]) -> list[Part]:
        """What was ready when the next part was made is not asked for again."""
        noted = self._attempt.parts
        passed = max((place for place, part in enumerate(parts) if part.name in noted), default=0)
        return [Part(part.name, part.make) for part in parts[:passed]] + list(parts[passed:])

    def _make(self, name: str, cloud_id: str, send: Send, ours: Callable[[], bool]) -> Callable[[str], str]:
        def make(request_id: str) -> str:
            try:
                self._attempt.note(name + OPERATION, operations.path_of(send(request_id)))
            except AlreadyExists:
                if not ours():
                    raise
            return cloud_id

        return make

    def _ended(self, name: str, fields: Fields) -> Wait | None:
        noted = self._attempt.parts.get(name + OPERATION)
        try:
            return operations.ended(self._gce, noted, fields) if noted else None
        except NotFound as lost:  # something that it needs has gone: not what it was to make
            raise Refused(lost.message, code=lost.code, text=lost.text) from None


class Deleting:
    """The deletes of one operation. Each is noted under its path (`regions/r/subnetworks/s`) and a word."""

    PART = "delete "

    def __init__(self, gce: Gce, attempt: Attempt) -> None:
        self._gce = gce
        self._attempt = attempt

    def paths(self, collection: str) -> list[str]:
        """Of what was begun to be deleted, of a collection."""
        paths = [part.removeprefix(self.PART) for part in self._attempt.parts if part.startswith(self.PART)]
        return [path for path in paths if f"/{collection}/" in path]

    def names(self, collection: str) -> set[str]:
        return {tail(path) for path in self.paths(collection)}

    def together(self, sends: Mapping[str, Send]) -> Wait | None:
        """Begins to delete all, by path; None once all have gone."""
        try:
            for path, send in sends.items():
                self._begin(path, send)
        except NotReady as busy:
            return Wait(operations.LOOK_AGAIN_SECONDS, busy.message)
        waits = (self._gone(path) for path in sends)
        return next((wait for wait in waits if wait), None)

    def _begin(self, path: str, send: Send) -> None:
        part = self.PART + path
        noted = self._attempt.parts.get(part, "")
        if noted and not noted.startswith(AGAIN):
            return
        # After one that was refused another requestId: the same would be answered with the same operation.
        with contextlib.suppress(NotFound):
            operation = send(self._attempt.client_token(f"{part} {noted}".rstrip()))
            self._attempt.note(part, operations.path_of(operation))

    def _gone(self, path: str) -> Wait | None:
        noted = self._attempt.parts.get(self.PART + path)
        try:
            return operations.ended(self._gce, noted) if noted and not noted.startswith(AGAIN) else None
        except NotFound:  # somebody else was faster
            return None
        except InUse:
            self._attempt.note(self.PART + path, f"{AGAIN}{noted}")
            raise


def refuse_in_use(title: str, cloud_id: str, users: Iterable[str]) -> None:
    """Raises InUse when there are users."""
    named = sorted(set(users))
    if named:
        raise InUse(f"{title} {cloud_id} is in use by {', '.join(named)}")


def removal(name: str, remove: Callable[[], Wait | None]) -> Part:
    """A part that is only ever removed. `remove` is called without looking whether it is there."""

    def make(_: str) -> str:
        raise AssertionError(f"{name} is only ever removed")

    return Part(f"remove {name}", make, find=lambda: name, remove=lambda _: remove())
