"""Public addresses."""

from __future__ import annotations

from typing import Any

from ...centre import Exhausted, Thing
from ...facade import Call
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..shape import ANYTHING, IGNORED, NUMBER, TEXT, UNSERVED, ListOf, Members, resource, word
from .base import Networked

ADDRESS = "Microsoft.Network/publicIPAddresses"
PUBLIC = "public addresses"

properties = Members(
    "PublicIPAddressPropertiesFormat",
    {
        "publicIPAllocationMethod": word("Static", "Dynamic"),
        "publicIPAddressVersion": word("IPv4", "IPv6"),
        "idleTimeoutInMinutes": NUMBER,
        "dnsSettings": Members(
            "PublicIPAddressDnsSettings",
            {"domainNameLabel": TEXT, "fqdn": IGNORED, "reverseFqdn": TEXT, "domainNameLabelScope": TEXT},
        ),
        "deleteOption": word("Delete", "Detach"),
        "ipTags": ListOf(ANYTHING),
        "ddosSettings": UNSERVED,
        "publicIPPrefix": UNSERVED,
        "natGateway": UNSERVED,
        "ipAddress": IGNORED,
        "ipConfiguration": IGNORED,
        "resourceGuid": IGNORED,
        "provisioningState": IGNORED,
    },
)
_sku = Members("PublicIPAddressSku", {"name": word("Basic", "Standard"), "tier": word("Regional", "Global")})


class PublicIPAddresses(Networked):
    type = ADDRESS
    shape = resource("PublicIPAddress", properties, sku=_sku, zones=ListOf(TEXT), extendedLocation=UNSERVED)

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        self._check_quota()
        given = self._filled(sent)
        sku = {"name": "Basic", "tier": "Regional", **sent.get("sku", {})}
        self._check(resource, sku, given)
        location = self.location(sent)
        self._check_label(resource, location, given)
        body = {"location": location, "sku": sku, "zones": sent.get("zones"), "properties": given}
        thing: Thing = self.new(resource, body)
        if given["publicIPAllocationMethod"] == "Static":
            self.allocate(thing)
        return thing

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        given, old = self._filled(sent), thing.body["properties"]
        sku = {"name": "Basic", "tier": "Regional", **sent.get("sku", {})}
        resource = parse(thing.body["id"])
        self._check(resource, sku, given)
        self._check_label(resource, thing.body["location"], given)
        for word_, was, wanted in (
            ("sku", thing.body["sku"]["name"], sku["name"]),
            ("publicIPAddressVersion", old["publicIPAddressVersion"], given["publicIPAddressVersion"]),
        ):
            if was != wanted:
                text = f"Property {word_} of public IP address {resource} cannot be changed from {was} to {wanted}."
                raise ArmError(400, "PublicIPAddressPropertyCannotBeUpdated", text, details=[])
        held = self.holder(thing)
        if held and old["publicIPAllocationMethod"] == "Static" and given["publicIPAllocationMethod"] == "Dynamic":
            text = (
                f"Public IP address {resource} is in use by ipconfig {held[1]} and cannot be updated to Dynamic "
                "allocation method."
            )
            raise ArmError(400, "PublicIPAddressInUseCannotUpdateToDynamic", text, details=[])
        kept = {name: old[name] for name in ("ipAddress", "resourceGuid") if name in old}
        thing.body["properties"] = {**given, **kept}
        if given["publicIPAllocationMethod"] == "Static" and "ipAddress" not in kept:
            self.allocate(thing)

    def _filled(self, sent: dict[str, Any]) -> dict[str, Any]:
        defaults = {"publicIPAllocationMethod": "Dynamic", "publicIPAddressVersion": "IPv4", "idleTimeoutInMinutes": 4}
        return {**defaults, "ipTags": [], **sent.get("properties", {})}

    def _check(self, resource: ResourceId, sku: dict[str, str], given: dict[str, Any]) -> None:
        if sku["name"] == "Standard" and given["publicIPAllocationMethod"] != "Static":
            text = f"Standard sku publicIp {resource} must have AllocationMethod set to Static."
            raise ArmError(400, "StandardSkuPublicIPAddressesMustBeStatic", text, details=[])
        if not 4 <= given["idleTimeoutInMinutes"] <= 30:
            text = f"The idle timeout for public IP address {resource} is outside of the allowed range: 4-30 minutes."
            raise ArmError(400, "InvalidIdleTimeout", text, details=[])

    def _check_label(self, resource: ResourceId, location: str, given: dict[str, Any]) -> None:
        """A name of the internet's is one address's."""
        settings = given.get("dnsSettings")
        if not settings or "domainNameLabel" not in settings:
            return
        settings["fqdn"] = f"{settings['domainNameLabel']}.{location}.cloudapp.azure.com"
        for other in self.arm.centre.of_kind(ADDRESS):
            theirs = other.body["properties"].get("dnsSettings", {}).get("fqdn")
            if theirs == settings["fqdn"] and other.key != resource.key:
                text = f"DNS record {theirs} is already used by another public IP."
                raise ArmError(400, "DnsRecordInUse", text, details=[])

    def _check_quota(self) -> None:
        most = self.arm.settings.quotas.get("publicIPAddresses")
        if most is not None and len(self.arm.centre.of_kind(ADDRESS)) >= most:
            text = f"Cannot create more than {most} public IP addresses for this subscription in this region."
            raise ArmError(400, "PublicIPCountLimitReached", text, details=[])

    def allocate(self, thing: Thing) -> None:
        """Does nothing if it has one. Raises ArmError."""
        if "ipAddress" in thing.body["properties"]:
            return
        try:
            thing.body["properties"]["ipAddress"] = self.arm.centre.take_address(thing, PUBLIC)
        except Exhausted:
            text = "The region has no more public IP addresses."
            raise ArmError(503, "AllocationFailed", text, details=[]) from None

    def release(self, thing: Thing) -> None:
        """A dynamic one is given back while nothing runs behind it."""
        if thing.body["properties"]["publicIPAllocationMethod"] == "Dynamic":
            address = thing.body["properties"].pop("ipAddress", None)
            if address:
                thing.addresses.remove((PUBLIC, address))
                self.arm.centre.pool(PUBLIC).give_back(address)

    def holder(self, thing: Thing) -> tuple[str, str] | None:
        """The interface that has it, and which of its configurations: their ids."""
        for user in self.arm.centre.users(thing.key):
            for one in user.body["properties"].get("ipConfigurations", ()):
                if one["properties"].get("publicIPAddress", {}).get("id", "").lower() == thing.key:
                    return user.body["id"], one["id"]
        return None

    def refuse_in_use(self, thing: Thing) -> None:
        if held := self.holder(thing):
            raise ArmError(
                400,
                "PublicIPAddressCannotBeDeleted",
                f"Public IP address {thing.body['id']} can not be deleted since it is still allocated to resource "
                f"{held[1]}. In order to delete the public IP, disassociate/detach the Public IP address from the "
                "resource.  To learn how to do this, see aka.ms/deletepublicip.",
                details=[],
            )

    def shown(self, thing: Thing) -> dict[str, Any]:
        body = super().shown(thing)
        if held := self.holder(thing):
            body["properties"]["ipConfiguration"] = {"id": held[1]}
        return body
