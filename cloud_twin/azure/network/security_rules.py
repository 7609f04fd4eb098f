"""Security rules: children of a group, changed with it or by themselves."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from ...centre import State, Thing
from ...facade import Call
from .. import listing
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..shape import IGNORED, NUMBER, TEXT, UNSERVED, ListOf, Members, word
from .children import Children

NSG = "Microsoft.Network/networkSecurityGroups"
RULE = f"{NSG}/securityRules"
LOWEST, HIGHEST = 100, 4096
# https://learn.microsoft.com/azure/virtual-network/service-tags-overview; many have a region's, too: Storage.WestUS.
_TAGS = """actiongroup apimanagement appconfiguration applicationinsightsavailability appservice appservicemanagement
    autonomousdevelopmentplatform azureactivedirectory azureactivedirectorydomainservices azureadvancedthreatprotection
    azurearckubernetes azureattestation azurebackup azurebotservice azurecloud azurecognitivesearch azureconnectors
    azurecontainerregistry azurecosmosdb azuredatabricks azuredataexplorermanagement azuredevops azuredevspaces
    azuredigitaltwins azureeventgrid azurefrontdoor.backend azurefrontdoor.firstparty azurefrontdoor.frontend
    azureinformationprotection azureiothub azurekeyvault azureloadbalancer azuremachinelearning azuremonitor
    azureopendatasets azureplatformdns azureplatformimds azureplatformlkm azureresourcemanager azuresignalr
    azuresiterecovery azurestack azuretrafficmanager azureupdatedelivery azurewebpubsub batchnodemanagement
    cognitiveservicesmanagement datafactory datafactorymanagement eventhub gatewaymanager guestandhybridmanagement
    hdinsight internet logicapps logicappsmanagement m365managementactivityapi microsoftcloudappsecurity
    microsoftcontainerregistry powerbi powerplatforminfra servicebus servicefabric sql sqlmanagement storage
    storagesyncservice virtualdesktop virtualnetwork windowsadmincenter windowsvirtualdesktop"""
TAGS = frozenset(_TAGS.split())
_ENDS = (
    ("sourceAddressPrefix", "sourceAddressPrefixes"),
    ("destinationAddressPrefix", "destinationAddressPrefixes"),
)
_PORTS = (("sourcePortRange", "sourcePortRanges"), ("destinationPortRange", "destinationPortRanges"))

properties = Members(
    "SecurityRulePropertiesFormat",
    {
        "description": TEXT,
        "protocol": word("Tcp", "Udp", "Icmp", "Esp", "Ah", "*"),
        "sourcePortRange": TEXT,
        "destinationPortRange": TEXT,
        "sourceAddressPrefix": TEXT,
        "sourceAddressPrefixes": ListOf(TEXT),
        "sourceApplicationSecurityGroups": UNSERVED,
        "destinationAddressPrefix": TEXT,
        "destinationAddressPrefixes": ListOf(TEXT),
        "destinationApplicationSecurityGroups": UNSERVED,
        "sourcePortRanges": ListOf(TEXT),
        "destinationPortRanges": ListOf(TEXT),
        "access": word("Allow", "Deny"),
        "priority": NUMBER,
        "direction": word("Inbound", "Outbound"),
        "provisioningState": IGNORED,
    },
    ("protocol", "access", "priority", "direction"),
)
shape = Members(
    "SecurityRule",
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


class SecurityRules(Children):
    type = RULE
    owners = NSG
    shape = shape

    def list_of_owner(self, call: Call) -> Any:
        return listing.page(call, self.arm.settings, self.of(self.owner_named(call)), self.shown)

    def of(self, group: Thing) -> list[Thing]:
        return [one for one in self.arm.centre.of_kind(RULE) if one.goes_with == group.key]

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        owner = self.owner(resource.parent)
        self.refuse_unready(call, owner)
        given = sent.get("properties") or {}
        return self.made(owner, resource, given, [one.body for one in self.of(owner)])

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        owner = self.arm.centre.get(str(thing.goes_with))
        given = sent.get("properties") or {}
        others = [one.body for one in self.of(owner) if one.key != thing.key]
        self.check(parse(thing.body["id"]), given, others)
        thing.body["properties"] = given

    def made(self, owner: Thing, resource: ResourceId, given: dict[str, Any], others: list[dict[str, Any]]) -> Thing:
        """Not yet in the centre. `others`: bodies of the rules beside it."""
        self.check_name(resource)
        self.check(resource, given, others)
        thing: Thing = self.new(resource, {"properties": given}, goes_with=owner.key)
        del thing.body["properties"]["resourceGuid"]
        thing.state = State.READY  # a change of its group is the group's job
        return thing

    def check(self, resource: ResourceId, given: dict[str, Any], others: list[dict[str, Any]]) -> None:
        """Raises ArmError."""
        for name in properties.needed:
            if name not in given:
                raise self.voice.missing(f"properties.{name}")
        priority = given["priority"]
        if not LOWEST <= priority <= HIGHEST:
            text = f"Security rule has invalid Priority. Value provided: {priority} Allowed range {LOWEST}-{HIGHEST}."
            raise ArmError(400, "SecurityRuleInvalidPriority", text, details=[])
        for one, several in _PORTS:
            self._check_ports(resource, given, one, several)
        for one, several in _ENDS:
            self._check_ends(resource, given, one, several)
        for other in others:
            theirs = other["properties"]
            if (theirs["priority"], theirs["direction"]) == (priority, given["direction"]):
                raise ArmError(
                    400,
                    "SecurityRuleConflict",
                    f"Security rule {resource.name} conflicts with rule {other['name']}. Rules cannot have the same "
                    "Priority and Direction.",
                    details=[],
                )

    def _check_ports(self, resource: ResourceId, given: dict[str, Any], one: str, several: str) -> None:
        sent = self._either(resource, given, one, several)
        for text in sent:
            if not _ports(text):
                raise ArmError(
                    400,
                    "SecurityRuleInvalidPortRange",
                    f"Security rule has invalid Port range. Value provided: {text}. Value should be an integer OR "
                    "integer "
                    f"range with '-' delimiter. Valid range 0-65535.",
                    details=[],
                )

    def _check_ends(self, resource: ResourceId, given: dict[str, Any], one: str, several: str) -> None:
        for text in self._either(resource, given, one, several):
            if not _prefix(text):
                raise ArmError(
                    400,
                    "SecurityRuleInvalidAddressPrefix",
                    f"Security rule {resource} has invalid Address prefix. Value provided: {text}",
                    details=[],
                )

    def _either(self, resource: ResourceId, given: dict[str, Any], one: str, several: str) -> list[str]:
        """A member, or its plural. Raises ArmError."""
        if given.get(one) and given.get(several):
            text = f"Security rule {resource} must have only one of {one} and {several}."
            raise ArmError(400, "SecurityRuleParameterConflict", text, details=[])
        found = [given[one]] if given.get(one) else list(given.get(several) or ())
        if not found:
            text = (
                f"Required security rule parameters are missing for security rule with Id: {resource}. Security rule "
                f"must specify either {one} or {several}."
            )
            raise ArmError(400, "SecurityRuleParameterMissing", text, details=[])
        return found

    def state(self, thing: Thing) -> str:
        owner = self.arm.centre.find(str(thing.goes_with))
        return super().state(thing if owner is None or owner.state is State.READY else owner)

    def shown(self, thing: Thing) -> dict[str, Any]:
        body = super().shown(thing)
        for several in (
            "sourceAddressPrefixes",
            "destinationAddressPrefixes",
            "sourcePortRanges",
            "destinationPortRanges",
        ):
            body["properties"].setdefault(several, [])
        return body

    def family(self, thing: Thing) -> list[str]:
        group = str(thing.goes_with) if thing.kind == RULE else thing.key
        return [group, *(one.key for one in self.of(self.arm.centre.get(group)))]

    def refuse_in_use(self, thing: Thing) -> None:
        """Nothing depends on a rule."""


def _ports(text: str) -> bool:
    if text == "*":
        return True
    first, dash, last = text.partition("-")
    ends = [first, last] if dash else [first]
    if not all(re.fullmatch(r"\d{1,5}", end) and int(end) <= 65535 for end in ends):
        return False
    return int(ends[0]) <= int(ends[-1])


def _prefix(text: str) -> bool:
    """A range's host bits must be zero; a tag's region is not looked at."""
    low = text.lower()
    if text == "*" or low in TAGS or low.partition(".")[0] in TAGS:
        return True
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
