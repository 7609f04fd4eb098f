"""Statistics of calls: what callers ask, and a row for each group in the answer, flat, as charts take it."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator

from .. import called
from .base import Answer, Instant, NameOrNone, Request, moment
from .calls import Api, Cloud
from .newest import Word


def _apis(given: str) -> str:
    if not _words(given):
        raise ValueError("is empty!")
    return given


def _words(given: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in map(str.strip, given.split(",")) if word))


def _groupings(given: str) -> str:
    words = _words(given.lower())
    for word in words:
        if word not in called.GROUPINGS:
            raise ValueError(f"'{word}' is none of {', '.join(called.GROUPINGS)}")
    return ",".join(words)


class CallStats(Request):
    """Of the calls to which every filter given applies. `GroupBy`: any of cloud, region, api, connection, hour, with
    commas between them."""

    ConnectionName: NameOrNone = ""
    CloudOS: Cloud = ""
    Region: Word = ""
    CloudOSAPI: Api = ""
    From: Instant = None
    To: Instant = None
    GroupBy: Annotated[str, AfterValidator(_groupings)] = ""

    def read(self) -> called.StatsAsked:
        return called.StatsAsked(
            connection=self.ConnectionName,
            cloud=self.CloudOS,
            region=self.Region,
            apis=(self.CloudOSAPI,) if self.CloudOSAPI else (),
            since=self.From,
            until=self.To,
            group_by=_words(self.GroupBy) or ("cloud", "region", "api"),
        )


class RegionRanking(Request):
    """By the calls of `api`, as it is recorded; or of several, with commas between them, since each cloud has its own
    name for it."""

    api: Annotated[str, AfterValidator(_apis)]
    ConnectionName: NameOrNone = ""
    CloudOS: Cloud = ""
    From: Instant = None
    To: Instant = None

    def read(self) -> called.StatsAsked:
        return called.StatsAsked(
            connection=self.ConnectionName,
            cloud=self.CloudOS,
            apis=tuple(name.removesuffix("()") for name in _words(self.api)),
            since=self.From,
            until=self.To,
            group_by=("cloud", "region"),
        )


_SPELLING = {
    "cloud": "CloudOS",
    "region": "Region",
    "api": "CloudOSAPI",
    "connection": "ConnectionName",
    "hour": "Hour",
}


class CallStatsInfo(Answer):
    """Times in seconds; P50, P90 and P99 are within RelativeError of a time that was measured."""

    From: str
    To: str
    GroupBy: list[str]
    RelativeError: float
    stats: list[dict[str, Any]]

    @classmethod
    def of(cls, shape: called.Stats) -> Self:
        return cls(
            From=moment(shape.since),
            To=moment(shape.until),
            GroupBy=list(shape.asked.group_by),
            RelativeError=shape.relative_error,
            stats=[{**_told_apart(one), **_figures(one)} for one in shape.groups],
        )


class RegionRankingInfo(Answer):
    """Best first. `Score`: the seconds that a success takes to expect, null where no call has succeeded."""

    From: str
    To: str
    RelativeError: float
    ranking: list[dict[str, Any]]

    @classmethod
    def of(cls, shape: called.Stats) -> Self:
        return cls(
            From=moment(shape.since),
            To=moment(shape.until),
            RelativeError=shape.relative_error,
            ranking=[_ranked(one) for one in shape.groups],
        )


def _told_apart(group: called.GroupStats) -> dict[str, str]:
    return {_SPELLING[name]: f"{word}:00:00Z" if name == "hour" else word for name, word in group.group.items()}


def _figures(group: called.GroupStats) -> dict[str, int | float]:
    return {
        "Count": group.count,
        "Errors": group.errors,
        "ErrorRate": _rounded(group.error_rate),
        "P50": _rounded(group.p50),
        "P90": _rounded(group.p90),
        "P99": _rounded(group.p99),
        "Max": _rounded(group.longest),
        "Mean": _rounded(group.mean),
    }


def _ranked(group: called.GroupStats) -> dict[str, Any]:
    figures = _figures(group)
    shown = {name: figures[name] for name in ("Count", "ErrorRate", "P50", "P90")}
    score = None if group.score is None else _rounded(group.score)
    return {**_told_apart(group), **shown, "Score": score}


def _rounded(figure: float) -> float:
    """To microseconds, and to the millionth part of a rate."""
    return round(figure, 6)
