"""Questions to the history, answered newest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from spider_drivers.contract import Clock, Invalid

from ...catalogue.called import CallsAsked
from ...catalogue.kinds import KINDS
from ...catalogue.records import Listed
from ...catalogue.system import ANY_CALL, MARKED
from ...store import CALL_STATS, CALLS, Item, Store
from .. import times
from ..call import Call
from ..newest import Search, row_key
from ..settings import Settings
from .gathering import History
from .rows import DAYS, SHARDS, record_of

DAYS_AT_ONCE = 31

_TYPES = {
    word.upper(): kind.history
    for kind in (*KINDS.values(), ANY_CALL, MARKED)
    if kind.history
    for word in (kind.path, kind.history)
}


class Records:
    def __init__(self, store: Store, history: History, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._history = history
        self._clock = clock
        self._ttl = settings.history_ttl

    def list(self, call: Call) -> Listed:
        """Of CallRecords. Raises Invalid."""
        self._history.flush()
        asked: CallsAsked = call.body
        oldest = times.after(self._clock.now(), -self._ttl)
        since = max(asked.since or oldest, oldest)  # before that there are days, and no calls
        rows, ends = _Search(self._store, asked, since).page()
        return Listed(map(record_of, rows), ends=ends)


class _Search(Search):
    def __init__(self, store: Store, asked: CallsAsked, since: datetime) -> None:
        until = times.kept(asked.until) if asked.until else ""
        super().__init__(store, CALLS, asked, low=times.kept(since), high=until)
        self._asked = asked
        self._type = _type(asked.resource_type)

    def rows(self) -> Iterator[Item]:
        """By the index that leads to the fewest rows; else day by day."""
        asked = self._asked
        if asked.operation:
            yield from self.stream(asked.operation, "by_operation", asked.limit + 1)
        elif asked.connection:
            yield from self.stream(asked.connection, "by_connection", asked.limit + 1)
        else:
            index, share = ("errors" if asked.errors_only else None), asked.limit // SHARDS + 4
            for day in self._days():
                yield from self.merged([f"{day}#{shard}" for shard in range(SHARDS)], index, share)
                self._passed = row_key((day, ""))

    def _days(self) -> Iterator[str]:
        """Those with calls."""
        last = min(self._high, self._passed)[:10]
        for row in self.read(CALL_STATS, DAYS, None, (self._low[:10], last), DAYS_AT_ONCE):
            if row_key((row["key"], "")) != self._passed:
                yield row["key"]

    def fits(self, row: Item) -> bool:
        asked = self._asked
        wanted = (
            (asked.connection, row.get("connection")),
            (asked.operation, row.get("operation")),
            (asked.cloud, row["cloud"]),
            (asked.region, row["region"]),
            (self._type, row["resource_type"]),
            (asked.api, row["api"]),
        )
        same = all(not word or word == held for word, held in wanted)
        failed = "error_shard" in row
        return same and row["elapsed"] >= asked.min_elapsed and (failed or not asked.errors_only)


def _type(word: str) -> str:
    """As records have it; callers may also name it as routes do. Raises Invalid."""
    if word and word.upper() not in _TYPES:
        known = ", ".join(sorted(set(_TYPES.values())))
        raise Invalid(f"ResourceType: '{word}' is not one of: {known}", field="ResourceType")
    return _TYPES.get(word.upper(), "")
