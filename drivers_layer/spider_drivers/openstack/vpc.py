"""VPCs: a network with subnets and a router. A network itself has no range."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from ..contract import (
    Attempt,
    Iid,
    NotFound,
    Part,
    Ref,
    SubnetRequest,
    Vpc,
    VpcHandler,
    VpcRequest,
    Wait,
    details,
    handling,
)
from . import building, capability, marks, subnets, tags
from .calls import OpenStack, Thing, path
from .errors import Fields, understood
from .names import UUID, id_of
from .router import NETWORKS, PORTS, ROUTER, Routers, is_interface, subnets_of
from .subnets import Subnets

NETWORK = "network"
_FIELDS: Fields = ((r"name", "name"),)
# Of ports that the cloud makes in a network and takes away with it: network:dhcp, network:distributed, …
_CLOUDS_OWN = "network:"


class OpenStackVpcs(VpcHandler):
    """Lists hold every network that the project may use but the external ones, with its subnets."""

    def __init__(self, cloud: OpenStack, routers: Routers) -> None:
        self._cloud = cloud
        self._subnets = Subnets(cloud)
        self._routers = routers

    def list(self) -> list[Vpc]:
        networks = self._cloud.all(NETWORKS, **{"router:external": False})
        found = self._cloud.all(subnets.SUBNETS)
        with understood():
            by_network: dict[str, list[Thing]] = {}
            for subnet in found:
                by_network.setdefault(subnet["network_id"], []).append(subnet)
            return [_vpc(network, by_network.get(network["id"], [])) for network in networks]

    def get(self, ref: Ref) -> Vpc:
        network = self._described(id_of(ref, "VPC"))
        found = self._subnets.of(network["id"])
        with understood():
            return _vpc(network, found)

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: network, one per subnet, router, one interface per subnet, visible; one for the tags of each."""
        for subnet in request.subnets:
            subnets.check(subnet, subnets.OF_A_VPC)
        request.check(capability.CAPABILITY)
        tags.check(request.tags, of_server=False)

        def network() -> str:
            return attempt.parts[NETWORK]

        parts = [
            Part(NETWORK, partial(self._make_network, request, attempt), lambda: self._id_by_token(attempt.token)),
            *tags.parts(self._cloud, NETWORK, NETWORKS, network, request.tags),
            *self._subnet_parts(network, request.subnets, attempt, subnets.OF_A_VPC),
            self._routers.part(request.name, network),
            *self._interfaces(lambda: attempt.parts[ROUTER], request.subnets, attempt),
        ]
        return self._created(parts, network, request.subnets, attempt)

    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: the subnet, its tags, its interface, visible."""
        subnets.check(request, subnets.ALONE)
        network = id_of(ref, "VPC")
        self._described(network)
        parts = [
            *self._subnet_parts(lambda: network, [request], attempt, subnets.ALONE),
            *self._interfaces(cache(lambda: self._routers.of(network) or ""), [request], attempt),
        ]
        return self._created(parts, lambda: network, [request], attempt)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        network = ref.id or attempt.parts.get(NETWORK) or self._id_by_token(ref.token)
        if not network or not UUID.fullmatch(network):
            return building.delete([], attempt)
        ports = self._cloud.all(PORTS, network_id=network)
        router = self._routers.of(network) or attempt.parts.get(ROUTER, "")
        # Nobody was told of the id of a VPC whose create failed, and neutron itself refuses when others use it.
        if ref.id:
            handling.refuse_in_use("VPC", network, _users(ports, router))
        own = {subnet for port in ports if router and port["device_id"] == router for subnet in subnets_of(port)}
        leave = [building.removal(f"interface {one}", partial(self._routers.leave, router, one)) for one in own]
        # The subnets go with the network.
        whole = [(NETWORK, partial(building.deleted, self._cloud, path(NETWORKS, network)))]
        if router:
            whole.append((ROUTER, partial(self._routers.remove, router)))
        removals = [building.removal(name, partial(building.patiently, attempt, remove)) for name, remove in whole]
        return building.delete([*removals, *leave], attempt)

    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        network = id_of(ref, "VPC")
        made = attempt.parts.get(subnets.PART + subnet.name)
        cloud_id = subnet.id or made or self._subnets.id_by_token(network, subnet.token, subnet.name)
        if not cloud_id or not UUID.fullmatch(cloud_id) or self._subnets.elsewhere(cloud_id, network):
            return building.delete([], attempt)
        router = self._routers.of(network) or ""
        if subnet.id:
            ports = self._cloud.all(PORTS, network_id=network)
            inside = [port for port in ports if cloud_id in subnets_of(port)]
            handling.refuse_in_use("subnet", cloud_id, _users(inside, router))
        leave = [building.removal("interface", partial(self._routers.leave, router, cloud_id))] if router else []
        remove = partial(building.patiently, attempt, partial(self._subnets.remove, cloud_id))
        return building.delete([building.removal("subnet", remove), *leave], attempt)

    def _subnet_parts(
        self, network: Callable[[], str], requests: Sequence[SubnetRequest], attempt: Attempt, fields: Fields
    ) -> Iterator[Part]:
        for request in requests:
            yield from self._subnets.parts(network, request, attempt, fields)

    def _interfaces(
        self, router: Callable[[], str], requests: Sequence[SubnetRequest], attempt: Attempt
    ) -> Iterator[Part]:
        for request in requests:
            made = subnets.PART + request.name
            yield self._routers.interface(request.name, router, partial(attempt.parts.__getitem__, made))

    def _created(
        self, parts: Sequence[Part], network: Callable[[], str], requests: Sequence[SubnetRequest], attempt: Attempt
    ) -> Vpc | Wait:
        def complete(vpc: Vpc) -> bool:
            shown = {subnet.iid.id for subnet in vpc.subnets}
            return {attempt.parts[subnets.PART + request.name] for request in requests} <= shown

        return building.create(parts, attempt, lambda: self.get(Ref("", network())), complete)

    def _make_network(self, request: VpcRequest, attempt: Attempt, _: str) -> str:
        body = {"name": request.name, "description": marks.by_token(attempt.token)}
        return str(self._cloud.post(NETWORKS, {"network": body}, _FIELDS)["network"]["id"])

    def _described(self, network: str) -> Thing:
        """Raises NotFound."""
        found: Thing = self._cloud.get(path(NETWORKS, network))["network"]
        if found.get("router:external"):
            raise NotFound(f"the VPC '{network}' does not exist: it is an external network")
        return found

    def _id_by_token(self, token: str) -> str | None:
        found = self._cloud.all(NETWORKS, description=marks.by_token(token)) if token else []
        return next((str(one["id"]) for one in found), None)


def _users(ports: Sequence[Thing], router: str) -> Iterator[str]:
    """What keeps a network or subnet from being deleted: what has a port there but its own router and the cloud."""
    for port in ports:
        if is_interface(port) and port["device_id"] != router:
            yield port["device_id"]
        elif not str(port.get("device_owner", "")).startswith(_CLOUDS_OWN):
            yield port.get("device_id") or port["id"]


def _vpc(network: Thing, own: Sequence[Thing]) -> Vpc:
    # Neutron's times are whole seconds, and its ids random.
    ordered = sorted(own, key=lambda subnet: (str(subnet.get("created_at")), str(subnet.get("cidr"))))
    return Vpc(
        iid=Iid(network.get("name") or "", network["id"]),
        cidr="",
        subnets=tuple(subnets.as_subnet(one) for one in ordered),
        tags=tags.told(network),
        details=details.told(network, but=("id", "name", "tags", "subnets", "description", "tenant_id")),
    )
