"""Network interfaces: an address in a subnet, perhaps a public one, for one VM."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Any

from ...centre import Exhausted, Taken, Thing
from ...facade import Call
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..shape import ANYTHING, FLAG, IGNORED, NUMBER, REFERENCE, TEXT, ListOf, Members, resource, word
from .base import Networked
from .public_addresses import ADDRESS, PublicIPAddresses
from .security_rules import NSG
from .subnets import SUBNET, prefixes

INTERFACE = "Microsoft.Network/networkInterfaces"

_address = Members(
    "PublicIPAddress",
    {
        "id": TEXT,
        "name": IGNORED,
        "type": IGNORED,
        "etag": IGNORED,
        "location": IGNORED,
        "tags": IGNORED,
        "sku": IGNORED,
        "zones": IGNORED,
        "properties": ANYTHING,
    },
)
_configuration = Members(
    "NetworkInterfaceIPConfiguration",
    {
        "id": IGNORED,
        "name": TEXT,
        "type": IGNORED,
        "etag": IGNORED,
        "properties": Members(
            "NetworkInterfaceIPConfigurationPropertiesFormat",
            {
                "privateIPAddress": TEXT,
                "privateIPAddressPrefixLength": NUMBER,
                "privateIPAllocationMethod": word("Dynamic", "Static"),
                "privateIPAddressVersion": word("IPv4", "IPv6"),
                "subnet": Members(
                    "Subnet", {"id": TEXT, "name": IGNORED, "etag": IGNORED, "properties": IGNORED, "type": IGNORED}
                ),
                "primary": FLAG,
                "publicIPAddress": _address,
                "applicationSecurityGroups": ListOf(ANYTHING),
                "loadBalancerBackendAddressPools": ListOf(ANYTHING),
                "loadBalancerInboundNatRules": ListOf(ANYTHING),
                "applicationGatewayBackendAddressPools": ListOf(ANYTHING),
                "provisioningState": IGNORED,
                "privateLinkConnectionProperties": IGNORED,
            },
        ),
    },
)
properties = Members(
    "NetworkInterfacePropertiesFormat",
    {
        "ipConfigurations": ListOf(_configuration),
        "networkSecurityGroup": REFERENCE,
        "dnsSettings": Members(
            "NetworkInterfaceDnsSettings",
            {
                "dnsServers": ListOf(TEXT),
                "internalDnsNameLabel": TEXT,
                "appliedDnsServers": IGNORED,
                "internalFqdn": IGNORED,
                "internalDomainNameSuffix": IGNORED,
            },
        ),
        "enableAcceleratedNetworking": FLAG,
        "enableIPForwarding": FLAG,
        "disableTcpStateTracking": FLAG,
        "nicType": word("Standard", "Elastic"),
        "auxiliaryMode": TEXT,
        "auxiliarySku": TEXT,
        "migrationPhase": IGNORED,
        "workloadType": TEXT,
        "virtualMachine": IGNORED,
        "primary": IGNORED,
        "macAddress": IGNORED,
        "hostedWorkloads": IGNORED,
        "vnetEncryptionSupported": IGNORED,
        "defaultOutboundConnectivityEnabled": IGNORED,
        "tapConfigurations": IGNORED,
        "privateEndpoint": IGNORED,
        "privateLinkService": IGNORED,
        "dscpConfiguration": IGNORED,
        "resourceGuid": IGNORED,
        "provisioningState": IGNORED,
    },
)


class NetworkInterfaces(Networked):
    type = INTERFACE
    shape = resource("NetworkInterface", properties, extendedLocation=ANYTHING)

    def __init__(self, arm: Any, addresses: PublicIPAddresses) -> None:
        super().__init__(arm)
        self.addresses = addresses

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        location = self.location(sent)
        given = sent.get("properties", {})
        uses = self._uses(call, resource, location, given)
        domain = f"{secrets.token_hex(13)}.syx.internal.cloudapp.net"
        body = {"location": location, "properties": _filled(given, domain)}
        thing: Thing = self.new(resource, body, uses)
        self._take_addresses(thing, [])
        return thing

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        given = sent.get("properties", {})
        old = thing.body["properties"]
        uses = self._uses(call, parse(thing.body["id"]), thing.body["location"], given)
        kept = {name: old[name] for name in ("macAddress", "resourceGuid") if name in old}
        thing.body["properties"] = {**_filled(given, old["dnsSettings"]["internalDomainNameSuffix"]), **kept}
        try:
            self._take_addresses(thing, old["ipConfigurations"])
        except ArmError:
            thing.body["properties"] = old
            raise
        thing.uses = set(uses)
        if vm := self.machine(thing):
            self.connected(thing, vm)

    # What it refers to

    def _uses(self, call: Call, resource: ResourceId, location: str, given: dict[str, Any]) -> list[str]:
        configurations = given.get("ipConfigurations")
        if not configurations:
            text = f"Network interface {resource} must have one or more IP configurations."
            raise ArmError(400, "NetworkInterfaceMustHaveAtLeastOneIpConfiguration", text, details=[])
        found: list[Thing] = []
        names: set[str] = set()
        for number, one in enumerate(configurations):
            path = f"properties.ipConfigurations[{number}]"
            if not one.get("name"):
                raise self.voice.missing(f"{path}.name")
            if one["name"].lower() in names:
                text = f"Resource name {one['name']} is used by more than one IP configuration of {resource}."
                raise ArmError(
                    400,
                    "InvalidRequestFormat",
                    "Cannot parse the request.",
                    details=[{"code": "DuplicateResourceName", "message": text}],
                )
            names.add(one["name"].lower())
            found += self._of_configuration(call, resource, location, one, path, configurations[0])
        group = given.get("networkSecurityGroup")
        if group is not None:
            referred = self.referred(resource, group.get("id", ""), NSG, location, "properties.networkSecurityGroup")
            given["networkSecurityGroup"] = {"id": referred.body["id"]}
            found.append(referred)
        self.arm.require_linked(call, {f"{one.kind}/join/action": one.body["id"] for one in found})
        return [one.key for one in found]

    def _of_configuration(
        self, call: Call, resource: ResourceId, location: str, one: dict[str, Any], path: str, first: dict[str, Any]
    ) -> list[Thing]:
        inner = one.setdefault("properties", {})
        if "subnet" not in inner and first is not one:
            inner["subnet"] = first["properties"].get("subnet", {})
        subnet_id = inner.get("subnet", {}).get("id")
        if not subnet_id:
            text = f"Ip Configuration {resource}/ipConfigurations/{one['name']} must have a subnet."
            raise ArmError(
                400,
                "InvalidRequestFormat",
                "Cannot parse the request.",
                details=[
                    {
                        "code": "MissingJsonReferenceId",
                        "message": f"Value for reference id is missing. Path {path}.properties.subnet. {text}",
                    }
                ],
            )
        subnet = self.referred(resource, subnet_id, SUBNET, location, f"{path}.properties.subnet")
        inner["subnet"] = {"id": subnet.body["id"]}
        if "publicIPAddress" not in inner:
            return [subnet]
        address = self._address(resource, location, one, inner["publicIPAddress"], f"{path}.properties.publicIPAddress")
        return [subnet, address]

    def _address(
        self, resource: ResourceId, location: str, one: dict[str, Any], sent: dict[str, Any], path: str
    ) -> Thing:
        address = self.referred(resource, sent.get("id", ""), ADDRESS, location, path)
        mine = f"{resource}/ipConfigurations/{one['name']}"
        held = self.addresses.holder(address)
        if held and held[1].lower() != mine.lower() and held[0].lower() != resource.key:
            raise ArmError(
                400,
                "PublicIPAddressInUse",
                f"Resource {mine} is referencing public IP address {address.body['id']} that is already allocated to "
                f"resource {held[1]}.",
                details=[],
            )
        kept = {"id": address.body["id"]}
        option = (sent.get("properties") or {}).get("deleteOption")
        if option in ("Delete", "Detach"):
            address.body["properties"]["deleteOption"] = option
        one["properties"]["publicIPAddress"] = kept
        return address

    # Its addresses

    def _take_addresses(self, thing: Thing, before: list[dict[str, Any]]) -> None:
        """Those of configurations that stay stay too. Raises ArmError, and has taken nothing."""
        held = list(thing.addresses)
        old = {(one["name"].lower(), one["properties"]["subnet"]["id"].lower()): one["properties"] for one in before}
        kept: list[tuple[str, str]] = []
        try:
            for number, one in enumerate(thing.body["properties"]["ipConfigurations"]):
                kept.append(self._take_address(thing, one, number, old))
        except ArmError:
            for pool, address in thing.addresses[len(held) :]:
                self.arm.centre.pool(pool).give_back(address)
            thing.addresses = held
            raise
        for pool, address in held:
            if (pool, address) not in kept:
                self.arm.centre.pool(pool).give_back(address)
        thing.addresses = kept

    def _take_address(
        self, thing: Thing, one: dict[str, Any], number: int, old: dict[tuple[str, str], dict[str, Any]]
    ) -> tuple[str, str]:
        one["id"] = f"{thing.body['id']}/ipConfigurations/{one['name']}"
        one["type"] = f"{INTERFACE}/ipConfigurations"
        one["etag"] = thing.body["etag"]
        inner = one["properties"]
        inner.setdefault("privateIPAllocationMethod", "Dynamic")
        inner.setdefault("privateIPAddressVersion", "IPv4")
        inner["primary"] = inner.get("primary", number == 0)
        subnet = self.arm.centre.get(inner["subnet"]["id"].lower())
        static = inner["privateIPAllocationMethod"] == "Static"
        wanted = inner.get("privateIPAddress") if static else None
        was = old.get((one["name"].lower(), subnet.key), {}).get("privateIPAddress")
        if was is not None and (wanted is None or wanted == was):
            inner["privateIPAddress"] = was
            return subnet.key, was
        if wanted is not None:
            self._check_wanted(subnet, wanted)
        try:
            inner["privateIPAddress"] = self.arm.centre.take_address(thing, subnet.key, wanted)
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
        if offset < 4 or offset == network.num_addresses - 1:
            text = f"Private static IP address {wanted} falls within reserved IP range of subnet prefix {prefix}."
            raise ArmError(400, "PrivateIPAddressInReservedRange", text, details=[])

    # Its machine

    def machine(self, thing: Thing) -> Thing | None:
        """The VM that has it."""
        found = self.arm.centre.find(thing.body.get("_machine", ""))
        return found if found is not None and thing.key in found.uses else None

    def connected(self, thing: Thing, machine: Thing) -> None:
        """The machine runs, or begins to: dynamic public addresses come."""
        thing.body["_machine"] = machine.key
        thing.body["properties"].setdefault("macAddress", _mac())
        for address in self.public_addresses(thing):
            self.addresses.allocate(address)

    def disconnected(self, thing: Thing) -> None:
        for address in self.public_addresses(thing):
            self.addresses.release(address)

    def public_addresses(self, thing: Thing) -> list[Thing]:
        found = (self.arm.centre.find(key) for key in sorted(thing.uses))
        return [one for one in found if one is not None and one.kind == ADDRESS]

    def refuse_in_use(self, thing: Thing) -> None:
        if vm := self.machine(thing):
            raise ArmError(
                400,
                "NicInUse",
                f"Network Interface {thing.body['id']} is used by existing resource {vm.body['id']}. In order to "
                "delete "
                "the network interface, it must be dissociated from the resource. To learn more, see "
                "aka.ms/deletenic.",
                details=[],
            )

    def shown(self, thing: Thing) -> dict[str, Any]:
        body = super().shown(thing)
        inner = body["properties"]
        for one in inner["ipConfigurations"]:
            one["properties"]["provisioningState"] = inner["provisioningState"]
        if vm := self.machine(thing):
            inner["virtualMachine"] = {"id": vm.body["id"]}
            inner["primary"] = _is_primary(vm, thing)
        return body


def _is_primary(vm: Thing, thing: Thing) -> bool:
    named = vm.body["properties"]["networkProfile"]["networkInterfaces"]
    mine = [one for one in named if one["id"].lower() == thing.key]
    return bool(mine and mine[0].get("properties", {}).get("primary", len(named) == 1))


def _filled(given: dict[str, Any], domain: str) -> dict[str, Any]:
    """What was sent, and Azure's own beside it."""
    names = {
        "dnsServers": [],
        "appliedDnsServers": [],
        "internalDomainNameSuffix": domain,
        **given.get("dnsSettings", {}),
    }
    return {
        "enableAcceleratedNetworking": False,
        "enableIPForwarding": False,
        "disableTcpStateTracking": False,
        "vnetEncryptionSupported": False,
        "nicType": "Standard",
        "tapConfigurations": [],
        "hostedWorkloads": [],
        **given,
        "dnsSettings": names,
    }


def _mac() -> str:
    """In Microsoft's range."""
    return "-".join(["00", "0D", "3A", *(f"{byte:02X}" for byte in secrets.token_bytes(3))])
