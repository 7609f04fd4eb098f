"""Adds the sums of batches of records to the statistics of their hours and days, each once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Self

from spider_drivers.contract import Clock

from ...store import CALL_STATS, Change, Conflict, Delete, Item, Key, Put, Store, Update
from ...store.interface import MAX_CHANGES
from .. import times
from ..settings import Settings
from .sums import UNMERGED, Group, Sums

log = logging.getLogger("spider.history")

LOOK_SECONDS = 60.0
AT_ONCE = 50  # batches
TRIES = 10


class Merging:
    """Each transaction adds the sums of some groups to the statistics, and takes them off the batches. So whoever dies
    leaves it done or not done, and of two who merge at once one is refused, and looks again."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._wait = settings.merge_seconds
        self._ttl = settings.stats_ttl

    def merge_due(self) -> None:
        """Merges what there is as soon as a batch has waited long enough: many at once are fewer writes."""
        due = times.kept(times.after(self._clock.now(), -self._wait))
        oldest = [item for shard in UNMERGED for item in self._store.query(CALL_STATS, shard, limit=1).items]
        if any(item["key"] <= due for item in oldest):
            self.merge()

    def merge(self) -> None:
        """Merges what there is."""
        batches = map(_Batch.told, self._unmerged())
        while some := list(islice(batches, AT_ONCE)):
            self._merge_batches(some)

    def _unmerged(self) -> Iterator[Item]:
        for shard in UNMERGED:
            cursor: str | None = ""
            while cursor is not None:
                page = self._store.query(CALL_STATS, shard, limit=AT_ONCE, cursor=cursor or None)
                yield from page.items
                cursor = page.cursor

    def _merge_batches(self, batches: list[_Batch]) -> None:
        refused = 0
        while batches and refused < TRIES:
            groups = _some_groups(batches)
            touched = [batch for batch in batches if not groups.isdisjoint(batch.sums)]
            try:
                self._store.write(*(batch.taken_off(groups) for batch in touched), *self._added(touched, groups))
                batches = [left for batch in batches if (left := batch.without(groups)).sums]
                refused = 0
            except Conflict:
                refused += 1
                found = self._store.get_many(CALL_STATS, [batch.key for batch in batches])
                batches = [_Batch.told(item) for item in found if item is not None]
        if batches:
            log.warning("%d batches of call records are merged later: too many merge at once", len(batches))

    def _added(self, batches: Sequence[_Batch], groups: set[Group]) -> list[Change]:
        added: dict[Key, Sums] = {}
        for group in groups:
            sums = Sums()
            for batch in batches:
                if group in batch.sums:
                    sums.add(Sums.told(batch.sums[group]))
            added[group.key] = sums
            added.setdefault(group.day.key, Sums()).add(sums)
        known = self._store.get_many(CALL_STATS, list(added))
        return [self._change(key, sums, item) for (key, sums), item in zip(added.items(), known, strict=True)]

    def _change(self, key: Key, added: Sums, known: Item | None) -> Change:
        """A count only grows, so that an equal one says: unchanged since it was read."""
        if known is None:
            expires = times.epoch(times.began(key[0]), self._ttl)
            return Put(CALL_STATS, {"hour": key[0], "key": key[1], **added.kept(), "expires": expires}, if_absent=True)
        added.add(Sums.told(known))
        return Update(CALL_STATS, key, added.kept(), when={"count": known["count"]})


@dataclass(frozen=True)
class _Batch:
    """What is left of a batch's sums, as it is kept."""

    key: Key
    sums: Mapping[Group, Item]

    @classmethod
    def told(cls, item: Item) -> Self:
        return cls((item["hour"], item["key"]), {Group.at(one["period"], one["key"]): one for one in item["sums"]})

    def without(self, groups: set[Group]) -> Self:
        return replace(self, sums={group: one for group, one in self.sums.items() if group not in groups})

    def taken_off(self, groups: set[Group]) -> Change:
        """A batch only gets less, so that as much says: unchanged since it was read."""
        left, when = list(self.without(groups).sums.values()), {"left": len(self.sums)}
        if not left:
            return Delete(CALL_STATS, self.key, when=when)
        return Update(CALL_STATS, self.key, {"sums": left, "left": len(left)}, when=when)


def _some_groups(batches: Sequence[_Batch]) -> set[Group]:
    """As many as fit in a transaction, those of the first batch first: two changes for each, one for each batch."""
    groups = dict.fromkeys(group for batch in batches for group in batch.sums)
    return set(islice(groups, (MAX_CHANGES - len(batches)) // 2))
