"""Virtual networks, with the subnets that are sent along."""

from __future__ import annotations

from typing import Any

from ...centre import Thing
from ...facade import Call
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..shape import ANYTHING, FLAG, IGNORED, NUMBER, TEXT, UNSERVED, ListOf, Members, resource
from . import ranges, subnets
from .base import Networked
from .subnets import VNET, Subnets

properties = Members(
    "VirtualNetworkPropertiesFormat",
    {
        "addressSpace": Members("AddressSpace", {"addressPrefixes": ListOf(TEXT)}),
        "dhcpOptions": Members("DhcpOptions", {"dnsServers": ListOf(TEXT)}),
        "flowTimeoutInMinutes": NUMBER,
        "subnets": ListOf(subnets.shape),
        "virtualNetworkPeerings": UNSERVED,
        "enableDdosProtection": FLAG,
        "enableVmProtection": FLAG,
        "encryption": ANYTHING,
        "bgpCommunities": ANYTHING,
        "privateEndpointVNetPolicies": TEXT,
        "ddosProtectionPlan": UNSERVED,
        "ipAllocations": UNSERVED,
        "resourceGuid": IGNORED,
        "provisioningState": IGNORED,
        "flowLogs": IGNORED,
        "defaultPublicNatGateway": IGNORED,
    },
)


class VirtualNetworks(Networked):
    type = VNET
    shape = resource("VirtualNetwork", properties, extendedLocation=UNSERVED)
    longest = 64

    def __init__(self, arm: Any, subnets: Subnets) -> None:
        super().__init__(arm)
        self.subnets = subnets

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        given = sent.get("properties", {})
        inline = given.pop("subnets", None) or []
        self._check_space(resource, given)
        self._check_quota()
        body = {"location": self.location(sent), "properties": {**_defaults(), **given}}
        network: Thing = self.new(resource, body)
        for one in self._subnets(call, network, inline, []):
            self.arm.centre.add(one)
        return network

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        given = sent.get("properties", {})
        inline = given.pop("subnets", None)
        resource = parse(thing.body["id"])
        self._check_space(resource, given)
        was, thing.body["properties"] = (
            thing.body["properties"],
            {
                **_defaults(),
                **given,
                "resourceGuid": thing.body["properties"]["resourceGuid"],
            },
        )
        try:
            self._change_subnets(call, thing, inline)
        except ArmError:
            thing.body["properties"] = was
            raise

    def _change_subnets(self, call: Call, network: Thing, inline: list[dict[str, Any]] | None) -> None:
        """Those not sent leave; without a list of them all stay, and must still fit."""
        there = {one.body["name"].lower(): one for one in self.subnets.of(network)}
        if inline is None:
            inline = [{"name": one.body["name"], "properties": one.body["properties"]} for one in there.values()]
        named = {str(one.get("name", "")).lower() for one in inline}
        leaving = [one for name, one in there.items() if name not in named]
        for one in leaving:
            self.subnets.refuse_in_use(one)
        kept = [one for name, one in there.items() if name in named]
        for one in self._subnets(call, network, inline, kept):
            self.arm.centre.add(one)
        for one in leaving:
            self.arm.centre.remove(one.key)

    def _subnets(self, call: Call, network: Thing, inline: list[dict[str, Any]], there: list[Thing]) -> list[Thing]:
        """The new ones among those sent; those that are there are changed."""
        known = {one.body["name"].lower(): one for one in there}
        made: list[Thing] = []
        before: list[tuple[str, list[ranges.Range]]] = []
        for one in inline:
            name, given = one.get("name"), one.get("properties", {})
            if not name:
                raise self.voice.missing("properties.subnets[0].name")
            if any(name.lower() == other.lower() for other, _ in before):
                raise _duplicate(name)
            old = known.get(name.lower())
            if old is None:
                resource = parse(network.body["id"]).child("subnets", name)
                found = self.subnets.made(call, network, resource, given, before)
                made.append(found)
            else:
                self.subnets.changed(call, network, old, given, before)
                found = old
            before.append(self.subnets.ranges_of(found))
        return made

    def _check_space(self, resource: ResourceId, given: dict[str, Any]) -> None:
        """Raises ArmError."""
        sent = given.get("addressSpace", {}).get("addressPrefixes")
        if not sent:
            text = f"Virtual network {resource} must have at least one address prefix in its address space."
            raise ArmError(
                400,
                "InvalidRequestFormat",
                "Cannot parse the request.",
                details=[{"code": "MissingJsonRequiredProperty", "message": text}],
            )
        found = [ranges.read(one, "properties.addressSpace", str(resource)) for one in sent]
        if overlap := ranges.first_overlap(found):
            text = (
                f"Address prefix {overlap[0]} of virtual network {resource.name} overlaps with address prefix "
                f"{overlap[1]}."
            )
            raise ArmError(400, "VnetAddressSpaceOverlaps", text, details=[])

    def _check_quota(self) -> None:
        most = self.arm.settings.quotas.get("virtualNetworks")
        there = len(self.arm.centre.of_kind(VNET))
        if most is not None and there >= most:
            text = (
                f"Subscription {self.arm.account.subscription} is not registered for more than {most} virtual "
                f"networks: cannot create more than {most} virtual networks for this subscription in this region."
            )
            raise ArmError(400, "VnetCountLimitReached", text, details=[])

    def family(self, thing: Thing) -> list[str]:
        return self.subnets.family(thing)

    def refuse_in_use(self, thing: Thing) -> None:
        for one in self.subnets.of(thing):
            self.subnets.refuse_in_use(one)

    def shown(self, thing: Thing) -> dict[str, Any]:
        body = super().shown(thing)
        body["properties"]["subnets"] = [self.subnets.shown(one) for one in self.subnets.of(thing)]
        return body


def _defaults() -> dict[str, Any]:
    return {"virtualNetworkPeerings": [], "enableDdosProtection": False}


def _duplicate(name: str) -> ArmError:
    text = "Cannot parse the request."
    return ArmError(
        400,
        "InvalidRequestFormat",
        text,
        details=[
            {
                "code": "DuplicateResourceName",
                "message": f"Resource name {name} is used more than once among the subnets.",
            }
        ],
    )
