"""What the tests of all drivers share: a connection whose calls are kept, and operations that cost no time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from spider_drivers.contract import (
    Attempt,
    CallRecord,
    CloudConnection,
    Ref,
    Rule,
    SecurityGroup,
    SecurityGroupHandler,
    SecurityGroupRequest,
    VirtualClock,
    Vm,
    VmHandler,
    VmRequest,
    Vpc,
    Wait,
)

from cloud_twin.twin import Twin

# Nobody has the private half.
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS somebody"

T = TypeVar("T")
Connection = TypeVar("Connection", bound=CloudConnection)
_tokens = itertools.count(1)


@dataclass
class Kept(Generic[Connection]):
    """A connection and its calls."""

    connection: Connection
    records: list[CallRecord]

    def apis_of(self, step: Callable[[], object]) -> list[str]:
        """Names of the calls that `step` makes."""
        before = len(self.records)
        step()
        return [record.api for record in self.records[before:]]

    def outcomes(self) -> list[tuple[str, str]]:
        return [(record.api, record.error_code) for record in self.records]


def an_attempt(token: str = "", **more: Any) -> Attempt:
    """Of an operation of its own."""
    return Attempt(token or f"operation-{next(_tokens)}", clock=VirtualClock(), **more)


def done(step: Callable[[Attempt], T | Wait], attempt: Attempt | None = None, twin: Twin | None = None) -> T:
    """The answer of an operation, whose waits cost no time: they are passed by the twin's clock."""
    attempt = attempt or an_attempt()
    for _ in range(100):
        answer = step(attempt)
        if not isinstance(answer, Wait):
            return answer
        if twin:
            twin.clock.advance(answer.seconds)
    raise AssertionError(f"still {answer}")


def make_group(cloud: Kept[Any], vpc: Vpc, *rules: Rule, name: str = "group") -> SecurityGroup:
    groups: SecurityGroupHandler = cloud.connection.security_group
    request = SecurityGroupRequest(name, ref(vpc), rules)
    return done(lambda attempt: groups.create(request, attempt))


def make_vm(cloud: Kept[Any], request: VmRequest) -> Vm:
    vms: VmHandler = cloud.connection.vm
    return done(lambda attempt: vms.create(request, attempt))


def ref(shape: Any) -> Ref:
    return Ref(shape.iid.name, shape.iid.id)
