"""Requests and their answers, as recorded, and sessions of them without what polling and pages repeat."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

PAGE = ("limit", "marker")
LONGEST_ROUND = 6


@dataclass(frozen=True)
class Exchange:
    """`query` without what leads to a page, which is one of `pages` then."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    sent: Any
    status: int
    headers: dict[str, str]
    answer: Any

    @property
    def asked(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        return self.method, self.path, self.query

    @property
    def repeatable(self) -> bool:
        """Sent again until it answers what is waited for."""
        return self.method == "GET" or self.status == 409


def sessions(file: Path) -> dict[str, list[Exchange]]:
    """Of each case, in the order of the recording."""
    found: dict[str, list[Exchange]] = {}
    for line in file.read_text().splitlines():
        read = json.loads(line)
        query = tuple(sorted(pair for pair in parse_qsl(read["query"], True) if pair[0] not in PAGE))
        found.setdefault(read.pop("case"), []).append(Exchange(**{**read, "query": query}))
    return {case: without_rounds(whole_lists(one)) for case, one in found.items()}


def whole_lists(exchanges: list[Exchange]) -> list[Exchange]:
    """Pages of one list are one exchange."""
    whole: list[Exchange] = []
    for exchange in exchanges:
        before = whole[-1] if whole else None
        if before and before.asked == exchange.asked and _is_page(before) and _is_page(exchange):
            members = {name: [*before.answer[name], *exchange.answer[name]] for name in _lists(exchange)}
            whole[-1] = replace(before, answer={**before.answer, **members})
        else:
            whole.append(_without_links(exchange))
    return whole


def without_rounds(exchanges: list[Exchange]) -> list[Exchange]:
    """Of what is asked over and over again, one call or several in turn, the last round stays."""
    kept: list[Exchange] = []
    for exchange in exchanges:
        kept.append(exchange)
        for length in range(1, LONGEST_ROUND + 1):
            last, before = kept[-length:], kept[-2 * length : -length]
            if [one.asked for one in last] == [one.asked for one in before] and all(
                one.repeatable for one in (*last, *before)
            ):
                del kept[-2 * length : -length]
                break
    return kept


def _lists(exchange: Exchange) -> list[str]:
    answer = exchange.answer if exchange.method == "GET" and isinstance(exchange.answer, dict) else {}
    return [name for name, value in answer.items() if isinstance(value, list) and not name.endswith("links")]


def _is_page(exchange: Exchange) -> bool:
    return exchange.status == 200 and len(_lists(exchange)) == 1 and "id" not in exchange.answer


def _without_links(exchange: Exchange) -> Exchange:
    if not _is_page(exchange):
        return exchange
    lists = _lists(exchange)
    links = {*(f"{name}_links" for name in lists), "next", "first"}
    return replace(exchange, answer={name: value for name, value in exchange.answer.items() if name not in links})
