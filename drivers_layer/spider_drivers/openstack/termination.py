"""What goes with a VM, in the order in which it goes: the floating address, the server, the port."""

from __future__ import annotations

import contextlib
from functools import partial

from ..contract import Attempt, NotFound, Ref, VmStatus, Wait
from . import building, marks, server
from .calls import OpenStack, Thing, path
from .launch import LOOK_AGAIN_SECONDS, PORT, SERVER
from .names import UUID
from .router import PORTS
from .servers import ADDRESSES, SERVERS, Servers

DELETING = "deleting"  # noted once nova has granted the server's deletion


class Termination:
    """An address and a port that somebody else has made stay."""

    def __init__(self, cloud: OpenStack, ref: Ref, attempt: Attempt) -> None:
        self._cloud = cloud
        self._servers = Servers(cloud)
        self._token = ref.token
        self._attempt = attempt
        self._id = ref.id or attempt.parts.get(SERVER) or self._servers.id_by_token(ref.token) or ""
        self._shown = self._described()

    def run(self) -> Wait | None:
        port = self._port()
        parts = [
            *([building.removal(PORT, partial(building.deleted, self._cloud, path(PORTS, port)))] if port else []),
            *([building.removal(SERVER, self._remove_server)] if UUID.fullmatch(self._id) else []),
            building.removal("address", partial(self._remove_addresses, port)),
        ]
        return building.delete(parts, self._attempt)

    def _described(self) -> Thing:
        """{} for what is not shown."""
        with contextlib.suppress(NotFound):
            if UUID.fullmatch(self._id):
                return self._servers.described(self._id)
        return {}

    def _port(self) -> str:
        """Noted before the server goes, which alone tells it where the token is not known."""
        noted = self._attempt.parts.get(PORT, "")
        if noted:
            return noted
        told = str((self._shown.get("metadata") or {}).get(server.PORT, ""))
        port = told or next(iter(self._servers.made(PORTS, self._token)), "")
        if port:
            self._attempt.note(PORT, port)
        return port

    def _remove_addresses(self, port: str) -> Wait | None:
        asked = {"description": marks.by_token(self._token)} if self._token else {"port_id": port}
        shown = self._cloud.all(ADDRESSES, **asked) if self._token or port else []
        for one in shown:
            if marks.ours(one):
                building.deleted(self._cloud, path(ADDRESSES, one["id"]))
        expected = set() if DELETING in self._attempt.parts else server.floating(self._shown)
        for address in sorted(expected - {one["floating_ip_address"] for one in shown}):
            if not self._cloud.all(ADDRESSES, floating_ip_address=address):
                return Wait(LOOK_AGAIN_SECONDS, f"neutron does not show the VM's address {address} yet")
        return None

    def _remove_server(self) -> Wait | None:
        if not self._shown and DELETING in self._attempt.parts:
            return None
        if not self._shown or server.status_of(self._shown) is not VmStatus.TERMINATING:
            try:
                self._cloud.delete(path(SERVERS, self._id))
            except NotFound:
                return None
            self._attempt.note(DELETING, self._id)
        return Wait(LOOK_AGAIN_SECONDS, "the VM is being deleted")
