"""What the kinds of resources share: parts that are operations, creating, deleting."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ..contract import AlreadyExists, Attempt, InUse, NotFound, Part, Refused, Wait, converge
from . import operations
from .calls import Gce, Thing
from .errors import NO_FIELDS, Fields, NotReady
from .names import tail

OPERATION = " operation"  # an operation is noted under its part's name and this
AGAIN = "again after "

Shape = TypeVar("Shape")
# Sends a change with this requestId; answers its operation.
Send = Callable[[str], Thing]


class Building:
    """The parts of one create: each is made by an operation.

    A try that died is not looked for: the same change again, with the same requestId, is answered with the operation
    that the first one has begun. Where Compute Engine has forgotten that, the name is taken, and `ours` tells by whom.
    """

    def __init__(self, gce: Gce, attempt: Attempt) -> None:
        self._gce = gce
        self._attempt = attempt
        self._begun: dict[str, Fields] = {}
        self._answered: dict[str, Thing] = {}

    def part(self, name: str, cloud_id: str, send: Send, ours: Callable[[], bool], fields: Fields = NO_FIELDS) -> Part:
        """Ready once its operation has ended. Noted: `cloud_id`, and the operation under a name of its own."""

        def make(request_id: str) -> str:
            if operation := self._sent(send, ours, request_id):
                self._attempt.note(name + OPERATION, operation)
            return cloud_id

        return Part(name, make, ready=lambda _: self._ended(name, fields))

    def begun(self, name: str, cloud_id: str, send: Send, ours: Callable[[], bool], fields: Fields = NO_FIELDS) -> Part:
        """One of several that Compute Engine works on at once: that they have ended is part of being visible."""
        self._begun[name] = fields
        return Part(name, self.part(name, cloud_id, send, ours, fields).make)

    def unnamed(self, name: str, send: Send, ours: Callable[[], bool], fields: Fields = NO_FIELDS) -> Part:
        """As `begun`, where nobody has to know the id. Noted: the operation alone."""
        self._begun[name] = fields
        return Part(name, lambda request_id: self._sent(send, ours, request_id) or name)

    def create(
        self, parts: Sequence[Part], read: Callable[[], Shape], complete: Callable[[Shape], bool] = lambda _: True
    ) -> Shape | Wait:
        """As converge.create; answers what `read` shows, once that is `complete`."""
        seen: list[Shape] = []

        def ready(_: str) -> Wait | None:
            waits = (self._ended(name, fields) for name, fields in self._begun.items())
            if wait := next((wait for wait in waits if wait), None):
                return wait
            with contextlib.suppress(NotFound):
                seen.append(read())
                if complete(seen[-1]):
                    return None
            return Wait(operations.LOOK_AGAIN_SECONDS, "the cloud does not show all of it yet")

        visible = Part(converge.VISIBLE, make=lambda _: converge.VISIBLE, ready=ready)
        try:
            return converge.create([*self._once(parts), visible], self._attempt) or seen[-1]
        except NotReady as busy:
            return Wait(operations.LOOK_AGAIN_SECONDS, busy.message)

    def _once(self, parts: Sequence[Part]) -> list[Part]:
        """What was ready when the next part was made is not asked for again."""
        noted = self._attempt.parts
        passed = len(parts) if converge.VISIBLE in noted else 0
        passed = passed or max((place for place, part in enumerate(parts) if part.name in noted), default=0)
        return [Part(part.name, part.make) for part in parts[:passed]] + list(parts[passed:])

    def _sent(self, send: Send, ours: Callable[[], bool], request_id: str) -> str:
        """The operation; "" where what was to be made is there already."""
        try:
            answer = send(request_id)
        except AlreadyExists:
            if not ours():
                raise
            return ""
        path = operations.path_of(answer)
        self._answered[path] = answer
        return path

    def _ended(self, name: str, fields: Fields) -> Wait | None:
        noted = self._attempt.parts.get(name + OPERATION) or self._attempt.parts.get(name, "")
        if "/" not in noted:  # a name and no operation
            return None
        try:
            return operations.ended(self._gce, noted, fields, self._answered.get(noted))
        except NotFound as lost:  # something that it needs has gone: not what it was to make
            raise Refused(lost.message, code=lost.code, text=lost.text) from None


class Deleting:
    """The deletes of one operation. Each is noted under its path (`regions/r/subnetworks/s`) and a word."""

    PART = "delete "

    def __init__(self, gce: Gce, attempt: Attempt) -> None:
        self._gce = gce
        self._attempt = attempt
        self._answered: dict[str, Thing] = {}

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
            answer = send(self._attempt.client_token(f"{part} {noted}".rstrip()))
            operation = operations.path_of(answer)
            self._answered[operation] = answer
            self._attempt.note(part, operation)

    def _gone(self, path: str) -> Wait | None:
        noted = self._attempt.parts.get(self.PART + path)
        if not noted or noted.startswith(AGAIN):
            return None
        try:
            return operations.ended(self._gce, noted, answered=self._answered.get(noted))
        except NotFound:  # somebody else was faster
            return None
        except InUse:
            self._attempt.note(self.PART + path, f"{AGAIN}{noted}")
            raise


def removal(name: str, remove: Callable[[], Wait | None]) -> Part:
    """As converge.removal."""
    return converge.removal(name, lambda _: remove())
