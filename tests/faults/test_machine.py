"""Histories that Hypothesis makes up: changes, SIGKILLs at calls, troubles and strangers, on two clouds at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from cloud_twin.faults import DOCKER, EC2, Rule
from tests.servers import twin
from tests.system.clouds import DOCKER_IMAGE, Cloud, aws_at, docker_at

from .crash_points import EVERY_CALL
from .ground import Ground
from .lives import ADD_SUBNET, KINDS, NEEDS, REMOVE_SUBNET, Change, control, create, delete
from .place import Place
from .rehearsal import MOMENTS
from .warm import warm

LAG_SECONDS: Final = 2.0  # what the drivers believe in, and a little more than the emulated cloud ever has
NAMES: Final = ("aws-1", "docker-1", "docker-2")
CONNECTIONS: Final = st.sampled_from(NAMES)
SUBNET: Final = "subnet"  # what may be added to a VPC, and removed
# Which calls, and what they are at each cloud.
CALLS: Final = {
    "changes": {"aws": "[!D]*", "docker": "P*"},
    "removals": {"aws": "De[!s]*", "docker": "DELETE *"},
    "all": {"aws": "*", "docker": "*"},
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
    first=st.integers(1, 4),
    times=st.just(1),
    hold=st.sampled_from(MOMENTS),
)
THEN: Final = st.sampled_from(("", "all is quiet", "it dies", "a stranger destroys it"))


def _at(cloud: str, about: Rule) -> Rule:
    return replace(about, api=CALLS[about.api][cloud])


class Histories(RuleBasedStateMachine):
    """`places` is set by who runs it."""

    places: dict[str, Place]
    proxies: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.ground = Ground(self.places, self.proxies)

        self.wanted: dict[str, set[str]] = {name: set() for name in NAMES}

    @initialize(on=st.sampled_from(NAMES[:2]), number=st.integers(1, 8), moment=st.sampled_from(MOMENTS))
    def build(self, on: str, number: int, moment: str) -> None:
        """All of it at once, as each waits for what it needs; and Spider dies at one of the calls that make it."""
        for name in NAMES[:2]:
            self.wanted[name] = set(KINDS)
        others = [name for name in NAMES[:2] if name != on]
        changes = [(name, path, create(path)) for name in (*others, on) for path in KINDS]
        point = _at(on.partition("-")[0], Rule(api="changes", first=number, times=1, hold=moment))
        self.ground.die_in(changes, point)

    @rule(on=CONNECTIONS, data=st.data(), trouble=st.none() | TROUBLE, point=st.none() | POINT, then=THEN)
    def change(self, on: str, data: st.DataObject, trouble: Rule | None, point: Rule | None, then: str) -> None:
        """A trouble befalls the cloud from now on; Spider dies at a call; and what comes then."""
        cloud = on.partition("-")[0]
        if trouble:
            self.ground.befall(cloud, _at(cloud, trouble))
        possible = {change.title: (path, change, then) for path, change, then in _possible(self.wanted[on])}
        path, change, self.wanted[on] = possible[data.draw(st.sampled_from(tuple(possible)))]
        if point:
            self.ground.die_in([(on, path, change)], _at(cloud, point))
        else:
            self.ground.ask(on, path, change)
        match then:
            case "it dies":
                self.ground.die()
            case "a stranger destroys it":
                self.ground.destroy(on, path)
            case "all is quiet":
                self.ground.rest()

    def teardown(self) -> None:
        try:
            self.ground.check()
        finally:
            self.ground.close()


def _possible(there: set[str]) -> Iterator[tuple[str, Change, set[str]]]:
    """Path, change, and what is then there."""
    for path in KINDS:
        if path not in there and there.issuperset(NEEDS.get(path, ())):
            yield path, create(path), there | {path}
        if path in there and not any(path in NEEDS.get(other, ()) for other in there):
            yield path, delete(path), there - {path, SUBNET} if path == "vpc" else there - {path}
    if "vpc" in there:
        more = SUBNET not in there
        yield "vpc", ADD_SUBNET if more else REMOVE_SUBNET, there | {SUBNET} if more else there - {SUBNET}
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
        proxies = {word: stack.enter_context(place.proxy()) for word, place in places.items()}
        yield type("Machine", (Histories,), {"places": places, "proxies": proxies})


@pytest.mark.timeout(3600)
def test_whatever_happens_what_is_promised_is_there_and_nothing_else(machine: type[Histories]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60 if EVERY_CALL else 6,
            stateful_step_count=20,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
