"""The parts of a new VM."""

from __future__ import annotations

from collections.abc import Sequence

from ..contract import (
    Attempt,
    Invalid,
    MissingReference,
    NotFound,
    Part,
    Refused,
    Vm,
    VmRequest,
    VmStatus,
    Wait,
)
from . import errors, image, key_pair, marks, server, tags
from .calls import MICROVERSION, WITH_VOLUME_TYPES, OpenStack, Thing, path
from .names import referred
from .router import PORTS, Routers
from .servers import ADDRESSES, SERVERS, Servers
from .spec import OpenStackSpecs
from .subnets import SUBNETS

PORT, SERVER, ADDRESS = "port", "server", "address"
LOOK_AGAIN_SECONDS = 1.0
_NO_ADDRESS = "none"


class Launch:
    """Port, server, address. `zone`: where the server goes ("": where nova likes)."""

    def __init__(
        self,
        cloud: OpenStack,
        specs: OpenStackSpecs,
        routers: Routers,
        zone: str,
        request: VmRequest,
        attempt: Attempt,
    ) -> None:
        self._cloud = cloud
        self._servers = Servers(cloud)
        self._specs = specs
        self._routers = routers
        self._zone = zone
        self._request = request
        self._attempt = attempt
        self._made: Thing | None = None  # the port, as neutron has just made it
        # A wrong image or spec is found before anything is made.
        self._base, self._flavor, self._key = ({}, {}, "") if SERVER in attempt.parts else self._preflight()

    def parts(self) -> list[Part]:
        token = self._attempt.token
        return [
            Part(PORT, self._make_port, lambda: _first(self._servers.made(PORTS, token))),
            Part(SERVER, self._make_server, lambda: self._servers.id_by_token(token), self._running),
            Part(ADDRESS, self._make_address, lambda: _first(self._servers.made(ADDRESSES, token))),
        ]

    def complete(self, vm: Vm) -> bool:
        """Nova learns of an address a moment after neutron."""
        return bool(vm.public_ip) or self._attempt.parts[ADDRESS] == _NO_ADDRESS

    def _preflight(self) -> tuple[Thing, Thing, str]:
        request = self._request
        if not (request.subnet.id or request.subnet.name):
            raise Invalid("a VM in a VPC needs one of its subnets", field="subnet")
        tags.check(request.tags, of_server=True)
        flavor = self._specs.named(request.spec)
        return image.described(self._cloud, request.image, field="image"), flavor, self._public_key()

    def _public_key(self) -> str:
        """The engine knows the key pairs that it has made; of others nova tells the public half."""
        request = self._request
        if request.public_key or not request.key_pair.name:
            return request.public_key
        try:
            return str(key_pair.described(self._cloud, request.key_pair.id or request.key_pair.name)["public_key"])
        except NotFound as error:
            raise MissingReference(error.message, field="key_pair", code=error.code, text=error.text) from None

    def _make_port(self, _: str) -> str:
        request = self._request
        subnet = referred(request.subnet, "subnet", "subnet")
        body: Thing = {
            "name": request.name,
            "description": marks.by_token(self._attempt.token),
            "network_id": self._network(subnet),
            "fixed_ips": [{"subnet_id": subnet}],
        }
        if request.security_groups:  # else neutron takes the project's default group
            groups = request.security_groups
            body["security_groups"] = [referred(group, "security group", "security_groups") for group in groups]
        self._made = self._cloud.post(PORTS, {"port": body}, server.PORT_FIELDS)["port"]
        return str(self._made["id"])

    def _network(self, subnet: str) -> str:
        vpc = self._request.vpc
        if vpc.id or vpc.name:
            return referred(vpc, "VPC", "vpc")
        return str(self._cloud.get(path(SUBNETS, subnet), ((r"", "subnet"),))["subnet"]["network_id"])

    def _port(self) -> Thing:
        return self._made or dict(self._cloud.get(path(PORTS, self._attempt.parts[PORT]))["port"])

    def _make_server(self, _: str) -> str:
        port, token = self._port(), self._attempt.token
        body = server.body(self._request, self._base, self._flavor, port, self._key, self._zone, token)
        version = WITH_VOLUME_TYPES if self._request.root_disk_type else MICROVERSION
        answer = self._cloud.post(SERVERS, {"server": body}, server.FIELDS, microversion=version)
        return str(answer["server"]["id"])

    def _running(self, cloud_id: str) -> Wait | None:
        """Until it is there for the first time. Nova is at work on what is ACTIVE with a task."""
        if ADDRESS in self._attempt.parts:
            return None
        found = self._servers.described(cloud_id)
        status, task = server.status_of(found), found.get("OS-EXT-STS:task_state")
        if status is VmStatus.RUNNING and not task:
            return None
        if status in (VmStatus.FAILED, VmStatus.SUSPENDED, VmStatus.TERMINATING):
            raise errors.from_fault(found)
        return Wait(LOOK_AGAIN_SECONDS, f"the VM is {found['status']} ({task})")

    def _make_address(self, _: str) -> str:
        external = self._routers.external_network()
        if external is None:
            return _NO_ADDRESS
        body = {
            "floating_network_id": external["id"],
            "port_id": self._attempt.parts[PORT],
            "description": marks.by_token(self._attempt.token),
        }
        try:
            return str(self._cloud.post(ADDRESSES, {"floatingip": body})["floatingip"]["id"])
        except NotFound as unreachable:  # no router leads from the subnet to the external network
            raise Refused(unreachable.message, code=unreachable.code, text=unreachable.text) from None


def _first(found: Sequence[str]) -> str | None:
    return next(iter(found), None)
