"""The engine broken on purpose, one thing at a time: a simulation that does not see it proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from spider_drivers.contract import Attempt, Throttled
from spider_drivers.contract import converge as contract_converge

from chalicelib.engine import identities, lease, times, worker
from chalicelib.engine.identities import State
from chalicelib.engine.lease import Lease, Leases
from chalicelib.engine.operations import Operations
from chalicelib.engine.service import Engine
from chalicelib.engine.steps import Steps
from chalicelib.engine.worker import Worker
from chalicelib.store import IDENTITIES, OPERATIONS, Conflict, Put, Update

from .history import run

Sabotage = Callable[[], AbstractContextManager[Any]]


def seeds_until_found(sabotage: Sabotage, seeds: Iterable[int]) -> int | None:
    """How many histories it takes to see it; None when none of them does."""
    with sabotage():
        for count, seed in enumerate(seeds, 1):
            if run(seed).differences:
                return count
    return None


def _nothing(*_: Any, **__: Any) -> None:
    """Does not do what it stands for."""


def _parts_are_not_noted() -> AbstractContextManager[Any]:
    return patch.object(Lease, "keep", _nothing)


def _a_death_is_not_noticed() -> AbstractContextManager[Any]:
    return patch.object(lease, "_unclean_since", lambda row, last: row.get("unclean_since"))


def _a_lost_answer_counts_as_a_refusal() -> AbstractContextManager[Any]:
    return patch.object(worker, "PASSING", (Throttled,))


def _a_lost_answer_leaves_no_doubt() -> AbstractContextManager[Any]:
    real = Worker._again

    def again(self: Worker, held: Lease, seconds: float, reason: str, **change: Any) -> None:
        change.pop("unclean_since", None)
        real(self, held, seconds, reason, **change)

    return patch.object(Worker, "_again", again)


def _reads_are_believed_at_once() -> AbstractContextManager[Any]:
    return patch.object(Attempt, "lag_left", lambda self, seconds: 0.0)


def _a_lease_keeps_nobody_off() -> AbstractContextManager[Any]:
    real = Leases.take

    def take(self: Leases, operation: str) -> Lease | None:
        row = self._store.get(OPERATIONS, (operation,)) or {}
        if row.get("lease_until"):
            past = times.kept(times.after(self._clock.now(), -1.0))
            change = {"lease_until": past, "due": past}
            with suppress(Conflict):
                self._store.write(Update(OPERATIONS, (operation,), change, when={"fence": row["fence"]}))
        return real(self, operation)

    return patch.object(Leases, "take", take)


def _a_fence_keeps_nobody_off() -> AbstractContextManager[Any]:
    def save(self: Lease, **change: Any) -> None:
        self._store.write(Update(OPERATIONS, (self.row["id"],), change))
        self.row = self.row | change

    return patch.object(Lease, "_save", save)


def _a_lease_that_ran_out_is_used() -> AbstractContextManager[Any]:
    return patch.object(Lease, "check", _nothing)


def _the_sweeper_sleeps() -> AbstractContextManager[Any]:
    return patch.object(Engine, "sweep", _nothing)


def _nothing_is_undone() -> AbstractContextManager[Any]:
    return patch.object(Steps, "back", _nothing)


def _a_failed_create_keeps_its_name() -> AbstractContextManager[Any]:
    return patch.object(Steps, "given_up", lambda self, row: [])


def _a_guard_is_left_behind() -> AbstractContextManager[Any]:
    real = identities.removed
    return patch.object(identities, "removed", lambda identity: real(replace(identity, system_id="")))


def _a_name_is_taken_twice() -> AbstractContextManager[Any]:
    return patch.object(
        identities, "opened", lambda identity: Put(IDENTITIES, identities._row(identity), if_absent=False)
    )


def _two_changes_hold_a_resource() -> AbstractContextManager[Any]:
    def claimed(identity: identities.Identity, operation: str, state: State) -> Update:
        return Update(IDENTITIES, identities._key(identity), {"state": state.value, "operation": operation})

    return patch.object(identities, "claimed", claimed)


def _a_key_is_not_kept() -> AbstractContextManager[Any]:
    return patch.object(Operations, "keyed", _nothing)


def _a_delete_ends_before_the_cloud_says_so() -> AbstractContextManager[Any]:
    real = Steps._asked

    def asked(self: Steps, held: Lease, target: Any, verb: str, ref: Any) -> Any:
        answer = real(self, held, target, verb, ref)
        return None if verb == "delete" else answer

    return patch.object(Steps, "_asked", asked)


def _the_last_part_is_removed_alone() -> AbstractContextManager[Any]:
    real = contract_converge.delete
    return patch.object(
        contract_converge, "delete", lambda parts, attempt, **how: real(list(parts)[-1:], attempt, **how)
    )


# Seen only when several things come together, and so not within the histories that everyday tests run.
RARE = frozenset(
    {
        "a lease keeps nobody off",
        "a fence keeps nobody off",
        "a lost answer leaves no doubt",
        "a lease that ran out is used",
        "a delete ends before the cloud says so",
    }
)

SABOTAGES: dict[str, Sabotage] = {
    made.__name__.strip("_").replace("_", " "): made
    for made in (
        _parts_are_not_noted,
        _a_death_is_not_noticed,
        _a_lost_answer_counts_as_a_refusal,
        _a_lost_answer_leaves_no_doubt,
        _reads_are_believed_at_once,
        _a_lease_keeps_nobody_off,
        _a_fence_keeps_nobody_off,
        _a_lease_that_ran_out_is_used,
        _the_sweeper_sleeps,
        _nothing_is_undone,
        _a_failed_create_keeps_its_name,
        _a_guard_is_left_behind,
        _a_name_is_taken_twice,
        _two_changes_hold_a_resource,
        _a_key_is_not_kept,
        _a_delete_ends_before_the_cloud_says_so,
        _the_last_part_is_removed_alone,
    )
}
