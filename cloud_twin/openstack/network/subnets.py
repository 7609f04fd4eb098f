"""Subnets: ranges, the pools that addresses are taken from, gateways."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ...centre import Pool, Thing
from ..account import ADMIN_PROJECT_ID, PROJECT_ID
from ..errors import NetworkError, unserved
from . import kinds
from .collection import Collection, thing_id, touch
from .networks import NETWORKS, subnets_of
from .values import bad_request, invalid_input

if TYPE_CHECKING:
    from ..facade import OpenStack

OUTSIDE = "198.18.0.0/16"
MOST_NAMESERVERS, MOST_ROUTES = 5, 20

Range = ipaddress.IPv4Network | ipaddress.IPv6Network


class Subnets(Collection):
    kind = kinds.SUBNET
    first_revision = 0

    def make(self, cloud: OpenStack, asked: dict[str, Any]) -> Thing:
        for mode in ("ipv6_ra_mode", "ipv6_address_mode"):
            if mode in asked and asked["ip_version"] == 4:
                raise invalid_input(f"{mode} is not valid when ip_version is 4")
            if mode in asked:
                raise unserved("network", f"the attribute '{mode}'")
        network = NETWORKS.find(cloud, asked["network_id"])
        if network.body["project_id"] != PROJECT_ID:
            raise not_allowed("subnet")
        if asked.get("subnetpool_id") or asked.pop("prefixlen", None) is not None:
            raise _from_a_pool(asked)
        if not asked.get("cidr"):
            raise bad_request("subnets", "a subnetpool must be specified in the absence of a cidr")
        cidr = ipaddress.ip_network(asked["cidr"])
        _check_range(asked, cidr)
        _check_gateway(asked.get("gateway_ip"), cidr)
        _check_lists(asked, "new subnet")
        # Of IPv6 it is the range's own address.
        gateway = asked["gateway_ip"] if "gateway_ip" in asked else str(cidr[1 if cidr.version == 4 else 0])
        pools = asked.get("allocation_pools") or _pools(cidr, gateway)
        _check_pools(pools, cidr, gateway)
        _check_overlap(cloud, network, cidr)
        made = self._add(cloud, network, {**asked, "gateway_ip": gateway, "allocation_pools": pools})
        touch(cloud, network)
        return made

    def change(self, cloud: OpenStack, thing: Thing, asked: dict[str, Any]) -> None:
        cidr = ipaddress.ip_network(thing.body["cidr"])
        gateway = asked.get("gateway_ip", thing.body["gateway_ip"])
        _check_gateway(asked.get("gateway_ip"), cidr)
        _check_lists(asked, thing_id(thing))
        if gateway != thing.body["gateway_ip"]:
            _refuse_used_gateway(cloud, thing)
        if "allocation_pools" in asked or "gateway_ip" in asked:
            _check_pools(asked.get("allocation_pools", thing.body["allocation_pools"]), cidr, gateway)
        super().change(cloud, thing, asked)
        touch(cloud, cloud.centre.get(str(thing.goes_with)))

    def leave(self, cloud: OpenStack, thing: Thing) -> None:
        if cloud.centre.users(thing.key):
            raise NetworkError(
                409,
                "SubnetInUse",
                f"Unable to complete operation on subnet {thing_id(thing)}: One or more ports have an IP allocation "
                "from this subnet.",
            )
        touch(cloud, cloud.centre.get(str(thing.goes_with)))
        super().leave(cloud, thing)

    def own(self, cloud: OpenStack, thing: Thing) -> dict[str, Any]:
        shown = ("name", "network_id", "ip_version", "enable_dhcp", "gateway_ip", "cidr", "allocation_pools")
        return {
            **{name: thing.body[name] for name in shown},
            "subnetpool_id": None,
            "ipv6_ra_mode": None,
            "ipv6_address_mode": None,
            "host_routes": thing.body["host_routes"],
            "dns_nameservers": thing.body["dns_nameservers"],
            "service_types": [],
        }

    def add_outside(self, cloud: OpenStack, network: Thing) -> Thing:
        cidr = ipaddress.ip_network(OUTSIDE)
        body = {
            "name": "public-subnet",
            "project_id": ADMIN_PROJECT_ID,
            "network_id": thing_id(network),
            "ip_version": 4,
            "cidr": OUTSIDE,
            "enable_dhcp": False,
            "gateway_ip": str(cidr[1]),
            "allocation_pools": _pools(cidr, str(cidr[1])),
            "host_routes": [],
            "dns_nameservers": [],
        }
        return self._add(cloud, network, body)

    def _add(self, cloud: OpenStack, network: Thing, body: dict[str, Any]) -> Thing:
        made = self.add(cloud, body, goes_with=network.key)
        cloud.centre.open_pool(made.key, Pool(body["cidr"]))
        return made


def take_address(cloud: OpenStack, thing: Thing, subnet: Thing, wanted: str | None = None) -> str:
    """The lowest that is free in the subnet's pools. Raises NetworkError; Taken for a `wanted` one that is not free."""
    if wanted is None:
        taken = cloud.centre.pool(subnet.key).taken
        wanted = next((one for one in _addresses(subnet) if one not in taken), None)
        if wanted is None:
            text = f"No more IP addresses available on network {subnet.body['network_id']}."
            raise NetworkError(409, "IpAddressGenerationFailure", text)
    return cloud.centre.take_address(thing, subnet.key, wanted)


def _from_a_pool(asked: dict[str, Any]) -> Exception:
    if asked.get("subnetpool_id"):
        text = f"Subnet pool {asked['subnetpool_id']} could not be found."
        return NetworkError(404, "SubnetPoolNotFound", text)
    why = "a subnetpool must be specified in the absence of a cidr"
    if asked.get("cidr"):
        why = "cidr and prefixlen must not be supplied together"
    return bad_request("subnets", why)


def not_allowed(what: str) -> NetworkError:
    return NetworkError(403, "HTTPForbidden", f"Tenant {PROJECT_ID} not allowed to create {what} on this network")


def _addresses(subnet: Thing) -> Iterator[str]:
    for pool in subnet.body["allocation_pools"]:
        first, last = ipaddress.ip_address(pool["start"]), ipaddress.ip_address(pool["end"])
        for offset in range(int(last) - int(first) + 1):
            yield str(first + offset)


def _pools(cidr: Range, gateway: str | None) -> list[dict[str, str]]:
    """All addresses but the gateway's, and those that no machine can have."""
    first, last = int(cidr.network_address) + 1, int(cidr.broadcast_address) - (cidr.version == 4)
    parts = [(first, last)]
    if gateway and int(ipaddress.ip_address(gateway)) in range(first, last + 1):
        at = int(ipaddress.ip_address(gateway))
        parts = [(first, at - 1), (at + 1, last)]
    make = ipaddress.IPv4Address if cidr.version == 4 else ipaddress.IPv6Address
    return [{"start": str(make(one)), "end": str(make(other))} for one, other in parts if one <= other]


def _check_range(asked: dict[str, Any], cidr: Range) -> None:
    if cidr.version != asked["ip_version"]:
        raise invalid_input(f"cidr '{asked['cidr']}' does not match the ip_version '{asked['ip_version']}'")
    if asked["enable_dhcp"] and cidr.version == 4 and (why := _no_dhcp(cidr)):
        raise invalid_input(why)


def _no_dhcp(cidr: Range) -> str:
    """Why no addresses of it can be handed out; "" if they can."""
    if cidr.prefixlen > 30:
        return "Subnet has a prefix length that is incompatible with DHCP service enabled"
    kind = "Multicast" if cidr.is_multicast else "Loopback" if cidr.is_loopback else ""
    if kind:
        return f"{kind} IP subnet is not supported if enable_dhcp is True"
    if int(cidr.network_address) == 0:
        return f"First IP '{cidr.network_address}' of network is not supported if enable_dhcp is True."
    return ""


def _check_gateway(gateway: str | None, cidr: Range) -> None:
    """It may lie outside, but be neither the range's own address nor the one of all."""
    if gateway is None:
        return
    address = ipaddress.ip_address(gateway)
    edges = (cidr.network_address, cidr.broadcast_address)
    if address.version != cidr.version or (address in edges and cidr.prefixlen < 31):
        raise invalid_input("Gateway is not valid on subnet")


def _check_lists(asked: dict[str, Any], which: str) -> None:
    if len(asked.get("dns_nameservers", [])) > MOST_NAMESERVERS:
        text = f"The number of DNS nameservers exceeds the limit {MOST_NAMESERVERS}."
        raise NetworkError(400, "DNSNameServersExhausted", f"Unable to complete operation for {which}. {text}")
    if len(asked.get("host_routes", [])) > MOST_ROUTES:
        text = f"The number of host routes exceeds the limit {MOST_ROUTES}."
        raise NetworkError(400, "HostRoutesExhausted", f"Unable to complete operation for {which}. {text}")


def _check_pools(pools: list[dict[str, str]], cidr: Range, gateway: str | None) -> None:
    ends = []
    for pool in pools:
        first, last = ipaddress.ip_address(pool["start"]), ipaddress.ip_address(pool["end"])
        if first.version != cidr.version or last.version != cidr.version or int(last) < int(first):
            text = f"The allocation pool {{'start': '{first}', 'end': '{last}'}} is not valid."
            raise NetworkError(400, "InvalidAllocationPool", text)
        edge = int(cidr.broadcast_address) - (cidr.version == 4)
        if int(first) <= int(cidr.network_address) or int(last) > edge:
            text = f"The allocation pool {first}-{last} spans beyond the subnet cidr {cidr}."
            raise NetworkError(400, "OutOfBoundsAllocationPool", text)
        ends.append((int(first), int(last), f"{first}-{last}"))
    for one, other in combinations(ends, 2):
        if one[0] <= other[1] and other[0] <= one[1]:
            text = f"Found overlapping allocation pools: {one[2]} {other[2]} for subnet {cidr}."
            raise NetworkError(409, "OverlappingAllocationPools", text)
    for start, end, name in ends:
        if gateway and start <= int(ipaddress.ip_address(gateway)) <= end:
            text = f"Gateway ip {gateway} conflicts with allocation pool {name}."
            raise NetworkError(409, "GatewayConflictWithAllocationPools", text)


def _check_overlap(cloud: OpenStack, network: Thing, cidr: Range) -> None:
    for other in subnets_of(cloud, network):
        if ipaddress.ip_network(other.body["cidr"]).overlaps(cidr):
            raise invalid_input(
                f"Requested subnet with cidr: {cidr} for network: {thing_id(network)} overlaps with another subnet"
            )


def _refuse_used_gateway(cloud: OpenStack, subnet: Thing) -> None:
    gateway = subnet.body["gateway_ip"]
    for port in cloud.centre.users(subnet.key):
        if port.kind == "ports" and (subnet.key, gateway) in port.addresses:
            text = f"Current gateway ip {gateway} already in use by port {thing_id(port)}. Unable to update."
            raise NetworkError(409, "GatewayIpInUse", text)


SUBNETS = Subnets()
