"""What carries Spider's tokens at a cloud, held against the identities and the operations.

What a failed operation has left is removed. What nobody here knows of is told, and removed only if that is asked for:
it may be another Spider's. Identities that no operation will ever finish are set right.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from spider_drivers.contract import Clock, Iid, Marked, Ref, SpiderError
from spider_drivers.contract import registry as drivers

from ..catalogue.actions import ACTIONS
from ..catalogue.asked import Finding, Found, Settled
from ..catalogue.kinds import CONNECTION, SUBNET, VPC
from ..catalogue.records import Accepted
from ..catalogue.system import MARKED
from ..store import Store
from . import deadline, times
from .call import Call
from .changes import Changes
from .connections import Connections, Target
from .history import History, spans
from .identities import Identities, Identity, State
from .members import Members
from .operations import Operations
from .registry import Registry
from .settings import Settings
from .stuck import Stuck
from .whose import Book, Verdict

log = logging.getLogger("spider.reconciling")

CALLED_SECONDS = 3600  # how often a scheduler from outside calls `reconcile_if_due`
ACTION = next(action for action in ACTIONS if action.name == "reconcile")
Begun = Accepted | SpiderError | None  # an operation, why there is none, or that it is done


@dataclass(frozen=True)
class _Case:
    """All that carries one token. `begun`: its removal, where it is to be removed."""

    marked: Sequence[Marked]
    verdict: Verdict
    is_removed: bool = False
    begun: Begun = None


class Reconciling:
    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        registry: Registry,
        connections: Connections,
        operations: Operations,
        changes: Changes,
        members: Members,
        history: History,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._registry = registry
        self._connections = connections
        self._operations = operations
        self._changes = changes
        self._members = members
        self._history = history
        self._identities = Identities(store)
        self._stuck = Stuck(settings, store, operations, changes, members)

    def reconcile(self, call: Call) -> list[Finding]:
        """Waits for what it removes as long as the caller may; the rest goes on by itself. Raises Unsupported, and the
        cloud's errors."""
        target, seconds = self._connections.target(call.connection), self._settings.wait_seconds
        until = self._clock.stopwatch() + (0.0 if call.respond_async else seconds)
        call = replace(call, idempotency_key="", respond_async=True)
        marked = self._marked(call, target)
        settled = self._stuck.settle(call)
        cases = [self._begun(call, case) for case in self._cases(call, target, marked)]
        return [
            *(self._ended(finding, begun, until) for finding, begun in settled),
            *(self._ended(_finding(case, one), case.begun, until) for case in cases for one in case.marked),
        ]

    def reconcile_all(self) -> None:
        """Every connection, one after the other, without waiting for what is removed. What is found is logged."""
        request = f"reconcile-{uuid.uuid4().hex[:12]}"
        with self._history.gather(), spans.of_round(request, "reconcile"):
            for row in self._registry.rows(CONNECTION.name):
                call = Call(action=ACTION, connection=row["name"], body=(), request_id=request, respond_async=True)
                try:
                    findings = self.reconcile(call)
                except SpiderError as error:
                    log.warning("%s: connection '%s': %s", request, row["name"], error)
                    continue
                log.info("%s: connection '%s': %d findings", request, row["name"], len(findings))
                for one in findings:
                    log.warning("%s: %s %s (%s): %s", request, one.kind, one.iid.id, one.done, one.why)

    def reconcile_if_due(self, moment: datetime) -> None:
        """For a scheduler that calls each CALLED_SECONDS. `moment`: when it meant to."""
        if times.is_turn(moment, self._settings.reconcile_seconds, CALLED_SECONDS):
            self.reconcile_all()

    def _marked(self, call: Call, target: Target) -> Sequence[Marked]:
        def read() -> Sequence[Marked]:
            with self._connections.open(target, target.scope(MARKED, "", call.request_id)) as cloud:
                return cloud.marked()

        return deadline.within(min(self._settings.read_seconds, self._settings.wait_seconds), read)

    def _cases(self, call: Call, target: Target, marked: Iterable[Marked]) -> Iterable[_Case]:
        """Of what is not as it should be. Names and operations are read after the cloud: what it shows has been opened
        before."""
        by_token: dict[str, list[Marked]] = {}
        for one in marked:
            by_token.setdefault(one.token, []).append(one)
        spelled = drivers.driver(target.info.provider).mark
        asked = {*call.body, *(spelled(token) for token in call.body)}
        rows = self._registry.rows(CONNECTION.name, target.info.provider)
        others = [row["name"] for row in rows if row["name"] != call.connection]
        book = Book(call.connection, self._identities, self._operations, spelled, by_token, others)
        for token, those in by_token.items():
            verdict = book.verdict(token, those, asked=token in asked)
            if verdict is not None:
                is_removed = verdict.found == Found.LEFT or (
                    verdict.found in (Found.DELETED, Found.UNKNOWN) and token in asked
                )
                yield _Case(verdict.of, verdict, is_removed)

    def _begun(self, call: Call, case: _Case) -> _Case:
        if not case.is_removed:
            return case
        try:
            begun = self._open(call, case)
        except SpiderError as error:
            begun = error
        return replace(case, begun=begun)

    def _open(self, call: Call, case: _Case) -> Begun:
        """An operation that has what carries the token deleted. Raises SpiderError."""
        itself = min(case.marked, key=lambda one: (one.kind == SUBNET.name, bool(one.part)))
        token = case.verdict.token
        if itself.kind == SUBNET.name:
            vpc = self._identities.of_connection(call.connection).known(VPC.name, itself.owner)
            if vpc is None:
                return SpiderError(f"its VPC {itself.owner} has no name here; register it first")
            answer = self._members.open_removal(call, vpc, Ref(itself.name, None, token))
        else:
            name = case.verdict.name or itself.name
            nobody = Identity(call.connection, itself.kind, "", name, State.ACTIVE, token=token)
            opening = self._changes.opening(nobody, "delete_csp", self._settings.delete_deadline)
            answer = self._changes.run(call, opening, [], SpiderError("the operation's id is taken"))
        return answer if isinstance(answer, Accepted) else None

    def _ended(self, finding: Finding, begun: Begun, until: float) -> Finding:
        """With what has come of the operation, or that it goes on."""
        if isinstance(begun, SpiderError):
            return replace(finding, done=Settled.FAILED, why=f"{finding.why}; {begun.message}")
        if begun is None:
            return finding
        try:
            answer = self._changes.outcome(begun.operation, max(0.0, until - self._clock.stopwatch()))
        except SpiderError as error:
            return replace(
                finding, done=Settled.FAILED, operation=begun.operation, why=f"{finding.why}; {error.message}"
            )
        done = Settled.REMOVING if isinstance(answer, Accepted) else finding.done
        return replace(finding, done=done, operation=begun.operation)


def _finding(case: _Case, one: Marked) -> Finding:
    done = Settled.REMOVED if case.is_removed else Settled.REPORTED
    verdict = case.verdict
    return Finding(one.kind, Iid(one.name, one.id), verdict.token, verdict.found, done, verdict.why, part=one.part)
