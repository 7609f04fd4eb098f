"""Addresses of a range, handed out one by one."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field


class Exhausted(Exception):
    """No address is left."""


class Taken(Exception):
    """The wanted address is somebody's, or outside of the range."""


@dataclass
class Pool:
    """`first` and `last`: how many addresses at the range's ends the cloud keeps for itself."""

    cidr: str
    first: int = 1
    last: int = 1
    taken: set[str] = field(default_factory=set)

    def take(self, wanted: str | None = None) -> str:
        """The lowest that is free. Raises Exhausted; Taken for a `wanted` one that cannot be had."""
        network = ipaddress.ip_network(self.cidr)
        size = network.num_addresses
        if wanted is not None:
            offset = int(ipaddress.ip_address(wanted)) - int(network.network_address)
            if wanted in self.taken or not self.first <= offset < size - self.last:
                raise Taken(wanted)
            self.taken.add(wanted)
            return wanted
        for offset in range(self.first, size - self.last):
            address = str(network[offset])
            if address not in self.taken:
                self.taken.add(address)
                return address
        raise Exhausted(self.cidr)

    def give_back(self, address: str) -> None:
        self.taken.discard(address)
