"""Servers that start in milliseconds: forked from a process that has loaded the service and the clouds' SDKs.

    with warm("AWS") as start:
        process = start(home, lease_seconds="2")      as tests.system.spider.start

As a program it is that process: `python -m tests.faults.warm 0 AWS`.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from tests.forge import Forge, forge, obey
from tests.servers import free_port
from tests.system.spider import Client, Process, environment

STORES: Final = ("chalicelib.store.sqlite", "chalicelib.store.dynamodb")
# Of an SDK, what drivers load with their first call.
CALLED: Final = {
    "azure": (
        "azure.core.pipeline.transport._requests_basic",
        "azure.identity",
        "azure.mgmt.compute",
        "azure.mgmt.network",
        "azure.mgmt.resource.resources",
        "azure.mgmt.resource.subscriptions",
    ),
    "gcp": ("google.cloud.compute_v1",),
}


class Start(Protocol):
    def __call__(self, home: Path, **settings: str) -> Process: ...


@contextlib.contextmanager
def warm(*providers: str, lag_seconds: float = 0.0) -> Iterator[Start]:
    """Starts servers that have loaded the SDKs of these clouds. All of them end with the block. `lag_seconds`: what
    their drivers take for the clouds' lag, where an emulated one has less than the real; 0: what they always do."""
    with forge("tests.faults.warm", f"{lag_seconds:g}", *providers) as made:
        yield starting(made)


def starting(made: Forge) -> Start:
    def start(home: Path, **settings: str) -> Process:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        forked = made(["--port", str(port)], environment(home, settings), url)
        return Process(Client(url), forked.pid, forked.written, forked.wait, forked.stack)

    return start


def main(lag_seconds: float, providers: list[str]) -> None:
    from chalicelib.rest import serve  # and with it the whole service

    loaded = [*STORES, *(name for provider in providers for name in _modules(provider.lower()))]
    for module in [importlib.import_module(name) for name in loaded]:
        if lag_seconds and "LAG_SECONDS" in vars(module):
            vars(module).update(LAG_SECONDS=lag_seconds)
    if "AWS" in providers:
        _make_the_client_of_ec2()
    obey(serve.main)


def _make_the_client_of_ec2() -> None:
    """One for the process, which knows no caller and has no connection."""
    from spider_drivers.aws import client

    client.api("describe_vpcs")


def _modules(provider: str) -> list[str]:
    """Of a driver and its SDK, all: some are imported at their first use."""
    package = importlib.import_module(f"spider_drivers.{provider}")
    own = [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return [*own, *CALLED.get(provider, ())]


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
