"""Subnets of a VPC, one at a time."""

from __future__ import annotations

from typing import Any

from spider_drivers.contract import AlreadyExists, NotFound, Ref, Subnet, SubnetRequest, Vpc

from ..catalogue.kinds import SUBNET
from ..store import Store
from . import identities
from .call import Call
from .changes import Changes
from .identities import Identities, Identity, State
from .reads import Reads
from .settings import Settings


class Members:
    def __init__(self, settings: Settings, store: Store, changes: Changes, reads: Reads) -> None:
        self._settings = settings
        self._changes = changes
        self._reads = reads
        self._identities = Identities(store)

    def add(self, call: Call) -> Any:
        return self._changes.once(call, self._add)

    def remove(self, call: Call) -> Any:
        return self._changes.once(call, self._remove)

    def remove_at_cloud(self, call: Call) -> Any:
        return self._changes.once(call, self._remove_at_cloud)

    def get(self, call: Call) -> Subnet:
        """Raises NotFound."""
        vpc: Vpc = self._reads.get(call)
        for subnet in vpc.subnets:
            if subnet.iid.name == call.member:
                return subnet
        raise _unknown(call)

    def _add(self, call: Call) -> Any:
        vpc = self._identities.get(call.connection, call.kind, call.name)
        request: SubnetRequest = call.body
        if self._find(call, vpc, request.name):
            text = f"{SUBNET.title} '{request.name}' already exists in connection '{call.connection}', VPC '{vpc.name}'"
            raise AlreadyExists(text, field="name")
        opening = self._changes.opening(vpc, "add_subnet", self._settings.create_deadline, request)
        subnet = Identity(
            connection=vpc.connection,
            kind=SUBNET.name,
            owner=vpc.name,
            name=request.name,
            state=State.CREATING,
            operation=opening.id,
            token=opening.id,
        )
        return self._changes.change(call, vpc, opening, State.ACTIVE, [identities.opened(subnet)])

    def _remove(self, call: Call) -> Any:
        vpc = self._identities.get(call.connection, call.kind, call.name)
        subnet = self._find(call, vpc, call.member)
        if subnet is None:
            raise _unknown(call)
        force: bool = call.body
        if not force:
            self._changes.check_unused(subnet)
        return self.open_removal(call, vpc, subnet.ref, force=force)

    def _remove_at_cloud(self, call: Call) -> Any:
        vpc = self._identities.get(call.connection, call.kind, call.name)
        known = self._identities.of_connection(call.connection).known(SUBNET.name, call.member)
        return self.open_removal(call, vpc, known.ref if known else Ref("", call.member))

    def open_removal(self, call: Call, vpc: Identity, subnet: Ref, *, force: bool = False) -> Any:
        """Without an id it is that of the subnet's name and token. Raises Conflict."""
        seconds = self._settings.force_deadline if force else self._settings.delete_deadline
        opening = self._changes.opening(vpc, "remove_subnet", seconds, subnet, force=force)
        return self._changes.change(call, vpc, opening, State.ACTIVE)

    def _find(self, call: Call, vpc: Identity, name: str) -> Identity | None:
        return self._identities.find(call.connection, SUBNET.name, name, vpc.name)


def _unknown(call: Call) -> NotFound:
    text = f"{SUBNET.title} '{call.member}' does not exist in connection '{call.connection}', VPC '{call.name}'"
    return NotFound(text, field="name")
