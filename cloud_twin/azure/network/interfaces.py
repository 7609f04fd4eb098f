"""Network interfaces: an address in a subnet, perhaps a public one, for one VM."""

from __future__ import annotations

import secrets
from typing import Any

from ...centre import Thing
from ...facade import Call
from ..errors import ArmError
from ..ids import ResourceId, parse
from .base import Networked
from .interface_shape import interface
from .private_addresses import PrivateAddresses
from .public_addresses import ADDRESS, PublicIPAddresses
from .security_rules import NSG
from .subnets import SUBNET

INTERFACE = "Microsoft.Network/networkInterfaces"


class NetworkInterfaces(Networked):
    type = INTERFACE
    shape = interface

    def __init__(self, arm: Any, addresses: PublicIPAddresses) -> None:
        super().__init__(arm)
        self.addresses = addresses

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        location = self.location(sent)
        given = sent.get("properties", {})
        options = _delete_options(given)
        uses = self._uses(call, resource, location, given)
        domain = f"{secrets.token_hex(13)}.syx.internal.cloudapp.net"
        body = {"location": location, "properties": _filled(given, domain)}
        thing: Thing = self.new(resource, body, uses)
        PrivateAddresses(self.arm.centre).take(thing, [])
        self._keep_options(options)
        return thing

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        given = sent.get("properties", {})
        old = thing.body["properties"]
        options = _delete_options(given)
        uses = self._uses(call, parse(thing.body["id"]), thing.body["location"], given)
        kept = {name: old[name] for name in ("macAddress", "resourceGuid") if name in old}
        thing.body["properties"] = {**_filled(given, old["dnsSettings"]["internalDomainNameSuffix"]), **kept}
        try:
            PrivateAddresses(self.arm.centre).take(thing, old["ipConfigurations"])
        except ArmError:
            thing.body["properties"] = old
            raise
        self._keep_options(options)
        thing.uses = set(uses)
        if vm := self.machine(thing):
            self.connected(thing, vm)

    def _keep_options(self, options: dict[str, str]) -> None:
        """Whether a public address goes with the VM is said here, and kept at the address."""
        for key, option in options.items():
            self.arm.centre.get(key).body["properties"]["deleteOption"] = option

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
        self._refuse_doubles(resource, found)
        self.arm.require_linked(call, {f"{one.kind}/join/action": one.body["id"] for one in found})
        return [one.key for one in found]

    def _refuse_doubles(self, resource: ResourceId, found: list[Thing]) -> None:
        addresses = [one.body["id"] for one in found if one.kind == ADDRESS]
        for address in addresses:
            if addresses.count(address) > 1:
                text = (
                    f"Public IP address {address} is referenced by multiple IP configurations of resource {resource}."
                )
                raise ArmError(400, "PublicIPReferencedByMultipleIPConfigs", text, details=[])

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
        one["properties"]["publicIPAddress"] = {"id": address.body["id"]}
        return address

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


def _delete_options(given: dict[str, Any]) -> dict[str, str]:
    """By the keys of the public addresses that are named."""
    named = [one.get("properties", {}).get("publicIPAddress", {}) for one in given.get("ipConfigurations", ())]
    options = {str(one.get("id", "")).lower(): (one.get("properties") or {}).get("deleteOption") for one in named}
    return {key: option for key, option in options.items() if option in ("Delete", "Detach")}


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
