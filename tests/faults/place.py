"""A cloud to crash before, and Spider's connections to it, each through a proxy of its own."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from spider_drivers.contract import Capability
from spider_drivers.contract.registry import driver

from cloud_twin.faults import Dialect
from tests.servers import Proxy, proxy
from tests.system.clouds import Cloud
from tests.system.spider import Client

from .warm import Start


@dataclass(frozen=True)
class Place:
    """
    start      a server of Spider's
    cloud      what a user tells Spider about it, by the proxy's URL and the connection's number; of two connections
               neither names nor addresses collide where that matters to the cloud
    contents   ids of everything at the cloud
    refusal    status, code and message of a call for which there is no quota, as the cloud says it
    tls        how `upstream` is trusted
    served     what the proxies before it speak themselves
    numbers    of connections that have never been
    """

    start: Start
    upstream: str
    dialect: Dialect
    cloud: Callable[[str, int], Cloud]
    contents: Callable[[], set[str]]
    refusal: tuple[int, str, str]
    tls: ssl.SSLContext | None = None
    served: ssl.SSLContext | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def proxy(self) -> AbstractContextManager[Proxy]:
        return proxy(self.upstream, self.dialect, upstream_tls=self.tls, tls=self.served)

    @property
    def capability(self) -> Capability:
        return driver(self.cloud("http://127.0.0.1", 0).provider).capability()


class Connection:
    """`on`: the body of a request that needs no more."""

    def __init__(self, place: Place, number: int, proxied: Proxy) -> None:
        self.number = number
        self.faults = proxied.faults
        self.cloud = place.cloud(proxied.url, number)
        self.on = {"ConnectionName": self.cloud.connection}

    def register(self, client: Client) -> None:
        self.cloud.register(client)

    def name(self, word: str) -> str:
        return f"{self.cloud.prefix}{word}"

    def bare(self, iid: dict[str, str]) -> str:
        """A name without what tells this connection's from another's."""
        return iid["NameId"].removeprefix(self.cloud.prefix)

    def asking(self, **info: Any) -> dict[str, Any]:
        return {**self.on, "ReqInfo": info}
