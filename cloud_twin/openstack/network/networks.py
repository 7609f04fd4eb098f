"""Networks. `public`, the administrator's, leads outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...centre import Thing
from ..account import ADMIN_PROJECT_ID
from ..errors import NetworkError
from . import kinds
from .collection import Collection, thing_id
from .values import invalid_input

if TYPE_CHECKING:
    from ..facade import OpenStack

# ml2.path_mtu less what VXLAN takes; outside nothing is taken.
MTU, OUTSIDE_MTU = 1450, 1500


class Networks(Collection):
    kind = kinds.NETWORK

    def make(self, cloud: OpenStack, asked: dict[str, Any]) -> Thing:
        if asked["mtu"] > MTU:
            raise invalid_input(f"Requested MTU is too big, maximum is {MTU}")
        for zone in asked["availability_zone_hints"]:
            raise NetworkError(404, "AvailabilityZoneNotFound", f"AvailabilityZone {zone} could not be found.")
        return self.add(cloud, {**asked, "mtu": asked["mtu"] or MTU})

    def change(self, cloud: OpenStack, thing: Thing, asked: dict[str, Any]) -> None:
        if asked.get("mtu", 0) > MTU:
            raise invalid_input(f"Requested MTU is too big, maximum is {MTU}")
        super().change(cloud, thing, asked)

    def leave(self, cloud: OpenStack, thing: Thing) -> None:
        if ports := sorted(thing_id(one) for one in cloud.centre.users(thing.key)):
            raise NetworkError(
                409,
                "NetworkInUse",
                f"Unable to complete operation on network {thing_id(thing)}. There are one or more ports still in use "
                f"on the network, id for these ports is: {','.join(ports)}.",
            )
        super().leave(cloud, thing)

    def shown_made(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        return {**self.shown(cloud, thing), "is_default": thing.body["is_default"]}

    def seen(self, thing: Thing) -> bool:
        return super().seen(thing) or bool(thing.body["router:external"])

    def own(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        body = thing.body
        outside = {"is_default": body["is_default"]} if body["router:external"] else {}
        return {
            "name": body["name"],
            "admin_state_up": body["admin_state_up"],
            "mtu": body["mtu"],
            "status": "ACTIVE",
            "subnets": [thing_id(one) for one in subnets_of(cloud, thing)],
            "shared": body["shared"],
            "availability_zone_hints": [],
            "availability_zones": [],
            "ipv4_address_scope": None,
            "ipv6_address_scope": None,
            "router:external": body["router:external"],
            "port_security_enabled": body["port_security_enabled"],
            **outside,
        }

    def add_outside(self, cloud: OpenStack) -> Thing:
        body = {
            "name": "public",
            "project_id": ADMIN_PROJECT_ID,
            "admin_state_up": True,
            "mtu": OUTSIDE_MTU,
            "shared": False,
            "router:external": True,
            "is_default": False,
            "port_security_enabled": True,
            "revision": 2,
        }
        return self.add(cloud, body)


def subnets_of(cloud: OpenStack, network: Thing) -> list[Thing]:
    return [one for one in cloud.centre.of_kind("subnets") if one.goes_with == network.key]


NETWORKS = Networks()
