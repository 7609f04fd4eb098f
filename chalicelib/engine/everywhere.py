"""What is asked of all connections at once. One that is out of order keeps no other waiting, and fails none."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from spider_drivers.contract import Iid, SpiderError, VmStatus

from ..catalogue.asked import ConnectionStatuses
from ..catalogue.kinds import CONNECTION
from ..store import StoreUnavailable
from . import fanout
from .call import Call
from .reads import Reads
from .registry import Registry, Row
from .settings import Settings

log = logging.getLogger("spider.everywhere")

Statuses = Sequence[tuple[Iid, VmStatus]]


class Everywhere:
    def __init__(self, settings: Settings, registry: Registry, reads: Reads) -> None:
        self._each = settings.each_seconds
        self._in_all = min(settings.read_seconds, settings.wait_seconds)
        self._registry = registry
        self._reads = reads

    def statuses(self, call: Call) -> Sequence[ConnectionStatuses]:
        """Of the VMs of every connection, by its name."""
        rows = self._registry.rows(CONNECTION.name)
        reads = [partial(self._reads.statuses_now, replace(call, connection=row["name"])) for row in rows]
        outcomes = fanout.run(reads, self._each, in_all=self._in_all)
        return [_told(row, outcome) for row, outcome in zip(rows, outcomes, strict=True)]


def _told(row: Row, outcome: fanout.Outcome[Statuses]) -> ConnectionStatuses:
    name, provider, error = row["name"], row["provider"], outcome.error
    if error is None:
        return ConnectionStatuses(name, provider, tuple(outcome.result()))
    if isinstance(error, StoreUnavailable):
        raise error
    if not isinstance(error, SpiderError):
        log.error("connection '%s'", name, exc_info=error)
        return ConnectionStatuses(name, provider, message=f"internal error: {type(error).__name__}")
    return ConnectionStatuses(name, provider, message=error.message)
