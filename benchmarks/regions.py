"""GetImage in sixty regions at once, each as far away as it really is.

    python -m benchmarks.regions [ROUNDS]

The cloud is Cloud-Twin's EC2 in a process of its own: CPU time is the caller's alone. Beside Spider's driver and
fan-out stand as many clients of boto3's, made one after the other, that ask at once by the same fan-out.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from spider_drivers.contract import CallRecord, CallRecorder, CloudConnection, ConnectionInfo, SystemClock, registry

from benchmarks.far_cloud import FarCloud, far_cloud, round_trips
from benchmarks.table import show
from chalicelib.engine import fanout
from chalicelib.engine.service import Engine, open_engine
from chalicelib.engine.settings import Settings
from chalicelib.rest.handle import handle
from chalicelib.rest.http import HttpRequest

ROUNDS = 7
SECONDS = 10.0
KEYS = {"ClientId": "AKIAIOSFODNN7EXAMPLE", "ClientSecret": "a-secret-that-nobody-checks"}
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
# What ImageHandler.any asks of EC2.
ASKED = {
    "Owners": ["amazon"],
    "Filters": [{"Name": "state", "Values": ["available"]}, {"Name": "image-type", "Values": ["machine"]}],
    "MaxResults": 5,
}

Asking = Callable[[Sequence[str]], object]


@dataclass(frozen=True)
class Spent:
    """Seconds."""

    passed: float
    computed: float


def spent(work: Callable[[], object], settle: Callable[[], object] = lambda: None) -> Spent:
    """`settle`: computes what nobody waits for."""
    passed, computed = time.perf_counter(), time.process_time()
    work()
    passed = time.perf_counter() - passed
    settle()
    return Spent(passed, time.process_time() - computed)


class Drivers:
    """Spider's driver and fan-out. A region's connection is opened by whoever asks it first."""

    def __init__(self, cloud: FarCloud) -> None:
        self._ca = cloud.ca.read_text()
        self._open: dict[str, CloudConnection] = {}
        self.records: list[CallRecord] = []

    def ask(self, regions: Sequence[str]) -> None:
        answered(fanout.run([partial(self._image, region) for region in regions], SECONDS))

    def forget(self) -> None:
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _image(self, region: str) -> object:
        if region not in self._open:
            info = ConnectionInfo("far", "AWS", KEYS, {"Region": region, "CA": self._ca})
            self._open[region] = registry.connect(info, CallRecorder(SystemClock(), self.records.append))
        return self._open[region].handler("image").any()


class Separate:
    """A client of boto3's for each region, all of one session."""

    def __init__(self, cloud: FarCloud) -> None:
        self._session = boto3.Session(KEYS["ClientId"], KEYS["ClientSecret"])
        self._verify = str(cloud.ca)
        self._clients: dict[str, Any] = {}

    def make(self, regions: Sequence[str]) -> None:
        config = Config(retries={"total_max_attempts": 1}, proxies={})
        for region in regions:
            if region not in self._clients:
                self._clients[region] = self._session.client("ec2", region, verify=self._verify, config=config)

    def ask(self, regions: Sequence[str]) -> None:
        self.make(regions)
        answered(fanout.run([partial(self._clients[one].describe_images, **ASKED) for one in regions], SECONDS))

    def forget(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()


class Collecting:
    """Spider's collector, whose records go into the history."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, _: Sequence[str]) -> None:
        self._engine.collector.collect()

    def settle(self) -> None:
        """What the collector has recorded is in the store."""
        self._engine.history.flush()

    def forget(self) -> None:
        self._engine.connections.close()


@contextmanager
def collecting(cloud: FarCloud) -> Iterator[Collecting]:
    """Over all regions, by one connection config."""
    with tempfile.TemporaryDirectory() as home:
        places = ",".join(f"far/{region}" for region in round_trips())
        settings = Settings(home=Path(home), collect_seconds=3600, collect_regions=places, log_level="WARNING")
        engine = open_engine(settings)
        keys = {"Region": "ap-east-1", "CA": cloud.own}
        tell(engine, "driver", {"DriverName": "d", "ProviderName": "AWS"})
        tell(engine, "credential", {"CredentialName": "c", "ProviderName": "AWS", "KeyValueInfoList": pairs(KEYS)})
        tell(engine, "region", {"RegionName": "r", "ProviderName": "AWS", "KeyValueInfoList": pairs(keys)})
        names = {"DriverName": "d", "CredentialName": "c", "RegionName": "r"}
        tell(engine, "connectionconfig", {"ConfigName": "far", "ProviderName": "AWS", **names})
        try:
            yield Collecting(engine)
        finally:
            engine.close()


def tell(engine: Engine, path: str, body: Mapping[str, object]) -> None:
    request = HttpRequest(method="POST", path=f"/spider/{path}", body=json.dumps(body).encode(), request_id="-")
    response = handle(engine, request)
    assert response.status == 200, response.body


def pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def answered(outcomes: Sequence[fanout.Outcome[Any]]) -> None:
    for outcome in outcomes:
        assert outcome.result()


def spread(values: Sequence[float], unit: str, digits: int) -> str:
    """Median, least and most."""
    low, middle, high = (f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
    return f"{middle}{unit} ({low}–{high})"


@dataclass(frozen=True)
class Way:
    """A way of asking. `alone`: the slowest region by itself, by Spider's driver."""

    name: str
    ask: Asking
    forget: Callable[[], None]
    settle: Callable[[], None] = lambda: None


def measured(ways: Sequence[Way], alone: Way, rounds: int) -> list[tuple[str, list[Spent], list[Spent]]]:
    """Name, what was spent, and what the slowest region alone took at about the same time. All take turns."""
    trips = round_trips()
    regions, slowest = list(trips), [max(trips, key=lambda region: trips[region])]
    found: dict[str, tuple[list[Spent], list[Spent]]] = {}
    for _ in range(rounds):
        for way in ways:
            for state in ("cold", "warm"):
                spends, single = found.setdefault(f"{way.name}, {state}", ([], []))
                if state == "cold":
                    way.forget()
                    alone.forget()
                single.append(spent(lambda: alone.ask(slowest)))
                spends.append(spent(partial(way.ask, regions), way.settle))
    return [(name, *both) for name, both in found.items()]


def main(rounds: int) -> None:
    for name in PROXIES:
        os.environ.pop(name, None)
    trips = round_trips()
    regions = list(trips)
    with far_cloud() as cloud, collecting(cloud) as collector:
        many, single, separate = Drivers(cloud), Drivers(cloud), Separate(cloud)
        first = spent(lambda: single.ask(regions[:1]))
        separate.make(regions[:1])
        made = spent(lambda: separate.make(regions))
        separate.ask(regions)  # the cloud makes its regions when they are first asked
        ways = [
            Way("driver and fan-out", many.ask, many.forget),
            Way("collector", collector.ask, collector.forget, collector.settle),
            Way("boto3, a client each", separate.ask, separate.forget),
        ]
        results = measured(ways, Way("", single.ask, single.forget), rounds)
    print(f"{len(trips)} regions, the farthest {max(trips.values()) * 1000:.0f} ms away; {rounds} rounds.")
    print(f"The process's first call, SDK and model read: {first.computed * 1000:.0f} ms of CPU.")
    print(f"To make boto3's clients, asking nobody: {made.computed * 1000:.0f} ms of CPU.\n")
    report(results)


def report(results: Sequence[tuple[str, list[Spent], list[Spent]]]) -> None:
    by_boto3 = {name.rpartition(", ")[2]: all_ for name, all_, _ in results if name.startswith("boto3")}
    rows = []
    for name, all_, alone in results:
        over = [one.passed / single.passed for one, single in zip(all_, alone, strict=True)]
        theirs = by_boto3[name.rpartition(", ")[2]]
        share = [theirs_.computed / one.computed for one, theirs_ in zip(all_, theirs, strict=True)]
        rows.append(
            [
                name,
                spread([one.passed for one in all_], " s", 2),
                spread([single.passed for single in alone], " s", 2),
                spread(over, "", 2),
                spread([one.computed * 1000 for one in all_], " ms", 0),
                spread(share, "", 1),
            ]
        )
    show(["sixty regions", "in all", "the slowest alone", "ratio", "CPU", "boto3's CPU ÷ this"], rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
