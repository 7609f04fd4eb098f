"""Kills Spider hard before and after each of its calls to a cloud, and looks at what is there in the end.

One connection, with a proxy of its own, for each crash point: all of them stand still at their call when the one
process that serves them is killed.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cloud_twin.faults import Dialect, Rule
from tests.servers import Proxy, proxy
from tests.system.clouds import Cloud
from tests.system.spider import Client

from .warm import Start

MOMENTS: Final = ("before", "after")
REACHED_SECONDS: Final = 90.0
ENDED_SECONDS: Final = 120.0
# Small, so that the successor need not wait long for the dead one's leases to run out; and a worker for each point.
SETTINGS: Final = {"lease_seconds": "2", "sweep_seconds": "1", "workers": "100"}
# So few at once that none is kept from renewing its lease by all the others.
SUCCESSOR: Final = {**SETTINGS, "workers": "6"}


@dataclass(frozen=True)
class Place:
    """A cloud to crash before.

    start      a server of Spider's
    cloud      what a user tells Spider about it, by the proxy's URL and the connection's number; of two connections
               neither names nor addresses collide where that matters to the cloud
    contents   ids of everything at the cloud
    tls        how `upstream` is trusted
    served     what the proxies before it speak themselves
    """

    start: Start
    upstream: str
    dialect: Dialect
    cloud: Callable[[str, int], Cloud]
    contents: Callable[[], set[str]]
    tls: ssl.SSLContext | None = None
    served: ssl.SSLContext | None = None

    def proxy(self) -> AbstractContextManager[Proxy]:
        return proxy(self.upstream, self.dialect, upstream_tls=self.tls, tls=self.served)


@dataclass(frozen=True)
class Scenario:
    """`needs`: paths of what is made before, in order; then `path` is created or deleted."""

    needs: tuple[str, ...]
    method: str
    path: str

    @property
    def sign(self) -> int:
        return 1 if self.method == "POST" else -1


SCENARIOS: Final = {
    "create a VPC": Scenario((), "POST", "vpc"),
    "delete a VPC": Scenario(("vpc",), "DELETE", "vpc"),
    "create a VM": Scenario(("vpc", "securitygroup", "keypair"), "POST", "vm"),
    "delete a VM": Scenario(("vpc", "securitygroup", "keypair", "vm"), "DELETE", "vm"),
}


class Connection:
    """One connection of Spider's, through a proxy of its own."""

    def __init__(self, place: Place, number: int, proxied: Proxy) -> None:
        self.proxied = proxied
        self._cloud = place.cloud(proxied.url, number)
        self._on = {"ConnectionName": self._cloud.connection}

    def prepare(self, client: Client, scenario: Scenario) -> None:
        self._cloud.register(client)
        for path in scenario.needs:
            client.call("POST", f"/{path}", self._body(path))

    def change(self, client: Client, scenario: Scenario) -> Any:
        return client.call(*self._request(scenario))

    def begin(self, client: Client, scenario: Scenario) -> str:
        """The change, not waited for: the path of its operation."""
        answer = client.send(*self._request(scenario), Prefer="respond-async")
        assert answer.status_code == 202, answer.text
        return answer.headers["Location"].removeprefix("/spider")

    def clear(self, client: Client, scenario: Scenario) -> None:
        """Deletes what is left."""
        made = scenario.needs if scenario.method == "DELETE" else (*scenario.needs, scenario.path)
        for path in reversed(made):
            if scenario.method == "POST" or path != scenario.path:
                client.call("DELETE", f"/{path}/{self._name(path)}", self._on)

    def _request(self, scenario: Scenario) -> tuple[str, str, Any]:
        if scenario.method == "POST":
            return "POST", f"/{scenario.path}", self._body(scenario.path)
        return "DELETE", f"/{scenario.path}/{self._name(scenario.path)}", self._on

    def _name(self, path: str) -> str:
        return f"{self._cloud.prefix}{path}-01"

    def _body(self, path: str) -> Any:
        names = [f"{self._cloud.prefix}{letter}" for letter in "ab"]
        subnets = [{"Name": name, "IPv4_CIDR": cidr} for name, cidr in zip(names, self._cloud.subnets(), strict=False)]
        rule = {"FromPort": "22", "ToPort": "22", "IPProtocol": "tcp", "Direction": "inbound"}
        info: dict[str, dict[str, Any]] = {
            "vpc": {"IPv4_CIDR": self._cloud.cidr, "SubnetInfoList": subnets},
            "securitygroup": {"VPCName": self._name("vpc"), "SecurityRules": [rule]},
            "keypair": {},
            "vm": {
                "ImageName": self._cloud.image,
                "VMSpecName": self._cloud.spec,
                "VPCName": self._name("vpc"),
                "SubnetName": names[0],
                "SecurityGroupNames": [self._name("securitygroup")],
                "KeyPairName": self._name("keypair"),
            },
        }
        return {**self._on, "ReqInfo": {"Name": self._name(path), **info[path]}}


def rehearse(client: Client, place: Place, scenario: Scenario) -> tuple[list[str], int]:
    """The calls that the change costs, and by how many things it changes what is at the cloud."""
    before = place.contents()
    with place.proxy() as proxied:
        connection = Connection(place, 0, proxied)
        connection.prepare(client, scenario)
        prepared = place.contents()
        proxied.faults.log.clear()
        connection.change(client, scenario)
        calls = proxied.faults.log.apis()
        changed = len(place.contents() ^ prepared)
        connection.clear(client, scenario)
    assert place.contents() == before
    assert calls, "the change costs no call"
    return calls, changed


def crash(home: Path, place: Place, scenario: Scenario) -> list[str]:
    """Crashes at every point. Raises AssertionError where the cloud then holds more or less than it should; answers
    the points."""
    before = place.contents()
    with ExitStack() as stack:
        process = place.start(home, **SETTINGS)
        try:
            calls, size = rehearse(process.client, place, scenario)
            points = [(moment, number) for number in range(1, len(calls) + 1) for moment in MOMENTS]
            connections = [
                Connection(place, number, stack.enter_context(place.proxy())) for number in range(1, len(points) + 1)
            ]
            in_parallel(lambda each: each.prepare(process.client, scenario), connections)
            prepared = place.contents()
            operations = _killed_at(points, connections, process.client, scenario, process.kill)
        finally:
            process.kill()
        process = place.start(home, **SUCCESSOR)
        try:
            for operation in operations:
                process.client.until(operation, None, "State", "SUCCEEDED", ENDED_SECONDS)
            _assert_changed(prepared, place.contents(), scenario.sign * size * len(points))
            in_parallel(lambda each: each.clear(process.client, scenario), connections)
        finally:
            process.kill()
    left = place.contents()
    assert left == before, f"left over {left - before}, lost {before - left}"
    return [f"{moment} call {number}, {calls[number - 1]}" for moment, number in points]


def _killed_at(
    points: Sequence[tuple[str, int]],
    connections: Sequence[Connection],
    client: Client,
    scenario: Scenario,
    kill: Callable[[], None],
) -> list[str]:
    """Begins the change on every connection, and kills Spider once each stands still at its point."""
    rules = [
        connection.proxied.faults.rules.add(Rule(first=number, times=1, hold=moment))
        for connection, (moment, number) in zip(connections, points, strict=True)
    ]
    operations = in_parallel(lambda each: each.begin(client, scenario), connections)
    missed = 0
    for connection, rule, point, operation in zip(connections, rules, points, operations, strict=True):
        if not connection.proxied.faults.rules.reached(rule, REACHED_SECONDS):
            # On a busy machine it has looked less often than in the rehearsal, and is done.
            done = client.call("GET", operation)["State"] == "SUCCEEDED"
            assert done, f"{point} was not reached: {connection.proxied.faults.log.apis()}"
            missed += 1
    assert missed <= len(points) // 10, f"{missed} of {len(points)} points were not reached"
    kill()
    for connection, rule in zip(connections, rules, strict=True):
        connection.proxied.faults.rules.remove(rule)
    return operations


def _assert_changed(before: set[str], after: set[str], by: int) -> None:
    made, gone = after - before, before - after
    assert (len(made), len(gone)) == (max(by, 0), max(-by, 0)), f"made {sorted(made)}, gone {sorted(gone)}"


def in_parallel(act: Callable[[Connection], Any], connections: Iterable[Connection]) -> list[Any]:
    with ThreadPoolExecutor(24) as pool:
        return list(pool.map(act, connections))
