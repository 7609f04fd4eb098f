"""Which regions the collector goes to. Connection configs that differ in their region alone are one account, so that no
region is asked twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from spider_drivers.contract import SpiderError

from ..catalogue.kinds import CONNECTION
from .connections import Connections, Target
from .fanout import Outcome
from .registry import Registry

log = logging.getLogger("spider.collector")

Names = Callable[[Sequence[Target]], Sequence[Outcome[Sequence[str]]]]


@dataclass
class _Account:
    """A credential at one endpoint, and the connections that have it, by name."""

    targets: list[Target] = field(default_factory=list)

    @property
    def own(self) -> set[str]:
        """Regions of its connections; "" where a cloud needs none."""
        return {target.info.region for target in self.targets}

    def place(self, region: str) -> Target:
        """By the connection that is there, else by the first one, elsewhere."""
        there = (target for target in self.targets if target.info.region == region)
        return next(there, self.targets[0].in_region(region))


class Accounts:
    """`wanted`: regions; or `connection/region`, whether the cloud lists it or not; none: every region."""

    def __init__(self, registry: Registry, connections: Connections, wanted: Iterable[str]) -> None:
        self._registry = registry
        self._connections = connections
        pairs = [word.rpartition("/") for word in wanted]
        self._wanted = {region for connection, _, region in pairs if not connection}
        self._named = [(connection, region) for connection, _, region in pairs if connection]

    def places(self, names: Names) -> list[Target]:
        """Each region once. `names`: answers those of the regions that a target's cloud has."""
        accounts = self._accounts()
        found = [*self._of_connections(accounts)]
        if self._wanted or not self._named:
            outcomes = names([account.targets[0] for account in accounts])
            for account, outcome in zip(accounts, outcomes, strict=True):
                listed = {*(outcome.value or ()), *account.own} - {""} or {""}
                found += [account.place(name) for name in sorted(listed) if name in self._wanted or not self._wanted]
        return list({(place.info.name, place.info.region): place for place in found}.values())

    def _of_connections(self, accounts: Iterable[_Account]) -> Iterator[Target]:
        targets = {target.info.name: target for account in accounts for target in account.targets}
        for connection, region in self._named:
            if connection in targets:
                yield targets[connection].in_region(region)
            else:
                log.warning("SPIDER_COLLECT_REGIONS: the connection '%s' does not exist", connection)

    def _accounts(self) -> list[_Account]:
        """A connection config that leads nowhere is left out."""
        found: dict[tuple[str, str, str | None], _Account] = {}
        for row in self._registry.rows(CONNECTION.name):
            try:
                target = self._connections.target(row["name"])
            except SpiderError as error:
                log.warning("connection '%s' is left out: %s", row["name"], error)
                continue
            key = (row["provider"], row["credential"], target.info.endpoint)
            found.setdefault(key, _Account()).targets.append(target)
        return list(found.values())
