"""VMs: a port, a server on it, and a floating address, which go together."""

from __future__ import annotations

import builtins

from ..contract import Attempt, Iid, Ref, Vm, VmHandler, VmRequest, VmStatus, Wait, converge
from . import building, server
from .calls import OpenStack, Thing, path
from .errors import NotReady, understood
from .launch import LOOK_AGAIN_SECONDS, SERVER, Launch
from .names import id_of
from .router import PORTS, Routers
from .servers import SERVERS, Servers
from .spec import OpenStackSpecs
from .termination import Termination


class OpenStackVms(VmHandler):
    """A list tells the port of a server that Spider made as it was when it was made, security groups included: nova
    does not tell it, and to ask neutron would cost pages of ports. `get` asks.

    `zone`: where VMs go ("": where nova likes)."""

    def __init__(self, cloud: OpenStack, specs: OpenStackSpecs, routers: Routers, zone: str) -> None:
        self._cloud = cloud
        self._servers = Servers(cloud)
        self._specs = specs
        self._routers = routers
        self._zone = zone

    def list(self) -> list[Vm]:
        found = self._servers.all()
        foreign = {one["id"] for one in found if not server.spiders(one)}
        ports: dict[str, builtins.list[Thing]] = {}
        for port in self._cloud.all(PORTS) if foreign else ():
            if port.get("device_id") in foreign:
                ports.setdefault(port["device_id"], []).append(port)
        with understood():
            return [server.as_vm(one, ports.get(one["id"], ()), self._cloud.region) for one in found]

    def get(self, ref: Ref) -> Vm:
        found = self._servers.described(id_of(ref, "VM"))
        ports = self._cloud.all(PORTS, device_id=found["id"])
        with understood():
            return server.as_vm(found, ports, self._cloud.region)

    def statuses(self) -> builtins.list[tuple[Iid, VmStatus]]:
        return [(Iid(one["name"], one["id"]), server.status_of(one)) for one in self._servers.all()]

    def status(self, ref: Ref) -> VmStatus:
        return server.status_of(self._servers.described(id_of(ref, "VM")))

    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        """Parts: port, server, address (noted as `none` on a cloud without external networks), visible."""
        launch = Launch(self._cloud, self._specs, self._routers, self._zone, request, attempt)
        return building.create(
            launch.parts(), attempt, lambda: self.get(Ref(request.name, attempt.parts[SERVER])), launch.complete
        )

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        return Termination(self._cloud, ref, attempt).run()

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "os-stop", VmStatus.SUSPENDING, VmStatus.SUSPENDED)

    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "os-start", VmStatus.RESUMING, VmStatus.RUNNING)

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "reboot", VmStatus.REBOOTING, None)

    def _control(
        self, ref: Ref, attempt: Attempt, action: str, sent_word: VmStatus, wanted: VmStatus | None
    ) -> VmStatus | Wait:
        from_state = VmStatus.SUSPENDED if wanted is VmStatus.RUNNING else VmStatus.RUNNING
        cloud_id = id_of(ref, "VM")
        seen: builtins.list[Thing] = []

        def status() -> VmStatus:
            seen.append(self._servers.described(cloud_id))
            return server.status_of(seen[-1])

        def send() -> None:
            verb = server.RESUMING.get(seen[-1]["status"], action)
            told = {"type": "SOFT"} if verb == "reboot" else None
            self._cloud.post(path(SERVERS, cloud_id, "action"), {verb: told})

        try:
            return converge.control(
                attempt,
                status=status,
                send=send,
                sent_word=sent_word,
                wanted=wanted,
                allowed=frozenset({from_state}),
            )
        except NotReady as busy:  # of a server that is ACTIVE again, for a moment after a reboot
            return Wait(LOOK_AGAIN_SECONDS, busy.message)
