"""Network security groups, with the rules that are sent along and Azure's own."""

from __future__ import annotations

from typing import Any

from ...centre import Thing
from ...facade import Call
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..shape import FLAG, IGNORED, ListOf, Members, resource
from . import security_rules
from .base import Networked
from .security_rules import NSG, SecurityRules

properties = Members(
    "NetworkSecurityGroupPropertiesFormat",
    {
        "flushConnection": FLAG,
        "securityRules": ListOf(security_rules.shape),
        "defaultSecurityRules": IGNORED,
        "networkInterfaces": IGNORED,
        "subnets": IGNORED,
        "flowLogs": IGNORED,
        "resourceGuid": IGNORED,
        "provisioningState": IGNORED,
    },
)

# https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules
_DEFAULTS = (
    (
        "AllowVnetInBound",
        "Allow inbound traffic from all VMs in VNET",
        "VirtualNetwork",
        "VirtualNetwork",
        "Allow",
        65000,
    ),
    (
        "AllowAzureLoadBalancerInBound",
        "Allow inbound traffic from azure load balancer",
        "AzureLoadBalancer",
        "*",
        "Allow",
        65001,
    ),
    ("DenyAllInBound", "Deny all inbound traffic", "*", "*", "Deny", 65500),
    (
        "AllowVnetOutBound",
        "Allow outbound traffic from all VMs to all VMs in VNET",
        "VirtualNetwork",
        "VirtualNetwork",
        "Allow",
        65000,
    ),
    ("AllowInternetOutBound", "Allow outbound traffic from all VMs to Internet", "*", "Internet", "Allow", 65001),
    ("DenyAllOutBound", "Deny all outbound traffic", "*", "*", "Deny", 65500),
)


class NetworkSecurityGroups(Networked):
    type = NSG
    shape = resource("NetworkSecurityGroup", properties)

    def __init__(self, arm: Any, rules: SecurityRules) -> None:
        super().__init__(arm)
        self.rules = rules

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        given = sent.get("properties", {})
        inline = given.pop("securityRules", None) or []
        self._check_quota()
        group: Thing = self.new(resource, {"location": self.location(sent), "properties": given})
        for one in self._rules(group, inline):
            self.arm.centre.add(one)
        return group

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        """The rules that are not sent are no more."""
        given = sent.get("properties", {})
        rules = self._rules(thing, given.pop("securityRules", None) or [])
        for one in self.rules.of(thing):
            self.arm.centre.remove(one.key)
        for one in rules:
            self.arm.centre.add(one)
        thing.body["properties"] = {**given, "resourceGuid": thing.body["properties"]["resourceGuid"]}

    def _rules(self, group: Thing, inline: list[dict[str, Any]]) -> list[Thing]:
        made: list[Thing] = []
        for number, one in enumerate(inline):
            name = one.get("name")
            if not name:
                raise self.voice.missing(f"properties.securityRules[{number}].name")
            if any(name.lower() == other.body["name"].lower() for other in made):
                text = f"Security rule name {name} is used more than once in network security group {group.body['id']}."
                raise ArmError(
                    400,
                    "InvalidRequestFormat",
                    "Cannot parse the request.",
                    details=[{"code": "DuplicateResourceName", "message": text}],
                )
            resource = parse(group.body["id"]).child("securityRules", name)
            given = one.get("properties") or {}
            made.append(self.rules.made(group, resource, given, [other.body for other in made]))
        return made

    def _check_quota(self) -> None:
        most = self.arm.settings.quotas.get("networkSecurityGroups")
        if most is not None and len(self.arm.centre.of_kind(NSG)) >= most:
            text = f"Cannot create more than {most} network security groups for this subscription in this region."
            raise ArmError(400, "NetworkSecurityGroupCountLimitReached", text, details=[])

    def family(self, thing: Thing) -> list[str]:
        return self.rules.family(thing)

    def refuse_in_use(self, thing: Thing) -> None:
        users = self.arm.centre.users(thing.key)
        if users:
            raise ArmError(
                400,
                "InUseNetworkSecurityGroupCannotBeDeleted",
                f"Network security group {thing.body['id']} cannot be deleted because it is in use by the following "
                f"resources: {', '.join(one.body['id'] for one in users)}. In order to delete the Network security "
                "group, "
                "remove the association with the resource(s). To learn how to do this, see aka.ms/deletensg.",
                details=[],
            )

    def shown(self, thing: Thing) -> dict[str, Any]:
        body = super().shown(thing)
        inner = body["properties"]
        inner["securityRules"] = [self.rules.shown(one) for one in self.rules.of(thing)]
        inner["defaultSecurityRules"] = [self._default(body["id"], *one, self.state(thing)) for one in _DEFAULTS]
        users = self.arm.centre.users(thing.key)
        for word, kind in (
            ("networkInterfaces", "Microsoft.Network/networkInterfaces"),
            ("subnets", "Microsoft.Network/virtualNetworks/subnets"),
        ):
            found = [{"id": one.body["id"]} for one in users if one.kind == kind]
            if found:
                inner[word] = found
        return body

    def _default(
        self, group: str, name: str, text: str, source: str, destination: str, access: str, priority: int, state: str
    ) -> dict[str, Any]:
        return {
            "name": name,
            "id": f"{group}/defaultSecurityRules/{name}",
            "type": f"{NSG}/defaultSecurityRules",
            "properties": {
                "provisioningState": state,
                "description": text,
                "protocol": "*",
                "sourcePortRange": "*",
                "destinationPortRange": "*",
                "sourceAddressPrefix": source,
                "destinationAddressPrefix": destination,
                "access": access,
                "priority": priority,
                "direction": "Inbound" if name.endswith("InBound") else "Outbound",
                "sourcePortRanges": [],
                "destinationPortRanges": [],
                "sourceAddressPrefixes": [],
                "destinationAddressPrefixes": [],
            },
        }
