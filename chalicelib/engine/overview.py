"""Operations as their callers see them."""

from __future__ import annotations

from datetime import datetime

from spider_drivers.contract import Cancelled, Clock, Iid

from ..catalogue import records, wire
from ..catalogue.actions import ACTIONS
from ..catalogue.kinds import KINDS
from ..store import Item
from . import shapes, times
from .call import Call
from .operations import DONE, Operations, State
from .settings import Settings


class Overview:
    def __init__(self, operations: Operations, clock: Clock, settings: Settings) -> None:
        self._operations = operations
        self._clock = clock
        self._undoing_seconds = settings.compensate_deadline

    def get(self, call: Call) -> records.Operation:
        """Raises NotFound."""
        return self.shown(self._operations.row(call.name))

    def shown(self, row: Item) -> records.Operation:
        now, state = self._clock.now(), State(row["state"])
        created, updated = times.read(row["created"]), times.read(row["updated"])
        finished = updated if state in DONE else None
        return records.Operation(
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
            result=wire.write(_answer(row), shapes.told(row["result"])) if state == State.SUCCEEDED else None,
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


def _answer(row: Item) -> type[wire.Answer]:
    """What the action answers that opened the operation. Control verbs share one action, which answers a status."""
    kind = KINDS[row["kind"]]
    return next((one.answer for one in ACTIONS if one.kind in (kind, None) and one.verb == row["verb"]), wire.Status)
