"""What carries Spider's tokens. Subnets have no tags: what an operation has added to a VPC, no list tells."""

from __future__ import annotations

from collections.abc import Iterator

from ..contract import Marked, NotFound
from . import family, machine, tags, vm_group
from .calls import Arm
from .place import ADDRESS, DISK, KEY, NIC, NSG, VM, VNET, same

# By type: the kind, the part of it, and how the part is called when the VM's name is "".
_TYPES: dict[str, tuple[str, str, str]] = {
    VNET: ("vpc", "", ""),
    NSG: ("security_group", "", ""),
    KEY: ("key_pair", "", ""),
    VM: ("vm", "", ""),
    ADDRESS: ("vm", "address", family.address_name("")),
    NIC: ("vm", "interface", family.interface_name("")),
    DISK: ("vm", "disk", machine.disk_name("")),
}


def listed(arm: Arm) -> Iterator[Marked]:
    """One call: GET resourceGroups/{group}/resources. None where nobody has made the group yet."""
    place = arm.place
    try:
        every = arm.all("resources.resources.list_by_resource_group", place.group)
    except NotFound:
        return
    for one in every:
        found = place.read(str(one["id"]))
        here = same(str(one.get("location", "")).replace(" ", ""), place.location)
        if found is None or not here or not tags.token(one) or found.type not in _TYPES:
            continue
        kind, part, suffix = _TYPES[found.type]
        name = found.name.removesuffix(suffix)
        if vm_group.is_one(one):
            kind, part, name = "vm", "group", tags.of(one)[tags.OF_VM]
        owner = place.id(VM, name) if part else ""
        yield Marked(kind, place.spelled(str(one["id"])), name, tags.token(one), part, owner)
