"""Adds the sums of each batch of records to the statistics of its hours and days, once."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ...store import CALL_STATS, Change, Conflict, Delete, Item, Key, Put, Store, Update
from ...store.interface import MAX_CHANGES
from .. import times
from ..settings import Settings
from .sums import UNMERGED, Sums, unmerged_sums

log = logging.getLogger("spider.history")

PAGE = 200
TRIES = 10


class Merging:
    """One transaction adds some batches' sums to the statistics and removes them from what is unmerged. So whoever dies
    leaves it done or not done, and of two who merge at once one is refused, and looks again."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._ttl = settings.stats_ttl

    def merge(self) -> int:
        """Merges what there is. The number of batches."""
        return sum(self._merge_shard(shard) for shard in UNMERGED)

    def _merge_shard(self, shard: str) -> int:
        done, cursor = 0, None
        while True:
            page = self._store.query(CALL_STATS, shard, limit=PAGE, cursor=cursor)
            left = page.items
            while left:
                some, left = _some(left)
                done += self._add(some)
            if page.cursor is None:
                return done
            cursor = page.cursor

    def _add(self, batches: Sequence[Item]) -> int:
        for _ in range(TRIES):
            if not batches:
                return 0
            try:
                self._store.write(*self._changes(batches))
                return len(batches)
            except Conflict:
                batches = self._still_there(batches)
        log.warning("%d batches of call records are merged later: too many merge at once", len(batches))
        return 0

    def _still_there(self, batches: Sequence[Item]) -> list[Item]:
        found = self._store.get_many(CALL_STATS, [_key(batch) for batch in batches])
        return [batch for batch in found if batch is not None]

    def _changes(self, batches: Sequence[Item]) -> list[Change]:
        added = _by_period(batches)
        known = self._store.get_many(CALL_STATS, list(added))
        return [
            *(Delete(CALL_STATS, _key(batch), when={"hour": batch["hour"]}) for batch in batches),
            *(self._change(key, sums, item) for (key, sums), item in zip(added.items(), known, strict=True)),
        ]

    def _change(self, key: Key, added: Sums, known: Item | None) -> Change:
        """A count only grows, so that an equal one says: unchanged since it was read."""
        if known is None:
            expires = times.epoch(times.began(key[0]), self._ttl)
            return Put(CALL_STATS, {"hour": key[0], "key": key[1], **added.kept(), "expires": expires}, if_absent=True)
        added.add(Sums.told(known))
        return Update(CALL_STATS, key, added.kept(), when={"count": known["count"]})


def _key(item: Item) -> Key:
    return item["hour"], item["key"]


def _by_period(batches: Sequence[Item]) -> dict[Key, Sums]:
    """What the batches add to each row of the statistics: one of the hour, one of the day."""
    found: dict[Key, Sums] = {}
    for batch in batches:
        for group, sums in unmerged_sums(batch).items():
            for key in (group.key, group.day.key):
                found.setdefault(key, Sums()).add(sums)
    return found


def _some(batches: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """As many as one transaction takes, at least one, and the rest. A batch has at most 25 sums: 51 changes."""
    keys: set[Key] = set()
    for number, batch in enumerate(batches):
        keys |= _by_period([batch]).keys()
        if number and number + 1 + len(keys) > MAX_CHANGES:
            return list(batches[:number]), list(batches[number:])
    return list(batches), []
