"""Adaptive IPs: public addresses that lead to a server's private one. Each VM has one, which comes and goes with it."""

from __future__ import annotations

import contextlib
import random

from ..contract import AlreadyExists, NoCapacity, NotFound, Unavailable
from . import capability
from .calls import Cloudit, Thing
from .errors import Asked

# How many free addresses are tried where others take them at the same time.
_TRIES = 3


class Addresses:
    def __init__(self, cloudit: Cloudit) -> None:
        self._cloudit = cloudit

    def of(self, server: Thing) -> list[str]:
        """Those that lead to a server's private address, and the one that it tells itself."""
        told, private = str(server.get("adaptiveIp") or ""), server.get("privateIp")
        found = self._cloudit.all("dna/adaptive-ips")
        leading = [str(one["ip"]) for one in found if private and one.get("privateIp") == private]
        return [*leading, *([told] if told and told not in leading else [])]

    def free(self) -> list[str]:
        """Raises NoCapacity where there is none."""
        found = [str(one["addr"]) for one in self._cloudit.all("dna/ips") if one.get("addr")]
        if not found:
            raise NoCapacity("Cloudit has no free public address left for the tenant")
        return found

    def give(self, vm: str, server: Thing) -> str:
        """A free one, which leads to the server now. Any of them: others would take the first too."""
        free = self.free()
        for address in random.sample(free, min(_TRIES, len(free))):
            with contextlib.suppress(AlreadyExists):
                body: Thing = {"ip": address, "name": name_of(vm), "privateIp": server["privateIp"], "protection": 0}
                asked = Asked(conflict=AlreadyExists)
                self._cloudit.call("POST", "dna/adaptive-ips", body=body, asked=asked)
                return address
        for address in self.of(server):
            return address
        raise Unavailable("the public addresses that were free have been taken by others")

    def take_back(self, address: str) -> None:
        """What is gone is no error."""
        with contextlib.suppress(NotFound):
            self._cloudit.call("DELETE", "dna/adaptive-ips/{}", address)


def name_of(vm: str) -> str:
    return f"{vm[: capability.LONGEST_NAME - len(capability.ADDRESS_SUFFIX)]}{capability.ADDRESS_SUFFIX}"
