"""Histories that Hypothesis makes up: changes, SIGKILLs at calls, troubles and strangers, on two clouds at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from cloud_twin.faults import DOCKER, EC2, Rule
from tests.servers import Proxy, twin
from tests.system.clouds import DOCKER_IMAGE, Cloud, aws_at, docker_at

from .crash_points import EVERY_CALL
from .ground import Ground, Step, cloud_of
from .lives import ADD_SUBNET, KINDS, NEEDS, REMOVE_SUBNET, Change, control, create, delete
from .place import Place
from .rehearsal import MOMENTS
from .warm import warm

LAG_SECONDS: Final = 2.0  # what the drivers believe in, and a little more than the emulated cloud ever has
NAMES: Final = ("aws-1", "docker-1", "docker-2")
CONNECTIONS: Final = st.sampled_from(NAMES)
SOME: Final = st.lists(CONNECTIONS, min_size=1, max_size=3, unique=True)
EXTRA: Final = "a subnet"  # what may be added to a VPC, and removed
# Which calls, and their patterns at each cloud.
CALLS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "changes": {"aws": ("[!D]*", "De[!s]*"), "docker": ("P*", "DELETE *")},
    "any": {"aws": ("*",), "docker": ("*",)},
}
# How many changes of the cloud a create costs, at each of which Spider may die.
COSTS: Final[dict[str, dict[str, int]]] = {
    "aws": {"vpc": 6, "securitygroup": 2, "keypair": 1, "vm": 1},
    "docker": {"vpc": 2, "vm": 3},
}
TROUBLE: Final = st.builds(
    replace,
    st.sampled_from(
        (
            Rule(throttle=True, retry_after=0.3),
            Rule(status=503, code="Unavailable", message="Try again later."),
            Rule(lose="before"),
            Rule(lose="after"),
            Rule(lag=1.5),
            Rule(latency=0.3),
        )
    ),
    api=st.sampled_from(tuple(CALLS)),
    times=st.integers(1, 3),
)
POINT: Final = st.builds(
    Rule,
    api=st.sampled_from(tuple(CALLS)),
    first=st.integers(1, 3),
    times=st.just(1),
    hold=st.sampled_from(MOMENTS),
)


def _in_a_create(cloud: str) -> st.SearchStrategy[tuple[str, Rule]]:
    """Which, and at which of its calls."""
    points = [
        (path, Rule(api="changes", first=number, times=1, hold=moment))
        for path, cost in COSTS[cloud].items()
        for number in range(1, cost + 1)
        for moment in MOMENTS
    ]
    return st.sampled_from(points)


def _at(name: str, about: Rule) -> list[Rule]:
    return [replace(about, api=api) for api in CALLS[about.api][cloud_of(name)]]


class Histories(RuleBasedStateMachine):
    """`places` and `proxies` are set by who runs it. `wanted`: what should be there, if all goes well."""

    places: dict[str, Place]
    proxies: dict[str, Proxy]

    def __init__(self) -> None:
        super().__init__()
        self.ground = Ground(self.places, self.proxies)
        self.wanted: dict[str, set[str]] = {name: set() for name in NAMES}

    @initialize(aws=_in_a_create("aws"), docker=_in_a_create("docker"))
    def build(self, aws: tuple[str, Rule], docker: tuple[str, Rule]) -> None:
        """Most of it at once, as each waits for what it needs. In one create of each cloud Spider dies."""
        for name, (dying, point) in (("aws-1", aws), ("docker-1", docker)):
            self.wanted[name] = set(KINDS)
            for path in KINDS:
                if path == dying:
                    self.ground.die_in([Step(name, path, create(path), _at(name, point))])
                else:
                    self.ground.ask(name, path, create(path))

    @rule(names=SOME, data=st.data())
    def change(self, names: list[str], data: st.DataObject) -> None:
        """At once on some connections. On each a trouble may befall the cloud from now on, and Spider die at a call."""
        steps = [self._step(name, data) for name in names]
        if any(step.points for step in steps):
            self.ground.die_in(steps)
            return
        for step in steps:
            self.ground.ask(step.name, step.path, step.change)

    @rule(name=CONNECTIONS, path=st.sampled_from(tuple(KINDS)))
    def destroy(self, name: str, path: str) -> None:
        """By a stranger, when all is quiet."""
        self.ground.rest()
        self.ground.destroy(name, path)

    def _step(self, name: str, data: st.DataObject) -> Step:
        possible = {change.title: (path, change, then) for path, change, then in _possible(self.wanted[name])}
        path, change, self.wanted[name] = possible[data.draw(st.sampled_from(tuple(possible)), name)]
        if trouble := data.draw(st.none() | TROUBLE, "trouble"):
            self.ground.befall(name, *_at(name, trouble))
        point = data.draw(st.none() | POINT, "dies at")
        return Step(name, path, change, _at(name, point) if point else [])

    def teardown(self) -> None:
        try:
            differences = self.ground.differences()
        finally:
            self.ground.close()
        assert not differences, differences


def _possible(there: set[str]) -> Iterator[tuple[str, Change, set[str]]]:
    """Path, change, and what is then there."""
    for path in KINDS:
        if path not in there and there.issuperset(NEEDS.get(path, ())):
            yield path, create(path), there | {path}
        if path in there and not any(path in NEEDS.get(other, ()) for other in there):
            yield path, delete(path), there - {path, EXTRA} if path == "vpc" else there - {path}
    if "vpc" in there:
        more = EXTRA not in there
        yield "vpc", ADD_SUBNET if more else REMOVE_SUBNET, there | {EXTRA} if more else there - {EXTRA}
    if "vm" in there:
        for action in ("suspend", "resume", "reboot"):
            yield "vm", control(action), there


@pytest.fixture(scope="module")
def machine() -> Iterator[type[Histories]]:
    with ExitStack() as stack:
        start = stack.enter_context(warm("AWS", "DOCKER", lag_seconds=LAG_SECONDS))
        found = stack.enter_context(twin("aws", "docker", transition_seconds=0.2))

        def aws(url: str, number: int) -> Cloud:
            return replace(aws_at(url), label=f"-{number}", prefix=f"{number}-")

        def docker(url: str, number: int) -> Cloud:
            cloud = docker_at({"Host": url}, DOCKER_IMAGE, f"10.{number}.0.0/16", f"n{number}-")
            return replace(cloud, label=f"-{number}")

        places = {
            "aws": Place(start, found.plain, EC2, aws, lambda: found.contents("aws"), (400, "", "")),
            "docker": Place(start, found.plain, DOCKER, docker, lambda: found.contents("docker"), (400, "", "")),
        }
        proxies = {name: stack.enter_context(places[cloud_of(name)].proxy()) for name in NAMES}
        yield type("Machine", (Histories,), {"places": places, "proxies": proxies})


@pytest.mark.timeout(3600)
def test_whatever_happens_what_is_promised_is_there_and_nothing_else(machine: type[Histories]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40 if EVERY_CALL else 4,
            stateful_step_count=10,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
