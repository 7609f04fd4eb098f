"""The private addresses of an interface: one of its subnet for each configuration."""

from __future__ import annotations

import ipaddress
from typing import Any

from ...centre import Centre, Exhausted, Taken, Thing
from ..errors import ArmError
from .subnets import KEPT, prefixes

CONFIGURATION = "Microsoft.Network/networkInterfaces/ipConfigurations"


class PrivateAddresses:
    def __init__(self, centre: Centre) -> None:
        self._centre = centre

    def take(self, thing: Thing, before: list[dict[str, Any]]) -> None:
        """Those of configurations that stay stay too. Raises ArmError, and has taken nothing."""
        held = list(thing.addresses)
        old = {(one["name"].lower(), one["properties"]["subnet"]["id"].lower()): one["properties"] for one in before}
        kept: list[tuple[str, str]] = []
        try:
            for number, one in enumerate(thing.body["properties"]["ipConfigurations"]):
                kept.append(self._one(thing, one, number, old))
        except ArmError:
            for pool, address in thing.addresses[len(held) :]:
                self._centre.pool(pool).give_back(address)
            thing.addresses = held
            raise
        for pool, address in held:
            if (pool, address) not in kept:
                self._centre.pool(pool).give_back(address)
        thing.addresses = kept

    def _one(
        self, thing: Thing, one: dict[str, Any], number: int, old: dict[tuple[str, str], dict[str, Any]]
    ) -> tuple[str, str]:
        one["id"] = f"{thing.body['id']}/ipConfigurations/{one['name']}"
        one["type"] = CONFIGURATION
        one["etag"] = thing.body["etag"]
        inner = one["properties"]
        inner.setdefault("privateIPAllocationMethod", "Dynamic")
        inner.setdefault("privateIPAddressVersion", "IPv4")
        inner["primary"] = inner.get("primary", number == 0)
        subnet = self._centre.get(inner["subnet"]["id"].lower())
        static = inner["privateIPAllocationMethod"] == "Static"
        wanted = inner.get("privateIPAddress") if static else None
        was = old.get((one["name"].lower(), subnet.key), {}).get("privateIPAddress")
        if was is not None and (wanted is None or wanted == was):
            inner["privateIPAddress"] = was
            return subnet.key, was
        if wanted is not None:
            self._check_wanted(subnet, wanted)
        try:
            inner["privateIPAddress"] = self._centre.take_address(thing, subnet.key, wanted)
        except Taken:
            text = (
                f"IP configuration {one['id']} is using the private IP address {wanted} which is already allocated to "
                "another resource."
            )
            raise ArmError(400, "PrivateIPAddressIsAllocated", text, details=[]) from None
        except Exhausted:
            text = (
                f"Subnet {subnet.body['name']} with address prefix {prefixes(subnet.body['properties'])[0]} does not "
                "have enough capacity for 1 IP addresses."
            )
            raise ArmError(400, "SubnetIsFull", text, details=[]) from None
        return subnet.key, inner["privateIPAddress"]

    def _check_wanted(self, subnet: Thing, wanted: str) -> None:
        prefix = prefixes(subnet.body["properties"])[0]
        network = ipaddress.ip_network(prefix)
        try:
            address = ipaddress.ip_address(wanted)
        except ValueError:
            text = f"Private static IP address {wanted} is not a valid IP address."
            raise ArmError(400, "InvalidIPAddress", text, details=[]) from None
        if address not in network:
            text = f"Private static IP address {wanted} does not belong to the range of subnet prefix {prefix}."
            raise ArmError(400, "PrivateIPAddressNotInSubnet", text, details=[])
        offset = int(address) - int(network.network_address)
        if offset < KEPT or offset == network.num_addresses - 1:
            text = f"Private static IP address {wanted} falls within reserved IP range of subnet prefix {prefix}."
            raise ArmError(400, "PrivateIPAddressInReservedRange", text, details=[])
