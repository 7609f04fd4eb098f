"""What the engine consists of. A cold start pays for what its first request needs: each part is made, and its module
loaded, when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spider_drivers.contract import Clock, VirtualClock

from ..store import Store
from .history import History
from .once import once
from .sealing import Sealer
from .settings import Settings
from .timers import Timers

if TYPE_CHECKING:
    from .about import About
    from .any_calls import AnyCalls
    from .cancelling import Cancelling
    from .changes import Changes
    from .collector import Collector
    from .connections import Connections
    from .destroying import Destroying
    from .everywhere import Everywhere
    from .history.merging import Merging
    from .history.records import Records
    from .history.stats import Stats
    from .lease import Leases
    from .limit import Limits
    from .mapping import Mapping
    from .members import Members
    from .operations import Operations
    from .overview import Overview
    from .places import Places
    from .ports import Ports
    from .queue import Queue
    from .reads import Reads
    from .reconciling import Reconciling
    from .registry import Registry
    from .rules import Rules
    from .ssh import Ssh
    from .tags import Tags
    from .worker import Worker


class Parts:
    """Those that actions name are public."""

    def __init__(self, settings: Settings, store: Store, sealer: Sealer, clock: Clock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.history = History(store, clock, settings)
        self.timers = Timers()
        self._sealer = sealer

    # -- what others stand on

    @once
    def registry(self) -> Registry:
        from .registry import Registry

        return Registry(self.store, self._sealer, self.settings)

    @once
    def connections(self) -> Connections:
        from .connections import Connections

        return Connections(self.registry, self.history, self.clock, self.settings)

    @once
    def operations(self) -> Operations:
        from .operations import Operations

        return Operations(self.store, self._sealer, self.clock, self.settings)

    @once
    def reads(self) -> Reads:
        from .reads import Reads

        return Reads(self.store, self.clock, self.settings, self.connections, self.operations)

    @once
    def changes(self) -> Changes:
        from .changes import Changes

        made = Changes(self.settings, self.store, self.clock, self.connections, self.operations)
        made.queue = self.queue
        return made

    # -- work on operations

    @once
    def queue(self) -> Queue:
        """SQS where the settings name one, else this process's own."""
        if isinstance(self.clock, VirtualClock):
            from .queue import SteppedQueue

            return SteppedQueue(self._work, self.clock)
        if self.settings.queue_url:
            from .sqs import open_queue

            return open_queue(self.settings)
        from .queue import ThreadedQueue

        return ThreadedQueue(self._work, workers=self.settings.workers, stopwatch=self.clock.stopwatch)

    @once
    def worker(self) -> Worker:
        from .steps import Steps
        from .worker import Worker

        steps = Steps(self.store, self.connections, self.operations, self._limits)
        made = Worker(self.store, self.clock, self.settings, self.history, self.operations, self._leases, steps)
        made.queue = self.queue
        return made

    @once
    def _leases(self) -> Leases:
        from .lease import Leases

        made = Leases(self.store, self.clock, self.settings)
        self.timers.every(self.settings.lease_seconds / 3, made.renew_all)
        return made

    @once
    def _limits(self) -> Limits:
        from .limit import Limits

        return Limits(self.store, self.clock, self.settings)

    def _work(self, operation: str) -> bool:
        return self.worker.work(operation)

    # -- what is read and changed

    @once
    def mapping(self) -> Mapping:
        from .mapping import Mapping

        return Mapping(self.store, self.connections, self.operations, self.reads)

    @once
    def members(self) -> Members:
        from .members import Members

        return Members(self.settings, self.store, self.changes, self.reads)

    @once
    def rules(self) -> Rules:
        from .rules import Rules

        return Rules(self.settings, self.store, self.connections, self.changes)

    @once
    def tags(self) -> Tags:
        from .tags import Tags

        return Tags(self.settings, self.store, self.connections, self.changes, self.reads)

    @once
    def destroying(self) -> Destroying:
        from .destroying import Destroying

        return Destroying(self.settings, self.store, self.clock, self.connections, self.changes)

    @once
    def overview(self) -> Overview:
        from .overview import Overview

        return Overview(self.store, self.operations, self.clock, self.settings)

    @once
    def cancelling(self) -> Cancelling:
        from .cancelling import Cancelling

        return Cancelling(self.operations, self.changes, self.overview)

    @once
    def reconciling(self) -> Reconciling:
        from .reconciling import Reconciling

        return Reconciling(
            self.settings,
            self.store,
            self.clock,
            self.registry,
            self.connections,
            self.operations,
            self.changes,
            self.members,
            self.history,
        )

    # -- what is asked of Spider and its clouds beside resources

    @once
    def about(self) -> About:
        from .about import About

        return About(self.store, self.connections)

    @once
    def places(self) -> Places:
        from .places import Places

        return Places(self.registry, self.connections, self.reads)

    @once
    def any_calls(self) -> AnyCalls:
        from .any_calls import AnyCalls

        return AnyCalls(self.connections, self.reads)

    @once
    def everywhere(self) -> Everywhere:
        from .everywhere import Everywhere

        return Everywhere(self.settings, self.registry, self.reads)

    @once
    def ports(self) -> Ports:
        from .ports import Ports

        return Ports(self.settings)

    @once
    def ssh(self) -> Ssh:
        from .ssh import Ssh

        return Ssh(self.settings)

    # -- the history of calls

    @once
    def records(self) -> Records:
        from .history.records import Records

        return Records(self.store, self.history, self.clock, self.settings)

    @once
    def stats(self) -> Stats:
        from .history.stats import Stats

        return Stats(self.store, self.clock, self.history)

    @once
    def merging(self) -> Merging:
        from .history.merging import Merging

        return Merging(self.store, self.clock, self.settings)

    @once
    def collector(self) -> Collector:
        """Raises ValueError for an API that cannot be measured."""
        from .collector import Collector

        return Collector(self.settings, self.registry, self.connections, self.history)
