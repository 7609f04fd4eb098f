"""Rows that remember what they were and know what they will be, so that reads can lag and states can take time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

Row = dict[str, Any]
Version = tuple[datetime, Row | None]


class Memory:
    """Each row is a list of versions: (from when, what it is; None = gone), the future ones planned."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Version]] = {}

    def put(self, row_id: str, *versions: Version) -> None:
        """Adds versions in the order of their time; what was planned for after the first of them is dropped."""
        begins = versions[0][0]
        kept = [version for version in self._rows.get(row_id, []) if version[0] <= begins]
        self._rows[row_id] = kept + list(versions)

    def change(self, row_id: str, now: datetime, fields: Row) -> None:
        """Changes fields of a row from now on, in what is planned for it too."""
        versions = self._rows[row_id]
        planned = [version for version in versions if version[0] > now]
        current = self.at(row_id, now)
        changed = [(begins, row and {**row, **fields}) for begins, row in [(now, current), *planned]]
        self.put(row_id, *changed)

    def at(self, row_id: str, when: datetime) -> Row | None:
        """The row as it is at `when`; None where it is not there yet or no longer."""
        for begins, row in reversed(self._rows.get(row_id, [])):
            if begins <= when:
                return row
        return None

    def all(self, kind: str, when: datetime) -> Iterator[Row]:
        """All rows of a kind at `when`, oldest first."""
        for row_id in self._rows:
            row = self.at(row_id, when)
            if row is not None and row["kind"] == kind:
                yield row
