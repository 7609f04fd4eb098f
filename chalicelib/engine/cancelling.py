"""An operation that is no longer wanted: what it has made is removed again."""

from __future__ import annotations

from typing import Any

from spider_drivers.contract import WrongState

from ..catalogue.records import Accepted
from ..store import Item
from .call import Call
from .changes import Changes
from .operations import DONE, Operations, State
from .overview import Overview
from .steps import UNDONE_BY


class Cancelling:
    def __init__(self, operations: Operations, changes: Changes, overview: Overview) -> None:
        self._operations = operations
        self._changes = changes
        self._overview = overview

    def cancel(self, call: Call) -> Any:
        """The operation once it is undone; Accepted while it is not. Raises NotFound, WrongState."""
        return self._changes.once(call, self._cancel)

    def _cancel(self, call: Call) -> Any:
        _check(self._operations.row(call.name))
        row = self._changes.undo(call, call.name)
        if row["state"] == State.SUCCEEDED:
            raise _refusal(row, "had succeeded before it could be cancelled; what it made can be deleted")
        shown = self._overview.shown(row)
        return shown if row["state"] in DONE else Accepted(call.name, shown)


def _check(row: Item) -> None:
    """Once more is no mistake. Raises WrongState for what cannot be cancelled."""
    if row["verb"] not in UNDONE_BY:
        raise _refusal(row, f"is a {row['verb']}, which cannot be cancelled")
    if row["state"] in DONE and not row.get("cancelled"):
        raise _refusal(row, "cannot be cancelled: it is over")


def _refusal(row: Item, why: str) -> WrongState:
    return WrongState(f"the operation '{row['id']}' {why}", operation=row["id"])
