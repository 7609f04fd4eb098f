"""Floating IPs: addresses outside, which a router brings to a port's address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ...centre import Thing
from ...facade import Call
from ..errors import NetworkError
from . import kinds
from .collection import Collection, thing_id, touch
from .networks import NETWORKS, subnets_of
from .ports import PORTS
from .routers import interfaces_of
from .subnets import take_address
from .values import bad_request

if TYPE_CHECKING:
    from ..facade import OpenStack


class FloatingIps(Collection):
    kind = kinds.FLOATING_IP
    first_revision = 0

    def make(self, cloud: OpenStack, asked: dict[str, Any]) -> Thing:
        network = NETWORKS.find(cloud, asked["floating_network_id"])
        if not network.body["router:external"]:
            raise bad_request("floatingip", f"Network {thing_id(network)} is not a valid external network")
        if asked["fixed_ip_address"] and not asked["port_id"]:
            raise bad_request("floatingip", "fixed_ip_address cannot be specified without a port_id")
        subnet = _subnet(cloud, network, asked["subnet_id"])
        body = {
            "floating_network_id": thing_id(network),
            "description": asked["description"],
            "port_id": None,
            "fixed_ip_address": None,
            "router_id": None,
        }
        floating = self.add(cloud, body, uses={network.key})
        try:
            floating.body["floating_ip_address"] = take_address(cloud, floating, subnet)
            if asked["port_id"]:
                self._associate(cloud, floating, asked["port_id"], asked["fixed_ip_address"])
        except NetworkError:
            cloud.centre.remove(floating.key)
            raise
        return floating

    def change(self, cloud: OpenStack, thing: Thing, asked: dict[str, Any]) -> None:
        if "port_id" in asked:
            port_id, address = asked.pop("port_id"), asked.pop("fixed_ip_address", None)
            if port_id is None:
                _forget_port(thing)
            else:
                self._associate(cloud, thing, port_id, address)
        super().change(cloud, thing, asked)

    def create(self, cloud: OpenStack, call: Call) -> Response:
        answer = super().create(cloud, call)
        for one in _shown(answer):
            self._settle(cloud, one, was_free=True)
        return answer

    def update(self, cloud: OpenStack, call: Call) -> dict[str, Any]:
        was_free = self.named(cloud, call).body["port_id"] is None
        answer = super().update(cloud, call)
        self._settle(cloud, answer[self.kind.name], was_free=was_free)
        return answer

    def _settle(self, cloud: OpenStack, shown: dict[str, Any], *, was_free: bool) -> None:
        """A change of its status is one more, which comes after the answer."""
        if (shown["port_id"] is None) != was_free:
            touch(cloud, self.find(cloud, shown["id"]))

    def own(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        body = thing.body
        return {
            "floating_ip_address": body["floating_ip_address"],
            "floating_network_id": body["floating_network_id"],
            "router_id": body["router_id"],
            "port_id": body["port_id"],
            "fixed_ip_address": body["fixed_ip_address"],
            "status": "ACTIVE" if body["port_id"] else "DOWN",
            "port_details": _details(cloud.centre.find(f"ports/{body['port_id']}")),
        }

    def let_go(self, cloud: OpenStack, floating: Thing) -> None:
        """Its port is gone."""
        _forget_port(floating)
        touch(cloud, floating)

    def _associate(self, cloud: OpenStack, floating: Thing, port_id: str, wanted: str | None) -> None:
        port = PORTS.find(cloud, port_id)
        fixed = _fixed(port, wanted)
        router = _router(cloud, floating, port, fixed["subnet_id"])
        for other in cloud.centre.of_kind(self.kind.path):
            taken = (other.body["port_id"], other.body["fixed_ip_address"]) == (port_id, fixed["ip_address"])
            if taken and other is not floating:
                text = (
                    f"Cannot associate floating IP {floating.body['floating_ip_address']} ({thing_id(floating)}) with "
                    f"port {port_id} using fixed IP {fixed['ip_address']}, as that fixed IP already has a floating IP "
                    f"on external network {floating.body['floating_network_id']}."
                )
                raise NetworkError(409, "FloatingIPPortAlreadyAssociated", text)
        floating.body.update(port_id=port_id, fixed_ip_address=fixed["ip_address"], router_id=thing_id(router))
        floating.body["associated"] = cloud.centre.clock.now()


def _shown(answer: Response) -> list[dict[str, Any]]:
    data = json.loads(answer.get_data())
    return list(data.get("floatingips") or [data["floatingip"]])


def _forget_port(floating: Thing) -> None:
    floating.body.update(port_id=None, fixed_ip_address=None, router_id=None)


def _subnet(cloud: OpenStack, network: Thing, wanted: str | None) -> Thing:
    for one in subnets_of(cloud, network):
        if wanted in (None, thing_id(one)):
            return one
    raise kinds.SUBNET.not_found(str(wanted))


def _fixed(port: Thing, wanted: str | None) -> dict[str, str]:
    """The port's address that is meant."""
    fixed: list[dict[str, str]] = [one for one in port.body["fixed_ips"] if ":" not in one["ip_address"]]
    if wanted:
        for one in fixed:
            if one["ip_address"] == wanted:
                return one
        raise bad_request("floatingip", f"Port {thing_id(port)} does not have fixed ip {wanted}")
    if not fixed:
        why = f"Cannot add floating IP to port {thing_id(port)} that has no fixed IPv4 addresses"
        raise bad_request("floatingip", why)
    if len(fixed) > 1:
        why = f"Port {thing_id(port)} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when "
        raise bad_request("floatingip", f"{why}assigning a floating IP")
    return fixed[0]


def _router(cloud: OpenStack, floating: Thing, port: Thing, subnet_id: str) -> Thing:
    """One with a gateway to the floating IP's network and an interface in the subnet."""
    outside = floating.body["floating_network_id"]
    for router in cloud.centre.of_kind("routers"):
        gateway = router.body["gateway"]
        inside = [one["subnet_id"] for each in interfaces_of(cloud, router) for one in each.body["fixed_ips"]]
        if gateway and gateway["network_id"] == outside and subnet_id in inside:
            return router
    text = (
        f"External network {outside} is not reachable from subnet {subnet_id}.  Therefore, cannot associate Port "
        f"{thing_id(port)} with a Floating IP."
    )
    raise NetworkError(404, "ExternalGatewayForFloatingIPNotFound", text)


def _details(port: Thing | None) -> dict[str, Any] | None:
    if port is None:
        return None
    shown = ("name", "network_id", "mac_address", "admin_state_up", "status", "device_id", "device_owner")
    return {name: port.body[name] for name in shown}


FLOATING_IPS = FloatingIps()
