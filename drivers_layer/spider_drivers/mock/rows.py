"""What all APIs of the cloud in memory share: rows are made, changed, and deleted when nothing depends on them."""

from __future__ import annotations

import ipaddress
import itertools
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .faults import WireError
from .knobs import Knobs
from .memory import Memory, Row

sequence = itertools.count(1)


class Rows:
    """The cloud at one moment. What its APIs see is the truth: only reads lag."""

    def __init__(
        self,
        account: str,
        memory: Memory,
        client_tokens: dict[str, tuple[str, Row]],
        now: datetime,
        knobs: Knobs,
    ) -> None:
        self._account = account
        self._memory = memory
        self._client_tokens = client_tokens
        self._now = now
        self._later = now + timedelta(seconds=knobs.transition)
        self._knobs = knobs

    def _new(self, kind: str, prefix: str, name: str, tags: Mapping[str, str], **fields: Any) -> Row:
        row_id = f"{prefix}-{secrets.token_hex(8)}"
        row = {"seq": next(sequence), "id": row_id, "kind": kind, "name": name, "tags": dict(tags), **fields}
        self._memory.put(row_id, (self._now, row))
        return row

    def _existing(self, kind: str, row_id: str) -> Row:
        row = self._memory.at(row_id, self._now)
        if row is None or row["kind"] != kind:
            code = kind.title().replace("_", "") + "NotFound"
            raise WireError(code, f"The {kind.replace('_', ' ')} '{row_id}' does not exist.")
        return row

    def _changed(self, row: Row, **fields: Any) -> Row:
        """Changes fields of a row now and in what is planned for it."""
        self._memory.change(row["id"], self._now, fields)
        return {**row, **fields}

    def _users(self, kind: str, field: str, value: str) -> list[str]:
        rows = (row for row in self._memory.all(kind, self._now) if row.get("state") != "terminated")
        return [
            row["id"] for row in rows if row[field] == value or (isinstance(row[field], list) and value in row[field])
        ]

    def _gone(self, row_id: str, *users: list[str]) -> Row:
        if used := list(itertools.chain.from_iterable(users)):
            raise WireError(
                "DependencyViolation", f"'{row_id}' has dependents and cannot be deleted: {', '.join(used)}"
            )
        self._memory.put(row_id, (self._now, None))
        return {"id": row_id}


def network_of(cidr: str) -> ipaddress.IPv4Network:
    try:
        return ipaddress.IPv4Network(cidr)
    except ValueError as wrong:
        raise WireError("InvalidCidr", f"'{cidr}' is no CIDR block: {wrong}") from wrong
