"""Routers: a gateway to a network outside, and interfaces in subnets, which are ports."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from ...centre import Thing
from ...facade import Call
from ..account import PROJECT_ID
from ..errors import NetworkError
from . import kinds
from .collection import Collection, read_body, thing_id, touch
from .networks import NETWORKS, subnets_of
from .ports import PORTS, ROUTER_INTERFACE
from .reading import disallowed, refused
from .subnets import SUBNETS, take_address
from .values import Wrong, bad_request, uuid_text

if TYPE_CHECKING:
    from ..facade import OpenStack

_GATEWAY_MEMBERS = ("network_id",)
_GUARDED_MEMBERS = ("enable_snat", "external_fixed_ips", "qos_policy_id")


class Routers(Collection):
    kind = kinds.ROUTER

    def make(self, cloud: OpenStack, asked: dict[str, Any]) -> Thing:
        outside = self._outside(cloud, asked.pop("external_gateway_info"), "create")
        router = self.add(cloud, {**asked, "gateway": None})
        self._set_gateway(cloud, router, outside)
        router.body["revision"] += outside is not None
        return router

    def change(self, cloud: OpenStack, thing: Thing, asked: dict[str, Any]) -> None:
        if "external_gateway_info" in asked:
            outside = self._outside(cloud, asked.pop("external_gateway_info"), "update")
            self._refuse_needed_gateway(cloud, thing, outside)
            self._set_gateway(cloud, thing, outside)
        super().change(cloud, thing, asked)

    def leave(self, cloud: OpenStack, thing: Thing) -> None:
        if ports := sorted(thing_id(one) for one in interfaces_of(cloud, thing)):
            text = f"Router {thing_id(thing)} has ports still attached: {', '.join(ports)}"
            raise NetworkError(409, "RouterInUse", text)
        super().leave(cloud, thing)

    def own(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        return {
            "name": thing.body["name"],
            "admin_state_up": thing.body["admin_state_up"],
            "status": "ACTIVE",
            "external_gateway_info": thing.body["gateway"],
            "availability_zones": [],
            "availability_zone_hints": [],
            "routes": [],
            "flavor_id": None,
        }

    def add_interface(self, cloud: OpenStack, call: Call) -> dict[str, Any]:
        router, body = self.named(cloud, call), read_body(call)
        cloud.require(call, ("add_router_interface",))
        if body.get("subnet_id") and body.get("port_id"):
            raise bad_request("router", "Cannot specify both subnet-id and port-id")
        if body.get("port_id"):
            port = self._by_port(cloud, router, PORTS.find(cloud, body["port_id"]))
        else:
            port = self._by_subnet(cloud, router, SUBNETS.find(cloud, _subnet_id(body)))
        touch(cloud, router)
        return _answer(router, port)

    def remove_interface(self, cloud: OpenStack, call: Call) -> dict[str, Any]:
        router, body = self.named(cloud, call), read_body(call)
        cloud.require(call, ("remove_router_interface",))
        port = self._interface(cloud, router, body)
        subnet_id = port.body["fixed_ips"][0]["subnet_id"]
        for floating in cloud.centre.of_kind("floatingips"):
            if floating.body["router_id"] == thing_id(router) and _lies_in(cloud, floating, subnet_id):
                text = (
                    f"Router interface for subnet {subnet_id} on router {thing_id(router)} cannot be deleted, as it is "
                    "required by one or more floating IPs."
                )
                raise NetworkError(409, "RouterInterfaceInUseByFloatingIP", text)
        cloud.centre.remove(port.key)
        touch(cloud, router)
        return _answer(router, port)

    def _by_subnet(self, cloud: OpenStack, router: Thing, subnet: Thing) -> Thing:
        if not subnet.body["gateway_ip"]:
            raise bad_request("router", "Subnet for router interface must have a gateway IP")
        self._refuse_overlap(cloud, router, subnet)
        asked = {
            "name": "",
            "admin_state_up": True,
            "network_id": subnet.body["network_id"],
            "device_id": thing_id(router),
            "device_owner": ROUTER_INTERFACE,
            "fixed_ips": [{"subnet_id": thing_id(subnet), "ip_address": subnet.body["gateway_ip"]}],
            "allowed_address_pairs": [],
            "binding:vnic_type": "normal",
            "description": "",
        }
        port = PORTS.make(cloud, asked)
        port.body.update(status="ACTIVE", revision=3)
        return port

    def _by_port(self, cloud: OpenStack, router: Thing, port: Thing) -> Thing:
        if port.body["device_id"]:
            text = (
                f"Unable to complete operation on port {thing_id(port)} for network {port.body['network_id']}. Port "
                f"already has an attached device {port.body['device_id']}."
            )
            raise NetworkError(409, "PortInUse", text)
        if not port.body["fixed_ips"]:
            raise bad_request("router", "Router port must have at least one fixed IP")
        for one in port.body["fixed_ips"]:
            self._refuse_overlap(cloud, router, SUBNETS.find(cloud, one["subnet_id"]))
        PORTS.attach(cloud, port, ROUTER_INTERFACE, thing_id(router), "ACTIVE")
        return port

    def _refuse_overlap(self, cloud: OpenStack, router: Thing, subnet: Thing) -> None:
        for port in interfaces_of(cloud, router):
            for one in port.body["fixed_ips"]:
                if one["subnet_id"] == thing_id(subnet):
                    raise bad_request("router", f"Router already has a port on subnet {thing_id(subnet)}")
                other = SUBNETS.find(cloud, one["subnet_id"])
                mine, theirs = (ipaddress.ip_network(each.body["cidr"]) for each in (subnet, other))
                if mine.overlaps(theirs):
                    text = (
                        f"Cidr {mine} of subnet {thing_id(subnet)} overlaps with cidr {theirs} of subnet "
                        f"{thing_id(other)}"
                    )
                    raise bad_request("router", text)

    def _interface(self, cloud: OpenStack, router: Thing, body: dict[str, Any]) -> Thing:
        found = interfaces_of(cloud, router)
        if port_id := body.get("port_id"):
            for port in found:
                if thing_id(port) == port_id:
                    return port
            text = f"Router {thing_id(router)} does not have an interface with id {port_id}"
            raise NetworkError(404, "RouterInterfaceNotFound", text)
        subnet_id = _subnet_id(body)
        for port in found:
            if any(one["subnet_id"] == subnet_id for one in port.body["fixed_ips"]):
                return port
        SUBNETS.find(cloud, subnet_id)
        text = f"Router {thing_id(router)} has no interface on subnet {subnet_id}"
        raise NetworkError(404, "RouterInterfaceNotFoundForSubnet", text)

    def _outside(self, cloud: OpenStack, asked: dict[str, Any] | None, verb: str) -> Thing | None:
        """The network of a gateway. Raises NetworkError."""
        if not asked:
            return None
        if "network_id" not in asked:
            reason = "Validation of dictionary's keys failed. Expected keys: {'network_id'} Provided keys: "
            raise refused(f"Invalid input for external_gateway_info. Reason: {reason}{set(asked)}.")
        if guarded := [name for name in _GUARDED_MEMBERS if name in asked]:
            of = f"rule:{verb}_router:external_gateway_info"
            members = " and ".join(f"{of}:{name}" for name in (*_GATEWAY_MEMBERS, *guarded))
            raise disallowed(f"(rule:{verb}_router and ({of} and ({members})))")
        network = NETWORKS.find(cloud, asked["network_id"])
        if not network.body["router:external"]:
            raise bad_request("router", f"Network {thing_id(network)} is not an external network")
        return network

    def _set_gateway(self, cloud: OpenStack, router: Thing, outside: Thing | None) -> None:
        had = router.body["gateway"]
        if had and outside and had["network_id"] == thing_id(outside):
            return
        for pool, address in list(router.addresses):
            cloud.centre.release_address(router, pool, address)
        router.uses, router.body["gateway"] = set(), None
        if outside is None:
            router.body["revision"] += 2 if had else 0
            return
        subnet = subnets_of(cloud, outside)[0]
        address = take_address(cloud, router, subnet)
        router.uses = {outside.key}
        router.body["gateway"] = {
            "network_id": thing_id(outside),
            "external_fixed_ips": [{"subnet_id": thing_id(subnet), "ip_address": address}],
            "enable_snat": True,
        }
        router.body["revision"] += 1

    def _refuse_needed_gateway(self, cloud: OpenStack, router: Thing, outside: Thing | None) -> None:
        had = router.body["gateway"]
        if not had or (outside and thing_id(outside) == had["network_id"]):
            return
        if any(one.body["router_id"] == thing_id(router) for one in cloud.centre.of_kind("floatingips")):
            text = (
                f"Gateway cannot be updated for router {thing_id(router)}, since a gateway to external network "
                f"{had['network_id']} is required by one or more floating IPs."
            )
            raise NetworkError(409, "RouterExternalGatewayInUseByFloatingIp", text)


def interfaces_of(cloud: OpenStack, router: Thing) -> list[Thing]:
    owner = (ROUTER_INTERFACE, thing_id(router))
    ports = cloud.centre.of_kind("ports")
    return [one for one in ports if (one.body["device_owner"], one.body["device_id"]) == owner]


def _subnet_id(body: dict[str, Any]) -> str:
    given = body.get("subnet_id")
    if not given:
        raise bad_request("router", "Either subnet_id or port_id must be specified")
    try:
        return uuid_text(given)
    except Wrong as error:
        raise bad_request("router", str(error)) from None


def _lies_in(cloud: OpenStack, floating: Thing, subnet_id: str) -> bool:
    port = cloud.centre.find(f"ports/{floating.body['port_id']}")
    fixed = port.body["fixed_ips"] if port else []
    address = floating.body["fixed_ip_address"]
    return any(one["subnet_id"] == subnet_id and one["ip_address"] == address for one in fixed)


def _answer(router: Thing, port: Thing) -> dict[str, Any]:
    subnets = [one["subnet_id"] for one in port.body["fixed_ips"]]
    return {
        "id": thing_id(router),
        "tenant_id": PROJECT_ID,
        "port_id": thing_id(port),
        "network_id": port.body["network_id"],
        "subnet_id": subnets[0],
        "subnet_ids": subnets,
    }


ROUTERS = Routers()
