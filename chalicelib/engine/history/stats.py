"""Statistics of calls, and regions ranked by them. What is read depends on the hours and on how many groups there are,
and not on how many calls there were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from spider_drivers.contract import Clock, Invalid, OutOfService

from ...catalogue.called import GroupStats, StatsAsked
from ...catalogue.called import Stats as Told
from ...store import CALL_STATS, Item, Store, key_prefix
from .. import times
from ..call import Call
from .gathering import History
from .rows import DAYS
from .sketch import RELATIVE_ERROR
from .sums import UNMERGED, Group, Sums, unmerged_sums

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_HOURS = 31 * 24  # that are told one by one
TRIES = 5

Groups = dict[tuple[str, ...], Sums]


@dataclass(frozen=True)
class _Span:
    """From one whole hour up to another."""

    since: datetime
    until: datetime

    def has(self, hour: str) -> bool:
        return times.hour(self.since) <= hour < times.hour(self.until)

    def periods(self, by_hour: bool) -> Iterator[str]:
        """Its whole days, and the hours that are in none of them; or its hours."""
        moment = self.since
        while moment < self.until:
            if not by_hour and moment.hour == 0 and self.until - moment >= DAY:
                yield times.day(moment)
                moment += DAY
            else:
                yield times.hour(moment)
                moment += HOUR


class Stats:
    def __init__(self, store: Store, clock: Clock, history: History) -> None:
        self._store = store
        self._clock = clock
        self._history = history

    def list(self, call: Call) -> Told:
        """Raises Invalid for a time that cannot be."""
        span, groups = self._summed(call.body)
        return _told(call.body, span, [_group(call.body, key, groups[key]) for key in sorted(groups)])

    def rank(self, call: Call) -> Told:
        """Best first, those without a success last. Raises Invalid for a time that cannot be."""
        span, groups = self._summed(call.body)
        found = [_group(call.body, key, groups[key]) for key in sorted(groups)]
        return _told(call.body, span, sorted(found, key=_badness))

    def _summed(self, asked: StatsAsked) -> tuple[_Span, Groups]:
        span = _span(asked, self._clock.now())
        self._history.flush()
        for _ in range(TRIES):
            unmerged = [row for shard in UNMERGED for row in self._store.query(CALL_STATS, shard).items]
            groups = self._groups(asked, span, unmerged)
            if self._still_there(unmerged):
                return span, groups
        raise OutOfService("the statistics of calls change too fast to be read just now", retry_after=2.0)

    def _still_there(self, unmerged: Sequence[Item]) -> bool:
        """Whether nothing of them was merged since. It could have been counted twice."""
        found = self._store.get_many(CALL_STATS, [(row["hour"], row["key"]) for row in unmerged])
        return all(row is not None and row["left"] == seen["left"] for row, seen in zip(found, unmerged, strict=True))

    def _groups(self, asked: StatsAsked, span: _Span, unmerged: Sequence[Item]) -> Groups:
        wanted = Group.named("", asked.cloud, asked.region, "", asked.connection)
        apis = {Group.named("", "", "", api, "").api for api in asked.apis}
        found: Groups = {}
        for group, sums in self._all(asked, span, wanted, unmerged):
            fits = all(mine in ("", theirs) for mine, theirs in zip(wanted, group, strict=True))
            if fits and (not apis or group.api in apis):
                found.setdefault(_key(asked, group), Sums()).add(sums)
        return found

    def _all(
        self, asked: StatsAsked, span: _Span, wanted: Group, unmerged: Sequence[Item]
    ) -> Iterator[tuple[Group, Sums]]:
        for row in unmerged:
            yield from ((group, sums) for group, sums in unmerged_sums(row).items() if span.has(group.period))
        first = list(takewhile(bool, (wanted.cloud, wanted.region)))
        prefix = key_prefix(*first) if first else None
        days = (times.day(span.since), times.day(span.until))
        with_calls = {row["key"] for row in self._store.query(CALL_STATS, DAYS, between=days).items}
        for period in span.periods("hour" in asked.group_by):
            if times.day_of(period) in with_calls:
                for row in self._store.query(CALL_STATS, period, prefix=prefix).items:
                    yield Group.at(period, row["key"]), Sums.told(row)


def _span(asked: StatsAsked, now: datetime) -> _Span:
    """Widened to whole hours; the one that is running is the last. Raises Invalid."""
    until = asked.until or _whole_hour(now) + HOUR
    since = asked.since or (asked.until or now) - DAY
    if since >= until:
        name, complaint = ("To", "is not after From") if asked.until else ("From", "is yet to come")
        raise Invalid(f"{name}: {complaint}", field=name)
    span = _Span(_whole_hour(since), _whole_hour(until + HOUR - timedelta(microseconds=1)))
    if "hour" in asked.group_by and span.until - span.since > MOST_HOURS * HOUR:
        raise Invalid(f"From: at most {MOST_HOURS} hours are told one by one", field="From")
    return span


def _whole_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _key(asked: StatsAsked, group: Group) -> tuple[str, ...]:
    known = {**group._asdict(), "hour": group.period}
    return tuple(known[name] for name in asked.group_by)


def _group(asked: StatsAsked, key: tuple[str, ...], sums: Sums) -> GroupStats:
    return GroupStats(
        group=dict(zip(asked.group_by, key, strict=True)),
        count=sums.count,
        errors=sums.errors,
        p50=sums.quantile(0.5),
        p90=sums.quantile(0.9),
        p99=sums.quantile(0.99),
        longest=sums.longest / 1_000_000,
        mean=sums.total / sums.count / 1_000_000,
    )


def _badness(group: GroupStats) -> tuple[bool, float, float, float]:
    return group.score is None, group.score or 0.0, group.error_rate, group.p90


def _told(asked: StatsAsked, span: _Span, groups: Sequence[GroupStats]) -> Told:
    return Told(asked, span.since, span.until, RELATIVE_ERROR, tuple(groups))
