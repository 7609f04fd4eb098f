"""Deletes every resource of a connection, dependants first, as many at once as there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from spider_drivers.contract import Clock, Iid, SpiderError

from ..catalogue.kinds import KINDS
from ..catalogue.outcomes import Destroyed
from ..catalogue.records import Accepted
from ..catalogue.vocabulary import Kind
from ..store import Store
from .call import Call
from .changes import Changes
from .connections import Connections
from .identities import Identities, Identity, State
from .settings import Settings


class Destroying:
    def __init__(
        self, settings: Settings, store: Store, clock: Clock, connections: Connections, changes: Changes
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._connections = connections
        self._changes = changes
        self._identities = Identities(store)

    def destroy(self, call: Call) -> list[Destroyed]:
        """The outcome per kind. What takes longer than the caller may wait goes on by itself."""
        self._connections.target(call.connection)
        kinds = sorted((kind for kind in KINDS.values() if kind.turn), key=lambda kind: kind.turn)
        outcomes: list[Destroyed] = []
        until = self._clock.stopwatch() + self._settings.wait_seconds
        for _, turn in groupby(kinds, key=lambda kind: kind.turn):
            outcomes += self._turn(call, list(turn), until)
        return outcomes

    def _turn(self, call: Call, kinds: Sequence[Kind], until: float) -> list[Destroyed]:
        census = self._identities.of_connection(call.connection)
        begun = [(kind, one, self._begin(call, kind, one)) for kind in kinds for one in census.of_kind(kind.name)]
        ended = [(kind, one, self._end(operation, until)) for kind, one, operation in begun]
        return [
            Destroyed(
                kind.word,
                tuple(Iid(one.name, one.system_id) for of, one, why in ended if of is kind and not why),
                {one.name: why for of, one, why in ended if of is kind and why},
            )
            for kind in kinds
        ]

    def _begin(self, call: Call, kind: Kind, one: Identity) -> Accepted | SpiderError | None:
        """What is being created is undone; what is being deleted already is waited for."""
        if one.state == State.DELETING:
            return Accepted(one.operation, None)
        under_way = one.state == State.CREATING
        action = replace(call.action, kind=kind)
        deletion = replace(call, action=action, name=one.name, body=under_way, respond_async=True)
        try:
            answer = self._changes.delete(deletion)
        except SpiderError as error:
            return error
        return answer if isinstance(answer, Accepted) else None

    def _end(self, begun: Accepted | SpiderError | None, until: float) -> str:
        """Why it is not deleted; nothing when it is."""
        if isinstance(begun, SpiderError):
            return begun.message
        if begun is None:
            return ""
        try:
            answer = self._changes.outcome(begun.operation, max(0.0, until - self._clock.stopwatch()))
        except SpiderError as error:
            return error.message
        return f"still being deleted by the operation '{begun.operation}'" if isinstance(answer, Accepted) else ""
