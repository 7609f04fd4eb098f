"""All emulated clouds in one process: each call goes to the cloud that claims its path, through faults of its own.

Clock, log and rules are shared, so that one admin API tells all of them what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from .clock import TwinClock
from .cloud import Cloud
from .faults import Faults, Log, Rules

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def _alibaba(clock: TwinClock) -> Cloud:
    from .alibaba import Alibaba

    return Alibaba(clock)


def _aws(clock: TwinClock) -> Cloud:
    from .aws import Aws

    return Aws(clock)


def _azure(clock: TwinClock) -> Cloud:
    from .azure import Azure

    return Azure(clock)


def _cloudit(clock: TwinClock) -> Cloud:
    from .cloudit import CloudIt

    return CloudIt(clock)


def _docker(clock: TwinClock) -> Cloud:
    from .docker import Docker

    return Docker(clock)


def _gcp(clock: TwinClock) -> Cloud:
    from .gcp import Gcp

    return Gcp(clock)


def _openstack(clock: TwinClock) -> Cloud:
    from .openstack import OpenStack

    return OpenStack(clock)


# In the order in which they are asked: Azure takes any path with v2.0 in it, and AWS, whose calls have no path of their
# own, what is left.
MAKERS: Mapping[str, Callable[[TwinClock], Cloud]] = {
    "docker": _docker,
    "openstack": _openstack,
    "alibaba": _alibaba,
    "azure": _azure,
    "cloudit": _cloudit,
    "gcp": _gcp,
    "aws": _aws,
}


class Twin:
    """A WSGI application. `clouds`: the emulated ones, by name. What a cloud needs is loaded only if it is named."""

    def __init__(self, *names: str, clock: TwinClock | None = None, log: Log | None = None) -> None:
        """`names`: of the clouds; all of them without any. Raises ValueError for an unknown one."""
        for name in names:
            if name not in MAKERS:
                raise ValueError(f"there is no cloud '{name}'; there are {', '.join(sorted(MAKERS))}")
        self.clock = clock or TwinClock()
        self.log = log or Log()
        self.rules = Rules()
        self.clouds = {name: make(self.clock) for name, make in MAKERS.items() if name in (names or MAKERS)}
        self._faults = {
            name: Faults(cloud, cloud.dialect, clock=self.clock, log=self.log, rules=self.rules)
            for name, cloud in self.clouds.items()
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path, query = str(environ["PATH_INFO"]), str(environ.get("QUERY_STRING", ""))
        for name, cloud in self.clouds.items():
            if cloud.claims(path, query) or cloud.header in environ:
                return self._faults[name](environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"none of the clouds that are emulated here ({', '.join(self.clouds)}) has the path {path}\n".encode()]

    def reset(self) -> None:
        """No rules, no calls, nothing hidden, empty clouds. Settings, accounts and the clock stay."""
        for faults in self._faults.values():
            faults.reset()
        for cloud in self.clouds.values():
            cloud.reset()
