"""Actions on the history of calls."""

from __future__ import annotations

from . import wire
from .vocabulary import Action

HISTORY: tuple[Action, ...] = (
    Action(
        name="list_call",
        method="GET",
        path="/hiscall",
        does="records.list",
        summary="List calls of clouds, newest first",
        request=wire.Calls,
        answer=wire.CallInfo,
        envelope="hiscall",
    ),
    Action(
        name="export_call",
        method="GET",
        path="/hiscall/export",
        does="records.list",
        summary="List calls of clouds as JSON Lines, newest first",
        request=wire.Calls,
        answer=wire.CallLines,
    ),
    Action(
        name="get_call_stats",
        method="GET",
        path="/hiscall/stats",
        does="stats.list",
        summary="Get how many calls there were, how many failed and how long they took (?GroupBy=)",
        request=wire.CallStats,
        answer=wire.CallStatsInfo,
    ),
    Action(
        name="rank_region",
        method="GET",
        path="/hiscall/ranking",
        does="stats.rank",
        summary="Rank the regions by how fast and how surely they answer a call (?api=)",
        request=wire.RegionRanking,
        answer=wire.RegionRankingInfo,
    ),
)
