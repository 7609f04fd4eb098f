"""The engine, put together: what every face calls."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from spider_drivers.contract import Clock, OutOfService, SystemClock, VirtualClock

from ..store import Store, StoreUnavailable, open_store
from . import log, times
from .call import Call
from .history import spans
from .parts import Parts
from .queue import ThreadedQueue
from .sealing import Sealer, local_sealer
from .settings import Settings

CLOSE_SECONDS = 5.0


class Engine(Parts):
    """`perform` does what a catalogue's action says. With a VirtualClock nothing runs by itself: waiting works.

    Raises ValueError for settings that nobody can follow.
    """

    def __init__(self, settings: Settings, store: Store, sealer: Sealer, clock: Clock) -> None:
        super().__init__(settings, store, sealer, clock)
        if settings.collect_apis != Settings.collect_apis:
            self.collector  # noqa: B018  refuses what it cannot measure

    def perform(self, call: Call) -> Any:
        """The action's answer: a shape, a list of them, or records.Accepted. Raises any SpiderError."""
        try:
            with self.history.gather(), spans.of_request(call):
                if call.action.operation:
                    self.reads.forget(call)
                return attrgetter(call.action.does)(self)(call)
        except StoreUnavailable as error:
            raise OutOfService(f"Spider's own store did not answer: {error}", retry_after=1.0) from error

    def start(self) -> None:
        """Takes up what an earlier process has left, and goes on in threads of its own."""
        if isinstance(self.clock, VirtualClock):
            return
        if self.settings.jobs == "here":
            self._set_jobs()
        self.timers.every(log.LOOK_SECONDS, partial(log.follow_level, self.settings))
        if not self.settings.queue_url and isinstance(self.queue, ThreadedQueue):
            self.queue.start()
        self.timers.start()

    def close(self) -> None:
        """Callers that wait get what is known; the store is closed last."""
        made = vars(self)
        self.timers.close()
        if isinstance(made.get("queue"), ThreadedQueue):
            made["queue"].close(CLOSE_SECONDS)
        if "connections" in made:
            self.connections.close()
        self.history.close()
        self.store.close()

    def sweep(self) -> None:
        """Puts every unfinished operation back into the queue that is due before the next sweep."""
        now = self.clock.now()
        until = times.after(now, self.settings.sweep_seconds)
        for row in self.operations.unfinished(until):
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
        from .history import merging

        self.timers.every(self.settings.sweep_seconds, self.sweep)
        self.timers.every(merging.LOOK_SECONDS, self.merge)
        if self.settings.collect_seconds:
            self.timers.every(self.settings.collect_seconds, self.collector.collect)
        if self.settings.reconcile_seconds:
            self.timers.every(self.settings.reconcile_seconds, self.reconciling.reconcile_all)


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
