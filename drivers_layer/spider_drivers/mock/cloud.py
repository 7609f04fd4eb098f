"""A tiny cloud in memory, with what real clouds have: ids of its own choosing, tags, pages, states that take time,
reads that lag, and refusals. One per MockName and process; every connection with that name reaches the same one.

Names are not unique here but for key pairs; `run_vm` honours a client token; all else is found again by its tags.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from . import faults
from .catalogue import offered
from .faults import WireError
from .knobs import Knobs
from .memory import Memory, Row
from .operations import Operations

__all__ = ["Knobs", "MockCloud", "cloud", "fresh_name"]


class MockCloud:
    """The cloud. `call` is its wire; `seen` (how many calls there were of each API) and `contents` are for tests."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: Counter[str] = Counter()
        self._memory = Memory()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._client_tokens: dict[str, tuple[str, Row]] = {}
        self._lock = threading.RLock()

    def call(self, api: str, params: Mapping[str, Any], knobs: Knobs, now: datetime) -> dict[str, Any]:
        """One call. Raises WireError, TimeoutError (its answer is lost) or ConnectionError (it never arrived)."""
        with self._lock:
            fault = self._fault(api, knobs)
            if fault and fault.what == "Unreachable":
                raise fault.error()
            self.seen[api] += 1
            if fault and not fault.after:
                raise fault.error()
            answer = self._perform(api, params, knobs, now)
            if fault:
                raise fault.error()
            return answer

    @property
    def calls_seen(self) -> int:
        return self.seen.total()

    def contents(self, now: datetime) -> dict[str, str]:
        """Everything there is, id → kind, whatever reads show yet; without what is terminated."""
        with self._lock:
            return {
                row["id"]: kind
                for kind in ("vpc", "subnet", "security_group", "key_pair", "vm", "address")
                for row in self._memory.all(kind, now)
                if row.get("state") != "terminated"
            }

    def _perform(self, api: str, params: Mapping[str, Any], knobs: Knobs, now: datetime) -> dict[str, Any]:
        if api.startswith("describe_"):
            return self._describe(_singular(api.removeprefix("describe_")), knobs, now, **params)
        operations = Operations(self.name, self._memory, self._client_tokens, now, knobs)
        operation = operations.named(api)
        if operation is None:
            raise WireError("InvalidAction", f"The action {api} is not valid.")
        answer: dict[str, Any] = operation(**params)
        return answer

    def _describe(
        self,
        kind: str,
        knobs: Knobs,
        now: datetime,
        filters: Mapping[str, str] | None = None,
        page: str = "",
    ) -> dict[str, Any]:
        """One page, oldest first. Filters: field, list field or `tag:key` → value."""
        rows = offered(kind, knobs)
        if rows is None:
            rows = list(self._memory.all(kind, _ago(now, knobs.lag)))
        found = [row for row in rows if row["seq"] > int(page or 0) and _matches(row, filters or {})]
        shown = found[: knobs.page_size]
        more = len(found) > len(shown)
        return {"items": [dict(row) for row in shown], "next_page": str(shown[-1]["seq"]) if more else ""}

    def _fault(self, api: str, knobs: Knobs) -> faults.Fault | None:
        if not knobs.fail:
            return None
        self._counts[knobs.fail, api] += 1
        count = self._counts[knobs.fail, api]
        return next((f for f in faults.parse(knobs.fail) if f.api == api and f.hits(count)), None)


def _ago(now: datetime, seconds: float) -> datetime:
    return now - timedelta(seconds=seconds)


def _matches(row: Row, filters: Mapping[str, str]) -> bool:
    for field, wanted in filters.items():
        value = row["tags"].get(field.removeprefix("tag:")) if field.startswith("tag:") else row.get(field)
        if wanted not in (value if isinstance(value, list) else [value]):
            return False
    return True


@cache
def cloud(name: str) -> MockCloud:
    """The cloud of that MockName in this process."""
    return MockCloud(name)


def fresh_name() -> str:
    """A MockName that nobody has used."""
    return f"mock-{secrets.token_hex(8)}"


def _singular(word: str) -> str:
    return "address" if word == "addresses" else word.removesuffix("s")
