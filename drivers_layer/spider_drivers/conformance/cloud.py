"""The one thing that a driver's tests supply: a cloud to run the cases against."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..contract import (
    CallRecord,
    CallRecorder,
    Capability,
    Clock,
    CloudConnection,
    CloudDriver,
    ConnectionInfo,
    Protocol,
    VirtualClock,
)

# Two networks never overlap, for the sake of clouds that forbid it.
_numbers = itertools.cycle(range(1, 250))


def _nothing(*_: object) -> None:
    pass


def _network() -> str:
    return f"10.{next(_numbers)}.0.0/16"


@dataclass
class Cloud:
    """A driver, a cloud that it reaches with `info`, and what the cases must know of that cloud.

    image, spec   names with which a VM can be made
    clock         given to the driver. With a VirtualClock waits cost no time, which suits emulators whose states
                  change at once or by this clock
    sleep         passes the seconds of a Wait; by default the virtual clock is advanced, or time is really slept away,
                  at most `longest_sleep` seconds at a time
    page_size     elements per page of the cloud's lists, as small as the connection can be told to make it
    contents      ids of everything at the cloud, addresses, gateways and disks included, so that nothing stays behind
                  unseen; by default what the handlers list
    calls_seen    how many calls the cloud has served; by default that every call is recorded is checked less sharply
    network       answers the CIDR of a VPC to make, a /16 that overlaps no other; by default in 10.0.0.0/8. Where the
                  cloud has a single VPC, always its own
    subnet_prefix length of the prefix of subnets that the cloud grants
    protocols     that its security groups know
    images, specs names that complete lists must hold
    throttled     the cloud refuses some calls as too fast: a driver may pause right after such a call, for at most 10 s
                  in all until it is granted. The pause is passed as a Wait is
    lasting       by kind, a VPC, security group, key pair or VM for the cases to refer to and to change, made by a
                  bench's `to_last` before all of them where that takes long; by default each case makes its own
    stride        deaths are tried at every `stride`-th step: more than 1 where a turn takes long
    sink          given each record too
    """

    driver: CloudDriver
    info: ConnectionInfo
    image: str = ""
    spec: str = ""
    clock: Clock = field(default_factory=VirtualClock)
    sleep: Callable[[float], None] | None = None
    longest_sleep: float = 1.0
    page_size: int | None = None
    contents: Callable[[], set[str]] | None = None
    calls_seen: Callable[[], int] | None = None
    network: Callable[[], str] = _network
    subnet_prefix: int = 24
    protocols: frozenset[Protocol] = frozenset(Protocol)
    images: frozenset[str] = frozenset()
    specs: frozenset[str] = frozenset()
    throttled: bool = False
    lasting: Mapping[str, Any] = field(default_factory=dict)
    stride: int = 1
    sink: Callable[[CallRecord], None] = field(default=_nothing, repr=False)
    records: list[CallRecord] = field(default_factory=list, repr=False)
    after_call: Callable[[], None] = field(default=_nothing, repr=False)
    _connection: CloudConnection | None = field(default=None, repr=False)

    @property
    def capability(self) -> Capability:
        return self.driver.capability()

    @property
    def connection(self) -> CloudConnection:
        """The connection in use; made anew after a death."""
        if self._connection is None:
            self._connection = self.new_connection()
        return self._connection

    def new_connection(self, credential: Mapping[str, str] | None = None) -> CloudConnection:
        """A connection of its own, with another credential if one is given."""
        info = self.info if credential is None else replace(self.info, credential=credential)
        recorder = CallRecorder(self.clock, self._record, secrets=self.capability.secrets(info.credential))
        return self.driver.connect(info, recorder)

    def disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        if self.sleep:
            self.sleep(seconds)
        elif isinstance(self.clock, VirtualClock):
            self.clock.advance(seconds)
        else:
            time.sleep(min(seconds, self.longest_sleep))

    def _record(self, record: CallRecord) -> None:
        self.records.append(record)
        self.sink(record)
        self.after_call()
