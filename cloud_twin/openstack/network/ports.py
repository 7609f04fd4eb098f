"""Ports: addresses in subnets, security groups, and whose device they are."""

from __future__ import annotations

import ipaddress
import secrets
from typing import TYPE_CHECKING, Any

from ...centre import Taken, Thing
from ..account import PROJECT_ID
from ..errors import NetworkError
from . import kinds
from .collection import Collection, thing_id, touch
from .groups import GROUPS, default_group
from .networks import NETWORKS, subnets_of
from .subnets import SUBNETS, not_allowed, take_address
from .values import invalid_input

if TYPE_CHECKING:
    from ..facade import OpenStack

ROUTER_INTERFACE = "network:router_interface"
_SERVICE_OWNERS = (ROUTER_INTERFACE, "network:router_gateway", "network:floatingip")


class Ports(Collection):
    kind = kinds.PORT
    unchanged_unseen = frozenset(("security_groups", "fixed_ips"))

    def make(self, cloud: OpenStack, asked: dict[str, Any]) -> Thing:
        network = NETWORKS.find(cloud, asked["network_id"])
        if network.body["project_id"] != PROJECT_ID:
            raise not_allowed("port")
        secure = asked.get("port_security_enabled", network.body["port_security_enabled"])
        trusted = asked["device_owner"].startswith("network:")
        wanted = self._wanted(cloud, network, asked.get("fixed_ips"))
        groups = self._groups(cloud, asked, secure=secure and not trusted)
        body = {
            **asked,
            "tags": [],
            "mac_address": asked.get("mac_address") or _mac(),
            "port_security_enabled": secure and not trusted,
            "security_groups": groups,
            "status": "DOWN",
            "fixed_ips": [],
        }
        port = self.add(cloud, body)
        try:
            self._bind(cloud, port, network, wanted)
        except NetworkError:
            cloud.centre.remove(port.key)
            raise
        return port

    def change(self, cloud: OpenStack, thing: Thing, asked: dict[str, Any]) -> None:
        network = NETWORKS.find(cloud, thing.body["network_id"])
        if "security_groups" in asked:
            secure = asked.get("port_security_enabled", thing.body["port_security_enabled"])
            asked["security_groups"] = self._groups(cloud, asked, secure=secure)
        if "fixed_ips" in asked:
            wanted = self._wanted(cloud, network, asked.pop("fixed_ips"), thing)
            self._bind(cloud, thing, network, wanted)
        super().change(cloud, thing, asked)
        thing.uses = _uses(thing, network)

    def leave(self, cloud: OpenStack, thing: Thing) -> None:
        if thing.body["device_owner"] in _SERVICE_OWNERS:
            raise NetworkError(
                409,
                "ServicePortInUse",
                f"Port {thing_id(thing)} cannot be deleted directly via the port API: has device owner "
                f"{thing.body['device_owner']}.",
            )
        super().leave(cloud, thing)

    def own(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        shown = (
            "name",
            "network_id",
            "mac_address",
            "admin_state_up",
            "status",
            "device_id",
            "device_owner",
            "port_security_enabled",
            "binding:vnic_type",
        )
        return {
            **{name: thing.body[name] for name in shown},
            "fixed_ips": thing.body["fixed_ips"],
            "allowed_address_pairs": _shown_pairs(thing),
            "extra_dhcp_opts": [],
            "security_groups": thing.body["security_groups"],
        }

    def attach(self, cloud: OpenStack, port: Thing, owner: str, device: str, status: str) -> None:
        """To a device of another service, or with "" to none."""
        port.body.update(device_owner=owner, device_id=device, status=status)
        touch(cloud, port)

    def _groups(self, cloud: OpenStack, asked: dict[str, Any], *, secure: bool) -> list[str]:
        given = asked.get("security_groups")
        if not secure:
            if given:
                raise NetworkError(
                    400,
                    "PortSecurityAndIPRequiredForSecurityGroups",
                    "Port security must be enabled and port must have an IP address in order to use security groups.",
                )
            return []
        if given is None:
            return [thing_id(default_group(cloud))]
        for one in given:
            GROUPS.find(cloud, one)
        return sorted(given)

    def _wanted(
        self, cloud: OpenStack, network: Thing, asked: list[dict[str, str]] | None, port: Thing | None = None
    ) -> list[tuple[Thing, str | None]]:
        """The subnets and the addresses in them; without a word one of each IP version that the network has."""
        if asked is None:
            first = {one.body["ip_version"]: one for one in reversed(subnets_of(cloud, network))}
            return [(first[version], None) for version in sorted(first)]
        wanted = [self._one_wanted(cloud, network, one) for one in asked]
        for subnet, address in wanted:
            mine = (subnet.key, address) in (port.addresses if port else [])
            if address and address in cloud.centre.pool(subnet.key).taken and not mine:
                raise already_allocated(subnet, address)
        return wanted

    def _one_wanted(self, cloud: OpenStack, network: Thing, asked: dict[str, str]) -> tuple[Thing, str | None]:
        address, subnet_id = asked.get("ip_address"), asked.get("subnet_id")
        if not address and not subnet_id:
            raise invalid_input("IP allocation requires subnet_id or ip_address")
        if not subnet_id:
            assert address is not None
            for one in subnets_of(cloud, network):
                if _is_within(address, one):
                    return one, address
            text = f"IP address {address} is not a valid IP for any of the subnets on the specified network."
            raise NetworkError(400, "InvalidIpForNetwork", text)
        subnet = SUBNETS.find(cloud, subnet_id)
        if subnet.goes_with != network.key:
            raise invalid_input(
                f"Failed to create port on network {thing_id(network)}, because fixed_ips included invalid subnet "
                f"{subnet_id}"
            )
        if address and not _is_within(address, subnet):
            text = f"IP address {address} is not a valid IP for the specified subnet."
            raise NetworkError(400, "InvalidIpForSubnet", text)
        return subnet, address

    def _bind(self, cloud: OpenStack, port: Thing, network: Thing, wanted: list[tuple[Thing, str | None]]) -> None:
        """An address that it has in a subnet stays, unless another one there is wanted. Without success it keeps all
        that it had."""
        before = list(port.addresses)
        _release(cloud, port)
        had = dict(before)
        made = []
        try:
            for subnet, address in wanted:
                taken = take_address(cloud, port, subnet, address or had.get(subnet.key))
                made.append({"subnet_id": thing_id(subnet), "ip_address": taken})
        except (NetworkError, Taken) as error:
            _release(cloud, port)
            for pool, address in before:
                cloud.centre.take_address(port, pool, address)
            raise already_allocated(subnet, str(error)) if isinstance(error, Taken) else error from None
        port.body["fixed_ips"] = made
        port.uses = _uses(port, network)


def _release(cloud: OpenStack, port: Thing) -> None:
    for pool, address in list(port.addresses):
        cloud.centre.release_address(port, pool, address)


def already_allocated(subnet: Thing, address: str) -> NetworkError:
    text = f"IP address {address} already allocated in subnet {thing_id(subnet)}"
    return NetworkError(409, "IpAddressAlreadyAllocated", text)


def _uses(port: Thing, network: Thing) -> set[str]:
    groups = {f"security-groups/{one}" for one in port.body["security_groups"]}
    return {network.key, *(pool for pool, _ in port.addresses), *groups}


def _is_within(address: str, subnet: Thing) -> bool:
    cidr, one = ipaddress.ip_network(subnet.body["cidr"]), ipaddress.ip_address(address)
    edges = (cidr.network_address, cidr.broadcast_address)
    return one in cidr and (one not in edges or cidr.version == 6)


def _shown_pairs(port: Thing) -> list[dict[str, str]]:
    return [{"mac_address": port.body["mac_address"], **pair} for pair in port.body["allowed_address_pairs"]]


def _mac() -> str:
    return "fa:16:3e:" + ":".join(f"{one:02x}" for one in secrets.token_bytes(3))


PORTS = Ports()
