"""Actions on the history of calls."""

from __future__ import annotations

from .vocabulary import Action

HISTORY: tuple[Action, ...] = (
    Action(
        name="list_call",
        method="GET",
        path="/hiscall",
        does="records.list",
        summary="List calls of clouds, newest first",
        request="calls.Calls",
        answer="calls.CallInfo",
        envelope="hiscall",
    ),
    Action(
        name="export_call",
        method="GET",
        path="/hiscall/export",
        does="records.list",
        summary="List calls of clouds as JSON Lines, newest first",
        request="calls.Calls",
        answer="calls.CallLines",
    ),
    Action(
        name="get_call_stats",
        method="GET",
        path="/hiscall/stats",
        does="stats.list",
        summary="Get how many calls there were, how many failed and how long they took (?GroupBy=)",
        request="call_stats.CallStats",
        answer="call_stats.CallStatsInfo",
    ),
    Action(
        name="rank_region",
        method="GET",
        path="/hiscall/ranking",
        does="stats.rank",
        summary="Rank the regions by how fast and how surely they answer a call (?api=)",
        request="call_stats.RegionRanking",
        answer="call_stats.RegionRankingInfo",
    ),
)
