"""What the cases work with: requests that suit any cloud, things made and taken away again."""

from __future__ import annotations

import base64
import ipaddress
import itertools
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from ..contract import (
    Direction,
    KeyPairRequest,
    Marked,
    Protocol,
    Ref,
    Rule,
    SecurityGroupRequest,
    SpiderError,
    SubnetRequest,
    VmRequest,
    VpcRequest,
)
from .cloud import Cloud
from .runner import Operation, Step, acting, once

CREATED = ("vpc", "security_group", "key_pair", "vm")
RULES = (
    Rule(Direction.INBOUND, Protocol.TCP, 22, 22),
    Rule(Direction.INBOUND, Protocol.UDP, 1000, 2000, "10.0.0.0/8"),
    Rule(Direction.INBOUND, Protocol.ICMP, -1, -1),
    Rule(Direction.OUTBOUND, Protocol.TCP, 443, 443),
)
# Letters that every cloud takes.
TAGS = {"stage": "test", "team": "blue"}


class Bench:
    """A context: what was made in it is deleted when it ends, and then the cloud holds what it held before."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._made: list[tuple[str, Ref]] = []
        self._shared: dict[str, Any] = {}
        self._restoring: list[Callable[[], None]] = []
        self._public_key = public_key()
        self._prefix = f"spider-{secrets.token_hex(3)}"
        self._numbers = itertools.count(1)
        self._before = self.contents()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        while self._made:
            self.delete(*self._made[-1])
        while self._restoring:
            self._restoring.pop()()
        if error is None:
            self.assert_contents(self._before, "after all was deleted")

    # Requests

    @property
    def rules(self) -> tuple[Rule, ...]:
        """One of each protocol that the cloud knows."""
        return tuple(rule for rule in RULES if rule.protocol in self.cloud.protocols)

    def name(self) -> str:
        return f"{self._prefix}-{next(self._numbers)}"

    def request(self, kind: str, name: str | None = None) -> Any:
        """A request that the cloud must grant. What it refers to is made on the way."""
        makers: dict[str, Callable[[str], Any]] = {
            "vpc": self._vpc_request,
            "security_group": lambda name: SecurityGroupRequest(name, self._ref("vpc"), self.rules),
            "key_pair": self._key_pair_request,
            "vm": self._vm_request,
        }
        return makers[kind](name or self.name())

    def shared(self, kind: str) -> Any:
        """One of a kind, for others to refer to; made when first asked for."""
        if kind not in self._shared:
            self._shared[kind] = self.lasting(kind) or self.create(kind)
        return self._shared[kind]

    def to_last(self, kind: str) -> Any:
        """One of a kind, for the cases of other benches, with tags where its cloud has any."""
        request = self.request(kind)
        tags = kind in self.cloud.capability.tagged
        self._shared[kind] = self.create(kind, tagged(request) if tags else request)
        return self._shared[kind]

    def lasting(self, kind: str) -> Any:
        """The one of a kind that lasts, if any does."""
        return self.cloud.lasting.get(kind)

    def in_the_end(self, restore: Callable[[], None]) -> None:
        """Called when what was made is deleted: what lasts is then as it was."""
        self._restoring.append(restore)

    def _ref(self, kind: str) -> Ref:
        shape = self.shared(kind)
        return Ref(shape.iid.name, shape.iid.id)

    def _vpc_request(self, name: str) -> VpcRequest:
        network = self.cloud.network()
        _, *parts = itertools.islice(ipaddress.ip_network(network).subnets(new_prefix=self.cloud.subnet_prefix), 3)
        subnets = tuple(SubnetRequest(f"{name}-{n}", str(part)) for n, part in enumerate(parts, 1))
        return VpcRequest(name, network, subnets)

    def _key_pair_request(self, name: str) -> KeyPairRequest:
        self._public_key = public_key()
        return KeyPairRequest(name, self._public_key)

    def _vm_request(self, name: str) -> VmRequest:
        kinds, kept = self.cloud.capability.kinds, self.cloud.capability.kept
        has_groups = "security_group" in kinds and "security_group" not in kept
        has_keys = "key_pair" in kinds and "key_pair" not in kept
        subnet = self.shared("vpc").subnets[0].iid
        return VmRequest(
            name,
            image=Ref(self.cloud.image, self.cloud.image),
            spec=self.cloud.spec,
            vpc=self._ref("vpc"),
            subnet=Ref(subnet.name, subnet.id),
            security_groups=(self._ref("security_group"),) if has_groups else (),
            key_pair=self._ref("key_pair") if has_keys else Ref(""),
            public_key=self._public_key,
            rules=() if has_groups else self.rules,
        )

    # Changes

    def operation(self, deaths: Iterable[int] = ()) -> Operation:
        return Operation(self.cloud, deaths)

    def dying(self) -> Iterator[tuple[str, Operation]]:
        """Operations to be run to their end, each of which dies `stride` steps later than the one before, and when they
        die.

        The last of them outlives all its steps.
        """
        for step in itertools.count(1, self.cloud.stride):
            operation = self.operation(once(step))
            yield f"after a death at step {step}", operation
            assert operation.died or step > 1, "it did not die: it noted no part and recorded no call"
            if not operation.died:
                return

    def dying_in_both(self) -> Iterator[tuple[str, Operation, Operation]]:
        """As `dying`, two operations at a time, of which the second undoes what the first does, until both outlive all
        their steps."""
        for first, second in itertools.zip_longest(self.dying(), self.dying()):
            when, one = first or ("", self.operation())
            other_when, other = second or ("", self.operation())
            yield when or other_when, one, other

    def create(self, kind: str, request: Any = None, operation: Operation | None = None) -> Any:
        """Creates one; it is deleted when the bench ends."""
        request = request or self.request(kind)
        operation = operation or self.operation()
        shape = operation.run(self.creating(kind, request))
        self._made.append((kind, Ref(request.name, shape.iid.id, operation.token)))
        return shape

    def creating(self, kind: str, request: Any) -> Step[Any]:
        """The create of a request, for an operation to run."""
        return lambda connection, attempt: connection.handler(kind).create(request, attempt)

    def deleting(self, kind: str, ref: Ref) -> Step[None]:
        """The delete of a resource, for an operation to run."""
        return lambda connection, attempt: connection.handler(kind).delete(ref, attempt)

    def ref(self, kind: str, shape: Any) -> Ref:
        """The Ref of what this bench made, or of what lasts."""
        own = (ref for made, ref in self._made if made == kind and ref.id == shape.iid.id)
        return next(own, None) or Ref(shape.iid.name, shape.iid.id)

    def delete(self, kind: str, ref: Ref, operation: Operation | None = None) -> None:
        self._made = [made for made in self._made if made != (kind, ref)]
        operation = operation or self.operation()
        operation.run(self.deleting(kind, ref))

    def undo(self, kind: str, name: str, operation: Operation, deaths: Iterable[int] = ()) -> None:
        """Compensates a create that has failed or died."""
        self.delete(kind, Ref(name, None, operation.token), operation.undoing(deaths))

    def refused(self, kind: str, request: Any, *expected: type[SpiderError]) -> SpiderError:
        """The error of a create that the cloud must refuse. It is undone, and nothing of it stays."""
        before, operation = self.contents(), self.operation()
        try:
            self.create(kind, request, operation)
        except expected as error:
            self.undo(kind, request.name, operation)
            self.assert_contents(before, "after a refused create was undone")
            return error
        raise AssertionError(f"the cloud granted {request}")

    # Reads

    def read(self, kind: str) -> Any:
        """The handler of a kind, for reads within `reading`."""
        return self.cloud.connection.handler(kind)

    def marked(self, token: str = "") -> Sequence[Marked]:
        """What carries the token of an operation, or of any."""
        with acting(self.cloud):
            every = self.cloud.connection.marked()
        spelled = self.cloud.driver.mark(token)
        return [one for one in every if not token or one.token == spelled]

    def marks(self, kind: str) -> bool:
        """Whether the driver tells what carries tokens, and such a kind can carry one."""
        return self.cloud.capability.marked is not None and kind not in self.cloud.capability.unmarked

    def list(self, kind: str) -> list[Any]:
        with acting(self.cloud):
            shapes: list[Any] = self.read(kind).list()
        return shapes

    def ids(self, kind: str) -> set[str]:
        """Ids in the list, each there once."""
        ids = [shape.iid.id for shape in self.list(kind)]
        assert len(ids) == len(set(ids)), f"the list of {kind} holds something twice: {sorted(ids)}"
        return set(ids)

    def get(self, kind: str, ref: Ref) -> Any:
        with acting(self.cloud):
            return self.read(kind).get(ref)

    def cost(self, step: Callable[[], object]) -> int:
        """Calls that `step` makes, without those that had to be sent again."""
        seen = len(self.cloud.records)
        step()
        return sum(not (self.cloud.throttled and record.error_code) for record in self.cloud.records[seen:])

    def contents(self) -> set[str]:
        """Everything at the cloud."""
        if self.cloud.contents:
            return self.cloud.contents()
        return set(self._listed())

    def assert_contents(self, expected: set[str], when: str) -> None:
        found = self.contents()
        assert found == expected, f"{when}: left over {found - expected}, lost {expected - found}"

    def _listed(self) -> Iterator[str]:
        capability = self.cloud.capability
        for kind in CREATED:
            if kind in capability.kinds and kind not in capability.kept:
                for shape in self.list(kind):
                    yield shape.iid.id
                    yield from (subnet.iid.id for subnet in getattr(shape, "subnets", ()))


def tagged(request: Any) -> Any:
    """The request, with tags for it and, in a VPC's, for its subnets."""
    if subnets := getattr(request, "subnets", ()):
        request = replace(request, subnets=tuple(replace(subnet, tags=TAGS) for subnet in subnets))
    return replace(request, tags=TAGS)


def public_key() -> str:
    """A new Ed25519 public key, one line in OpenSSH's form. Nobody has its private half."""
    prime = 2**255 - 19
    d = -121665 * pow(121666, -1, prime) % prime
    while True:
        y = secrets.randbelow(prime)
        x_squared = (y * y - 1) * pow(d * y * y + 1, -1, prime) % prime
        if pow(x_squared, (prime - 1) // 2, prime) == 1:  # else no point of the curve has this y
            break
    words = (b"ssh-ed25519", y.to_bytes(32, "little"))
    blob = b"".join(len(word).to_bytes(4, "big") + word for word in words)
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} spider-conformance"
