"""Operations as their callers see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from spider_drivers.contract import Cancelled, Clock, Iid, Invalid

from ..catalogue import outcomes, records
from ..catalogue.actions import ACTIONS
from ..catalogue.asked import OperationsAsked
from ..catalogue.kinds import BY_WORD, KINDS
from ..catalogue.wire.answers import Status
from ..catalogue.wire.base import write
from ..catalogue.wire.requests import CONTROLS
from ..store import OPERATIONS, Item, Store
from . import shapes, times
from .call import Call
from .newest import Search
from .operations import DONE, SHARDS, Operations, State
from .settings import Settings

_KINDS = {kind.path: kind.name for kind in BY_WORD.values()}
_VERBS = {one: one for one in (*(action.verb for action in ACTIONS if action.operation and action.verb), *CONTROLS)}


class Overview:
    def __init__(self, store: Store, operations: Operations, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._operations = operations
        self._clock = clock
        self._undoing_seconds = settings.compensate_deadline

    def get(self, call: Call) -> outcomes.Operation:
        """Raises NotFound."""
        return self.shown(self._operations.row(call.name))

    def list(self, call: Call) -> records.Listed:
        """Of outcomes.Operation, without results. Raises Invalid."""
        rows, ends = _Search(self._store, call.body).page()
        return records.Listed([self.shown(row, whole=False) for row in rows], ends=ends)

    def shown(self, row: Item, *, whole: bool = True) -> outcomes.Operation:
        """With its result if `whole`."""
        now, state = self._clock.now(), State(row["state"])
        created, updated = times.read(row["created"]), times.read(row["updated"])
        finished = times.read(row.get("finished") or row["updated"]) if state in DONE else None
        return outcomes.Operation(
            id=row["id"],
            state=state.value,
            verb=row["verb"],
            kind=KINDS[row["kind"]].path,
            connection=row["connection"],
            iid=Iid(row["name"], row.get("system_id", "")),
            attempts=row["attempts"],
            waits_for=row.get("waits_for", ""),
            created=created,
            updated=updated,
            finished=finished,
            result=_result(row) if whole and state == State.SUCCEEDED else None,
            problem=row.get("error"),
            progress=_progress(row, now),
            parts=tuple(row["parts"]),
            next_try=None if finished else times.read(row["due"]),
            deadline=None if finished else self._deadline(row),
            elapsed=((finished or now) - created).total_seconds(),
            request_id=row["request_id"],
        )

    def _deadline(self, row: Item) -> datetime:
        """Of doing it, or of undoing it."""
        if row["state"] == State.COMPENSATING:
            return times.after(times.read(row["turned"]), self._undoing_seconds)
        return times.read(row["deadline"])


class _Search(Search):
    def __init__(self, store: Store, asked: OperationsAsked) -> None:
        low, high = (times.kept(one) if one else "" for one in (asked.since, asked.until))
        super().__init__(store, OPERATIONS, asked, low=low, high=high)
        self._connection = asked.connection
        self._wanted = {
            "kind": _one_of(_KINDS, asked.resource_type, "ResourceType"),
            "state": _one_of({one.value: one.value for one in State}, asked.state, "State"),
            "verb": _one_of(_VERBS, asked.verb, "Verb"),
        }

    def rows(self) -> Iterator[Item]:
        if self._connection:
            return self.stream(self._connection, "by_connection", self._limit + 1)
        return self.merged([f"o{shard}" for shard in range(SHARDS)], "all", self._limit // SHARDS + 4)

    def fits(self, row: Item) -> bool:
        return all(not wanted or row[name] == wanted for name, wanted in self._wanted.items())


def _one_of(known: Mapping[str, str], word: str, field: str) -> str:
    """What a word of a caller stands for; "" for none. Raises Invalid."""
    if word and word not in known:
        raise Invalid(f"{field}: '{word[:80]}' is not one of: {', '.join(known)}", field=field)
    return known.get(word, "")


def _progress(row: Item, now: datetime) -> str:
    """In words, how far it is."""
    if row["state"] == State.SUCCEEDED:
        return "done"
    if row["state"] == State.FAILED:
        return "cancelled" if row["error"]["type"] == Cancelled.__name__ else "failed"
    doing = "undoing it: " if row["state"] == State.COMPENSATING else "to be undone: " if row.get("cancelled") else ""
    return doing + _moment(row, now)


def _moment(row: Item, now: datetime) -> str:
    held = times.read_or_none(row.get("lease_until"))
    if held is None:
        return f"waiting after try {row['attempts']}" if row["attempts"] else "not begun"
    return f"try {row['attempts']} is under way" if held > now else f"try {row['attempts']} has died; another follows"


def _result(row: Item) -> Any:
    """As the action answered that opened the operation. Control verbs share one action, which answers a status."""
    kind = KINDS[row["kind"]]
    answers = (one.answer_model for one in ACTIONS if one.kind in (kind, None) and one.verb == row["verb"])
    return write(next(answers, Status), shapes.told(row["result"]))
