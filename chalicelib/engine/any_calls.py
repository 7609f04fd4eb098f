"""Calls of a cloud's own, which no other action covers."""

from __future__ import annotations

from dataclasses import replace

from spider_drivers.contract import CloudConnection, Unsupported

from ..catalogue.asked import CloudCall
from .call import Call
from .connections import Connections
from .reads import Reads


class AnyCalls:
    def __init__(self, connections: Connections, reads: Reads) -> None:
        self._connections = connections
        self._reads = reads

    def perform(self, call: Call) -> CloudCall:
        """Recorded under the call's name. Raises Unsupported, naming those that the cloud has."""
        wanted: CloudCall = call.body
        target = self._connections.target(call.connection)

        def make(cloud: CloudConnection) -> CloudCall:
            known = cloud.any_calls()
            if wanted.name not in known:
                names = ", ".join(sorted(known)) or "none"
                text = f"{target.info.provider} has no call '{wanted.name}': not implemented (it has {names})"
                raise Unsupported(text, field="FID")
            return replace(wanted, told=dict(known[wanted.name](wanted.given)))

        return self._reads.ask(replace(call, name=wanted.name), target, make)
