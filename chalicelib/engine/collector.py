"""Measures clouds without waiting for users: a few reads in every region that a connection's credential reaches.

The records of these calls are all that comes of it. Nothing is asked of any cloud until `collect_seconds` is set.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from spider_drivers.contract import SpiderError

from ..catalogue.kinds import IMAGE, KEY_PAIR, REGION_ZONE, SECURITY_GROUP, SPEC, VM, VPC
from ..catalogue.vocabulary import Kind
from . import fanout, times
from .accounts import Accounts
from .connections import Connections, Target
from .history import History, spans
from .registry import Registry
from .settings import Settings, words

log = logging.getLogger("spider.collector")

CALLED_SECONDS = 60  # how often a scheduler from outside calls `collect_if_due`


class _Api(NamedTuple):
    kind: Kind
    read: Callable[[Any], object]


def _list(handler: Any) -> object:
    return handler.list()


# What can be measured, by CB-Spider's words for it.
APIS: dict[str, _Api] = {
    "GetImage": _Api(IMAGE, lambda handler: handler.any()),
    "ListImage": _Api(IMAGE, _list),
    "ListVMSpec": _Api(SPEC, _list),
    "ListRegionZone": _Api(REGION_ZONE, _list),
    "ListVPC": _Api(VPC, _list),
    "ListSecurity": _Api(SECURITY_GROUP, _list),
    "ListKey": _Api(KEY_PAIR, _list),
    "ListVM": _Api(VM, _list),
    "ListVMStatus": _Api(VM, lambda handler: handler.statuses()),
}


class Collector:
    """Raises ValueError for an API that cannot be measured."""

    def __init__(self, settings: Settings, registry: Registry, connections: Connections, history: History) -> None:
        self._every = settings.collect_seconds
        self._seconds = settings.collect_timeout
        self._apis = [_api(word) for word in words(settings.collect_apis)]
        self._connections = connections
        self._history = history
        self._accounts = Accounts(registry, connections, words(settings.collect_regions))
        self._under_way: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def collect_if_due(self, moment: datetime) -> None:
        """For a scheduler that calls each CALLED_SECONDS. `moment`: when it meant to."""
        if times.is_turn(moment, self._every, CALLED_SECONDS):
            self.collect()

    def collect(self) -> None:
        """One round over all regions at once, each for `collect_timeout` seconds at most."""
        if not self._every:
            return
        request = f"collect-{uuid.uuid4().hex[:12]}"
        with self._history.gather(), spans.of_round(request, "collect"):
            places = self._accounts.places(partial(self._names, request))
            outcomes = fanout.run([partial(self._measure, place, request) for place in places], self._seconds)
        errors = [outcome.error for outcome in outcomes if outcome.error is not None]
        log.info("%s: %d regions asked, %d without an answer", request, len(places), len(errors))
        for error in errors:
            if not isinstance(error, SpiderError):
                log.error("%s: a driver has failed", request, exc_info=error)

    def _names(self, request: str, targets: Sequence[Target]) -> list[fanout.Outcome[Sequence[str]]]:
        """Of the regions that each target's credential can use."""
        return fanout.run([partial(self._names_of, target, request) for target in targets], self._seconds)

    def _names_of(self, target: Target, request: str) -> Sequence[str]:
        with self._connections.open(target, target.scope(REGION_ZONE, "", request)) as cloud:
            names: Sequence[str] = cloud.handler(REGION_ZONE.name).names()
        return names

    def _measure(self, place: Target, request: str) -> None:
        """A region that has not answered the last round is left alone in this one. Raises the last error."""
        with self._alone(place) as free:
            errors = [self._error(place, api, request) for api in self._apis if free and _offers(place, api)]
        for error in filter(None, reversed(errors)):
            raise error

    def _error(self, place: Target, api: _Api, request: str) -> SpiderError | None:
        """Of a read whose answer nobody wants."""
        try:
            with self._connections.open(place, place.scope(api.kind, "", request)) as cloud:
                api.read(cloud.handler(api.kind.name))
        except SpiderError as error:
            log.debug("%s in %s: %s", place.info.name, place.info.region, error)
            return error
        return None

    @contextmanager
    def _alone(self, place: Target) -> Iterator[bool]:
        """False while an earlier round is still in that region."""
        key = (place.info.name, place.info.region)
        with self._lock:
            free = key not in self._under_way
            self._under_way.add(key)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._under_way.remove(key)


def _api(word: str) -> _Api:
    if word not in APIS:
        raise ValueError(f"SPIDER_COLLECT_APIS: '{word}' is not one of: {', '.join(APIS)}")
    return APIS[word]


def _offers(place: Target, api: _Api) -> bool:
    return api.kind.name in place.capability.kinds and api.kind.name not in place.capability.kept
