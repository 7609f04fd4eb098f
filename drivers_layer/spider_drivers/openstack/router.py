"""The router of a VPC, made and removed along with it: a gateway to the first external network, an interface in each
subnet. Its description names the network."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from ..contract import NotFound, Part
from . import building, marks
from .calls import OpenStack, Thing, path
from .errors import Fields
from .names import LONGEST_NAME

ROUTERS, PORTS, NETWORKS = "network/routers", "network/ports", "network/networks"
ROUTER, INTERFACE = "router", "interface "  # parts; an interface's is this and its subnet's name
_SUFFIX, _NONE = "-Router", "none"
# `network:router_interface`, `network:router_interface_distributed`, `network:ha_router_replicated_interface`
_OWNERS = ("network:router_interface", "network:ha_router_replicated_interface")
_FIELDS: Fields = ((r"Network\w*NotFound|Subnet\w*NotFound", ""),)


@dataclass(frozen=True)
class Routers:
    """The external network is looked for once."""

    cloud: OpenStack
    _known: list[Thing | None] = field(default_factory=list)

    def external_network(self) -> Thing | None:
        """The first one, as CB-Spider takes it; None on a cloud without."""
        if not self._known:
            found = self.cloud.all(NETWORKS, **{"router:external": True})
            self._known.append(next(iter(found), None))
        return self._known[0]

    def of(self, network: str) -> str | None:
        """The id of the VPC's router."""
        found = self.cloud.all(ROUTERS, description=marks.of_vpc(network))
        return next((str(one["id"]) for one in found), None)

    def part(self, name: str, network: Callable[[], str]) -> Part:
        """`name`: the VPC's. Without an external network the router has no gateway."""

        def make(_: str) -> str:
            body: Thing = {"name": name[: LONGEST_NAME - len(_SUFFIX)] + _SUFFIX}
            external = self.external_network()
            if external:
                body["external_gateway_info"] = {"network_id": external["id"]}
            body["description"] = marks.of_vpc(network())
            return str(self.cloud.post(ROUTERS, {"router": body}, _FIELDS)["router"]["id"])

        return Part(ROUTER, make, lambda: self.of(network()))

    def interface(self, name: str, router: Callable[[], str], subnet: Callable[[], str]) -> Part:
        """`name`: the subnet's. `router`: "" where the VPC has none of ours."""

        def make(_: str) -> str:
            if not router():
                return _NONE
            answer = self.cloud.put(path(ROUTERS, router(), "add_router_interface"), {"subnet_id": subnet()}, _FIELDS)
            return str(answer["port_id"])

        def find() -> str | None:
            return self._port(router(), subnet()) if router() else _NONE

        return Part(INTERFACE + name, make, find)

    def leave(self, router: str, subnet: str) -> None:
        """Takes the interface away. Gone is success. Raises InUse."""
        with contextlib.suppress(NotFound):
            self.cloud.put(path(ROUTERS, router, "remove_router_interface"), {"subnet_id": subnet})

    def remove(self, router: str) -> None:
        building.deleted(self.cloud, path(ROUTERS, router))

    def _port(self, router: str, subnet: str) -> str | None:
        return next((str(one["id"]) for one in self.ports(router) if subnet in subnets_of(one)), None)

    def ports(self, router: str) -> list[Thing]:
        """Its interfaces, not its gateway."""
        return [one for one in self.cloud.all(PORTS, device_id=router) if is_interface(one)]


def is_interface(port: Thing) -> bool:
    return str(port.get("device_owner", "")).startswith(_OWNERS)


def subnets_of(port: Thing) -> set[str]:
    return {str(one["subnet_id"]) for one in port.get("fixed_ips", ())}
