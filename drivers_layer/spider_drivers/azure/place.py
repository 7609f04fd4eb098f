"""Where a connection's resources are, and the one spelling of their ids.

An ARM id means the same in any case, and Azure's lists change the case of the resource group's name ("Rules of case in
resource names", Azure Resource Manager). What is in the connection's resource group is spelled here as the connection
spells the group and the SDK spells the types; the resource's own name is as Azure answers it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..contract import NotFound, Ref, handling

VNET = "Microsoft.Network/virtualNetworks"
NSG = "Microsoft.Network/networkSecurityGroups"
NIC = "Microsoft.Network/networkInterfaces"
ADDRESS = "Microsoft.Network/publicIPAddresses"
KEY = "Microsoft.Compute/sshPublicKeys"
VM = "Microsoft.Compute/virtualMachines"
DISK = "Microsoft.Compute/disks"
IMAGE = "Microsoft.Compute/images"
SUBNETS = "subnets"

_TYPES = {one.casefold(): one for one in (VNET, NSG, NIC, ADDRESS, KEY, VM, DISK, IMAGE)}
_ID = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/(?P<type>[^/]+/[^/]+)/(?P<name>[^/]+)(?:/(?P<below>[^/]+)/(?P<inner>[^/]+))?(?:/.*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What an ARM id names. `inner`: the name of what is inside, of the type `below` (subnets; "": nothing)."""

    group: str
    type: str
    name: str
    below: str = ""
    inner: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    subscription: str
    group: str
    location: str
    zone: str = ""

    def id(self, kind: str, name: str, subnet: str = "") -> str:
        """Of something in the connection's resource group."""
        whole = f"/subscriptions/{self.subscription}/resourceGroups/{self.group}/providers/{kind}/{name}"
        return f"{whole}/{SUBNETS}/{subnet}" if subnet else whole

    def read(self, cloud_id: str) -> Found | None:
        """None for what is no id of something in a resource group of the subscription."""
        found = _ID.fullmatch(cloud_id)
        if found is None or not same(found["subscription"], self.subscription):
            return None
        group = self.group if same(found["group"], self.group) else found["group"]
        kind = _TYPES.get(found["type"].casefold(), found["type"])
        return Found(group, kind, found["name"], (found["below"] or "").casefold(), found["inner"] or "")

    def spelled(self, cloud_id: str) -> str:
        """The one spelling of an id; other subscriptions' and resource groups' ids stay as they are."""
        found = self.read(cloud_id)
        if found is None or found.group != self.group or found.below not in ("", SUBNETS):
            return cloud_id
        return self.id(found.type, found.name, found.inner)

    def addressed(self, ref: Ref, kind: str, title: str) -> Found:
        """What a Ref leads to; an id without a slash is a name in the connection's resource group. Raises NotFound."""
        cloud_id = handling.id_of(ref, title)
        found = Found(self.group, kind, cloud_id) if "/" not in cloud_id else self.read(cloud_id)
        if found is None or found.type != kind or found.below:
            raise NotFound(f"{title} {cloud_id} does not exist: this is no id of a {kind} in the subscription")
        return found

    def short(self, cloud_id: str) -> str:
        """For a tag, whose value is short: the name alone of what is in the connection's resource group."""
        found = self.read(cloud_id)
        if found is None or found.group != self.group:
            return cloud_id
        return f"{found.name}/{found.inner}" if found.inner else found.name

    def long(self, kind: str, short: str) -> str:
        """What `short` has shortened; "" of ""."""
        if not short or short.startswith("/"):
            return short
        name, _, inner = short.partition("/")
        return self.id(kind, name, inner)


def same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
