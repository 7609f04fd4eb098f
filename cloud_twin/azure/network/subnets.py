"""Subnets: children of a network, changed with it or by themselves."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from ...centre import Job, Pool, State, Thing
from ...facade import Call, json_response
from .. import listing
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..shape import ANYTHING, FLAG, IGNORED, REFERENCE, TEXT, UNSERVED, ListOf, Members, word
from . import ranges
from .base import new_etag
from .children import Children

VNET = "Microsoft.Network/virtualNetworks"
SUBNET = f"{VNET}/subnets"
NSG = "Microsoft.Network/networkSecurityGroups"
# Azure's: the first four and the last (https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq).
KEPT = 4
SMALLEST = 29

properties = Members(
    "SubnetPropertiesFormat",
    {
        "addressPrefix": TEXT,
        "addressPrefixes": ListOf(TEXT),
        "networkSecurityGroup": REFERENCE,
        "routeTable": UNSERVED,
        "natGateway": UNSERVED,
        "serviceEndpoints": ListOf(ANYTHING),
        "delegations": ListOf(ANYTHING),
        "privateEndpointNetworkPolicies": word(
            "Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"
        ),
        "privateLinkServiceNetworkPolicies": word("Enabled", "Disabled"),
        "defaultOutboundAccess": FLAG,
        "ipConfigurations": IGNORED,
        "provisioningState": IGNORED,
        "purpose": IGNORED,
        "privateEndpoints": IGNORED,
        "resourceNavigationLinks": IGNORED,
        "serviceAssociationLinks": IGNORED,
    },
)
shape = Members(
    "Subnet",
    {
        "id": IGNORED,
        "name": TEXT,
        "type": IGNORED,
        "etag": IGNORED,
        "properties": properties,
        "location": IGNORED,
        "tags": IGNORED,
    },
)


class Subnets(Children):
    type = SUBNET
    owners = VNET
    shape = shape

    def list_in_network(self, call: Call) -> Any:
        return listing.page(call, self.arm.settings, self.of(self.owner_named(call)), self.shown)

    def of(self, network: Thing) -> list[Thing]:
        return [one for one in self.arm.centre.of_kind(SUBNET) if one.key.startswith(f"{network.key}/")]

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        network = self.owner(resource.parent)
        self.refuse_unready(call, network)
        others = [one for one in self.of(network) if one.key != resource.key]
        return self.made(call, network, resource, sent.get("properties", {}), [self.ranges_of(one) for one in others])

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        network = self.arm.centre.get(str(thing.goes_with))
        others = [self.ranges_of(one) for one in self.of(network) if one.key != thing.key]
        self.changed(call, network, thing, sent.get("properties", {}), others)

    def made(
        self,
        call: Call,
        network: Thing,
        resource: ResourceId,
        given: dict[str, Any],
        others: list[tuple[str, list[ranges.Range]]],
    ) -> Thing:
        """Not yet in the centre. `others`: the subnets beside it."""
        self.check_name(resource)
        uses = self._uses(call, network, resource, given)
        self._check_ranges(network, resource.name, given, others)
        thing: Thing = self.new(resource, {"properties": given}, uses, goes_with=network.key)
        del thing.body["properties"]["resourceGuid"]
        thing.state = State.READY  # a change of its network is the network's job
        self._open(thing)
        return thing

    def changed(
        self,
        call: Call,
        network: Thing,
        thing: Thing,
        given: dict[str, Any],
        others: list[tuple[str, list[ranges.Range]]],
    ) -> None:
        resource = parse(thing.body["id"])
        uses = self._uses(call, network, resource, given)
        found = self._check_ranges(network, resource.name, given, others)
        if found != self.ranges_of(thing)[1]:
            self._refuse_used(thing, "InUsePrefixCannotBeDeleted", self._prefix_in_use(thing))
            thing.body["properties"] = given
            self._open(thing)
        thing.body["properties"] = given
        thing.uses = set(uses)

    def _prefix_in_use(self, thing: Thing) -> str:
        return (
            f"IpPrefix {', '.join(prefixes(thing.body['properties']))} on Subnet {thing.body['name']} has active "
            "allocations and cannot be deleted."
        )

    def _refuse_used(self, thing: Thing, code: str, text: str) -> None:
        if self.arm.centre.users(thing.key):
            raise ArmError(400, code, text, details=[])

    def _open(self, thing: Thing) -> None:
        first = prefixes(thing.body["properties"])[0]
        self.arm.centre.open_pool(thing.key, Pool(first, first=KEPT, last=1))

    def ranges_of(self, thing: Thing) -> tuple[str, list[ranges.Range]]:
        given = prefixes(thing.body["properties"])
        return thing.body["name"], [ranges.read(one, "", thing.body["name"]) for one in given]

    def _check_ranges(
        self, network: Thing, name: str, given: dict[str, Any], others: list[tuple[str, list[ranges.Range]]]
    ) -> list[ranges.Range]:
        owner = f"{network.body['id']}/subnets/{name}"
        found = [ranges.read(one, "properties.addressPrefix", owner) for one in prefixes(given)]
        if not found:
            text = f"Value for address prefix is missing. Subnet {name} must have at least one address prefix."
            inner = {"code": "MissingJsonRequiredProperty", "message": text}
            raise ArmError(400, "InvalidRequestFormat", "Cannot parse the request.", details=[inner])
        space = [ranges.read(one, "", owner) for one in network.body["properties"]["addressSpace"]["addressPrefixes"]]
        theirs = [their for _, known in others for their in known]
        for one in found:
            self._check_range(one, name, network.body["name"], space, theirs)
        return found

    def _check_range(
        self, one: ranges.Range, name: str, network: str, space: list[ranges.Range], theirs: list[ranges.Range]
    ) -> None:
        if not ranges.inside(one, space):
            text = (
                f"Subnet '{name}' is not valid because its IP address range is outside the IP address range of virtual "
                f"network '{network}'."
            )
            raise ArmError(400, "NetcfgSubnetRangeOutsideVnet", text, details=[])
        if one.version == 4 and one.prefixlen > SMALLEST:
            text = f"Subnet '{name}' is not valid in virtual network '{network}'."
            raise ArmError(400, "NetcfgInvalidSubnet", text, details=[])
        if any(one.version == their.version and one.overlaps(their) for their in theirs):
            text = (
                f"Subnet '{name}' is not valid because its IP address range overlaps with that of an existing subnet "
                f"in virtual network '{network}'."
            )
            raise ArmError(400, "NetcfgSubnetRangesOverlap", text, details=[])

    def _uses(self, call: Call, network: Thing, resource: ResourceId, given: dict[str, Any]) -> list[str]:
        group = given.get("networkSecurityGroup")
        if group is None:
            return []
        path = "properties.networkSecurityGroup"
        found = self.referred(resource, group.get("id", ""), NSG, network.body["location"], path)
        action = f"{NSG}/join/action"
        self.arm.require_linked(call, {action: found.body["id"]})
        given["networkSecurityGroup"] = {"id": found.body["id"]}
        return [found.key]

    def family(self, thing: Thing) -> list[str]:
        network = str(thing.goes_with) if thing.kind == SUBNET else thing.key
        return [network, *(one.key for one in self.of(self.arm.centre.get(network)))]

    def refuse_in_use(self, thing: Thing) -> None:
        if users := self.arm.centre.users(thing.key):
            used_by = self.configurations(thing, users)[0]["id"]
            raise ArmError(
                400,
                "InUseSubnetCannotBeDeleted",
                f"Subnet {thing.body['name']} is in use by {used_by} and cannot be deleted. In order to delete the "
                "subnet, "
                "delete all the resources within the subnet. See aka.ms/deletesubnet.",
                details=[],
            )

    def configurations(self, thing: Thing, users: list[Thing]) -> list[dict[str, str]]:
        """Of the interfaces in it."""
        return [
            {"id": one["id"]}
            for user in users
            for one in user.body["properties"].get("ipConfigurations", ())
            if one["properties"].get("subnet", {}).get("id", "").lower() == thing.key
        ]

    def state(self, thing: Thing) -> str:
        network = self.arm.centre.find(str(thing.goes_with))
        return super().state(thing if network is None or network.state is State.READY else network)

    def shown(self, thing: Thing) -> dict[str, Any]:
        body = super().shown(thing)
        body["properties"].setdefault("delegations", [])
        body["properties"].setdefault("privateEndpointNetworkPolicies", "Disabled")
        body["properties"].setdefault("privateLinkServiceNetworkPolicies", "Enabled")
        users = [one for one in self.arm.centre.of_kind("Microsoft.Network/networkInterfaces") if thing.key in one.uses]
        if users:
            body["properties"]["ipConfigurations"] = self.configurations(thing, users)
        return body

    def delete(self, call: Call) -> Response:
        resource = self.id(call)
        self.owner(resource.parent)
        return super().delete(call)

    def answer_made(self, call: Call, thing: Thing, job: Job) -> Response:
        network = self.arm.centre.get(str(thing.goes_with))
        network.body["etag"] = new_etag()
        return json_response(self.shown(thing), 201, self.arm.operations.headers(call, job, location=False))


def prefixes(given: dict[str, Any]) -> list[str]:
    one = given.get("addressPrefix")
    return [one] if one else list(given.get("addressPrefixes", ()))
