"""From a connection's name to a driver's open connection."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from spider_drivers.contract import (
    CallRecorder,
    CallScope,
    Capability,
    Clock,
    CloudConnection,
    ConnectionInfo,
    SpiderError,
    scope,
)
from spider_drivers.contract import registry as drivers

from ..catalogue.vocabulary import Kind
from ..store import Item
from .history import History
from .registry import Registry
from .settings import Settings


@dataclass(frozen=True)
class Target:
    """Where a connection leads. `version` changes with each of its parts; `credential` is its name, and `paces` the
    row that tells how fast it may call, if clouds have said so (`limit.py`)."""

    info: ConnectionInfo
    capability: Capability
    version: str
    secrets: tuple[str, ...] = field(repr=False)
    credential: str = ""
    paces: Item | None = None

    def in_region(self, region: str) -> Target:
        """The same credential in another region, without a zone."""
        return replace(self, info=self.info.in_region(region))

    def scope(self, kind: Kind, name: str, request_id: str) -> CallScope:
        """On whose behalf calls for a resource of `kind` are recorded."""
        return CallScope(
            connection=self.info.name,
            cloud=self.info.provider,
            region=self.info.region,
            zone=self.info.zone,
            resource_type=kind.history,
            resource_name=name,
            request=request_id,
        )


_Key = tuple[str, str, str]  # connection, version, region


@dataclass
class _Kept:
    connection: CloudConnection
    until: float


class Connections:
    """Keeps each cloud connection for a while; one thread uses it at a time."""

    def __init__(self, registry: Registry, history: History, clock: Clock, settings: Settings) -> None:
        self._registry = registry
        self._history = history
        self._clock = clock
        self._ttl = settings.connection_ttl
        self._free: dict[_Key, list[_Kept]] = {}
        self._lock = threading.Lock()

    def target(self, name: str) -> Target:
        """Two reads of the store. Raises NotFound."""
        row = self._registry.row("connection", name)
        driver, credential, region, paces = self._registry.parts(row)
        values = self._registry.opened(credential)
        capability = drivers.driver(row["provider"]).capability()
        return Target(
            info=ConnectionInfo(name, row["provider"], values, region["values"]),
            capability=capability,
            version="/".join(part["version"] for part in (row, driver, credential, region)),
            secrets=capability.secrets(values),
            credential=credential["name"],
            paces=paces,
        )

    @contextmanager
    def open(self, target: Target, within: CallScope) -> Iterator[CloudConnection]:
        """A connection for this thread alone. Calls made through it are recorded in the scope `within`; errors that
        leave it hold no secret."""
        info = target.info
        recorder = CallRecorder(self._clock, self._history.sink, target.secrets)
        token = scope.set(within)
        key, kept = (info.name, target.version, info.region), None
        try:
            kept = self._take(key) or _Kept(drivers.connect(info, recorder), self._now() + self._ttl)
            yield kept.connection
        except SpiderError as error:
            error.message, error.text = recorder.redact(error.message), recorder.redact(error.text)
            error.args = (error.message,)
            raise
        finally:
            scope.reset(token)
            if kept is not None:
                self._give_back(key, kept)

    def close(self) -> None:
        with self._lock:
            kept = [one for free in self._free.values() for one in free]
            self._free.clear()
        for one in kept:
            one.connection.close()

    def _take(self, key: _Key) -> _Kept | None:
        with self._lock:
            free = self._free.get(key, [])
            return free.pop() if free and free[-1].until > self._now() else None

    def _give_back(self, key: _Key, kept: _Kept) -> None:
        """Also drops what is too old, and older versions of the same connection."""
        now, dropped = self._now(), []
        with self._lock:
            self._free.setdefault(key, []).append(kept)
            for other, free in list(self._free.items()):
                stale = other[0] == key[0] and other[1] != key[1]
                dropped += [one for one in free if stale or one.until <= now]
                self._free[other] = [one for one in free if not (stale or one.until <= now)]
                if not self._free[other]:
                    del self._free[other]
        for one in dropped:
            one.connection.close()

    def _now(self) -> float:
        return self._clock.now().timestamp()
