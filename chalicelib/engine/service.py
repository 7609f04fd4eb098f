"""The engine, put together: what every face calls."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from spider_drivers.contract import Clock, OutOfService, SystemClock, VirtualClock

from ..store import OPERATIONS, Store, StoreUnavailable, open_store
from . import log, times
from .about import About
from .any_calls import AnyCalls
from .call import Call
from .cancelling import Cancelling
from .changes import Changes
from .collector import Collector
from .connections import Connections
from .destroying import Destroying
from .everywhere import Everywhere
from .history import History, Merging, Records, Stats, merging, spans
from .lease import Leases
from .limit import Limits
from .mapping import Mapping
from .members import Members
from .operations import SHARDS, Operations
from .overview import Overview
from .places import Places
from .ports import Ports
from .queue import Queue, SteppedQueue, ThreadedQueue
from .reads import Reads
from .reconciling import Reconciling
from .registry import Registry
from .rules import Rules
from .sealing import Sealer, local_sealer
from .settings import Settings
from .steps import Steps
from .tags import Tags
from .timers import Timers
from .worker import Worker

if TYPE_CHECKING:
    from .ssh import Ssh

CLOSE_SECONDS = 5.0


class Engine:
    """`perform` does what a catalogue's action says. With a VirtualClock nothing runs by itself: waiting works."""

    def __init__(self, settings: Settings, store: Store, sealer: Sealer, clock: Clock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.history = History(store, clock, settings)
        self.records = Records(store, self.history, clock, settings)
        self.merging = Merging(store, clock, settings)
        self.stats = Stats(store, clock, self.history)
        self.registry = Registry(store, sealer, settings)
        self.connections = Connections(self.registry, self.history, clock, settings)
        self.operations = Operations(store, sealer, clock, settings)
        self.reads = Reads(store, clock, settings, self.connections, self.operations)
        self.changes = Changes(settings, store, clock, self.connections, self.operations)
        self.overview = Overview(store, self.operations, clock, settings)
        self.cancelling = Cancelling(self.operations, self.changes, self.overview)
        self.mapping = Mapping(store, self.connections, self.operations, self.reads)
        self.members = Members(settings, store, self.changes, self.reads)
        self.rules = Rules(settings, store, self.connections, self.changes)
        self.tags = Tags(settings, store, self.connections, self.changes, self.reads)
        self.destroying = Destroying(settings, store, clock, self.connections, self.changes)
        self.reconciling = Reconciling(
            settings,
            store,
            clock,
            self.registry,
            self.connections,
            self.operations,
            self.changes,
            self.members,
            self.history,
        )
        self.about = About(store, self.connections)
        self.places = Places(self.registry, self.connections, self.reads)
        self.any_calls = AnyCalls(self.connections, self.reads)
        self.ports = Ports(settings)
        self.everywhere = Everywhere(settings, self.registry, self.reads)
        self.collector = Collector(settings, self.registry, self.connections, self.history)
        self._leases = Leases(store, clock, settings)
        self._limits = Limits(store, clock, settings)
        steps = Steps(store, self.connections, self.operations, self._limits)
        self.worker = Worker(store, clock, settings, self.history, self.operations, self._leases, steps)
        self.timers = Timers()
        self.queue = self._make_queue()
        self.worker.queue = self.changes.queue = self.queue

    def perform(self, call: Call) -> Any:
        """The action's answer: a shape, a list of them, or records.Accepted. Raises any SpiderError."""
        try:
            with self.history.gather(), spans.of_request(call):
                if call.action.operation:
                    self.reads.forget(call)
                return attrgetter(call.action.does)(self)(call)
        except StoreUnavailable as error:
            raise OutOfService(f"Spider's own store did not answer: {error}", retry_after=1.0) from error

    @cached_property
    def ssh(self) -> Ssh:
        from .ssh import Ssh  # a fifth of what the whole service takes to load

        return Ssh(self.settings)

    def start(self) -> None:
        """Takes up what an earlier process has left, and goes on in threads of its own."""
        if isinstance(self.queue, SteppedQueue):
            return
        if self.settings.jobs == "here":
            self._set_jobs()
        self.timers.every(self.settings.lease_seconds / 3, self._leases.renew_all)
        self.timers.every(log.LOOK_SECONDS, partial(log.follow_level, self.settings))
        if isinstance(self.queue, ThreadedQueue):
            self.queue.start()
        self.timers.start()

    def close(self) -> None:
        """Callers that wait get what is known; the store is closed last."""
        self.timers.close()
        if isinstance(self.queue, ThreadedQueue):
            self.queue.close(CLOSE_SECONDS)
        self.connections.close()
        self.history.close()
        self.store.close()

    def sweep(self) -> None:
        """Puts every unfinished operation back into the queue that is due before the next sweep."""
        now = self.clock.now()
        until = times.kept(times.after(now, self.settings.sweep_seconds))
        for shard in range(SHARDS):
            page = self.store.query(OPERATIONS, f"u{shard}", index="unfinished", between=("0", until))
            for row in page.items:
                left = (times.read(row["due"]) - now).total_seconds()
                self.queue.send(row["id"], max(0.0, left))

    def merge(self) -> None:
        """Adds what is recorded of calls to their statistics, where it is time to."""
        self.merging.merge_due()

    def collect_if_due(self, moment: datetime) -> None:
        """Measures clouds, if that is on and `moment` is the turn of it."""
        self.collector.collect_if_due(moment)

    def reconcile_if_due(self, moment: datetime) -> None:
        """Holds the clouds against what is known here, if that is on and `moment` is the turn of it."""
        self.reconciling.reconcile_if_due(moment)

    def take_message(self, body: str) -> None:
        """Works on what a message of SQS is about. Raises ValueError for one that is not Spider's."""
        from . import sqs  # with botocore, which takes longer to load than all the rest

        operation, receipts = sqs.read(body)
        if not self.worker.work(operation) and isinstance(self.queue, sqs.SqsQueue):
            self.queue.again(operation, receipts + 1)

    def work(self, seconds: float) -> None:
        """Waits until no operation is left in this process's queue, at most so long."""
        if isinstance(self.queue, ThreadedQueue):
            self.queue.settle(seconds)

    def _set_jobs(self) -> None:
        self.timers.every(self.settings.sweep_seconds, self.sweep)
        self.timers.every(merging.LOOK_SECONDS, self.merge)
        if self.settings.collect_seconds:
            self.timers.every(self.settings.collect_seconds, self.collector.collect)
        if self.settings.reconcile_seconds:
            self.timers.every(self.settings.reconcile_seconds, self.reconciling.reconcile_all)

    def _make_queue(self) -> Queue:
        if isinstance(self.clock, VirtualClock):
            return SteppedQueue(self.worker.work, self.clock)
        if self.settings.queue_url:
            from .sqs import open_queue

            return open_queue(self.settings)
        return ThreadedQueue(self.worker.work, workers=self.settings.workers, stopwatch=self.clock.stopwatch)


def open_engine(settings: Settings, clock: Clock | None = None, *, deployed: bool = False) -> Engine:
    """The engine on the store that the settings name. Folder and tables are made when missing, unless they were
    `deployed` along with it."""
    clock = clock or SystemClock()
    if not deployed:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = open_store(
        settings.store,
        path=settings.home / "spider.db",
        prefix=settings.table_prefix,
        region=settings.aws_region,
        endpoint=settings.dynamodb_endpoint or None,
        now=lambda: clock.now().timestamp(),
    )
    if not deployed:
        store.create_tables()
    return Engine(settings, store, _sealer(settings, store), clock)


def _sealer(settings: Settings, store: Store) -> Sealer:
    if settings.kms_key:
        from .kms import open_sealer

        return open_sealer(settings, store)
    return local_sealer(settings.home / "sealing.key")
