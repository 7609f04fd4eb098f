"""What a request's body refers to: networks, subnetworks, machine types, images, disk types. All raise GceError."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..centre import Thing
from ..facade import Call
from . import images
from .catalogue.images import Image
from .catalogue.machine_types import MACHINE_TYPES, MachineType
from .errors import GceError, absent, invalid_field
from .links import name_of, read_key

if TYPE_CHECKING:
    from .facade import Gcp

DISK_TYPES = ("pd-standard", "pd-balanced", "pd-ssd", "pd-extreme")


def network_of(cloud: Gcp, call: Call, given: str, field: str) -> Thing:
    return _thing(cloud, call, given, "networks", field, "network")


def subnetwork_of(cloud: Gcp, call: Call, given: str, field: str) -> Thing:
    return _thing(cloud, call, given, "subnetworks", field, "subnetwork")


def machine_type_of(cloud: Gcp, call: Call, given: str, field: str) -> MachineType:
    zone = call.values["zone"]
    key = read_key(field, given, "machineTypes", cloud.project(call))
    name = name_of(key)
    found = MACHINE_TYPES.get(name)
    if f"/zones/{zone}/" not in key:
        raise invalid_field(field, given, f"The machine type is not in the zone '{zone}'.")
    if found is None or not found.is_in(zone):
        raise invalid_field(field, given, f"Machine type with name '{name}' does not exist in zone '{zone}'.")
    return found


def image_of(cloud: Gcp, call: Call, given: str, field: str) -> Image:
    """An image, or the newest of a family (global/images/family/…)."""
    key = read_key(field, given, "images", cloud.project(call))
    try:
        return images.find(key)
    except GceError:
        if "/images/family/" in key:
            raise
        raise absent_in(field, given, "image") from None


def disk_type_of(cloud: Gcp, call: Call, given: str, field: str) -> str:
    """Its key."""
    key = read_key(field, given, "diskTypes", cloud.project(call))
    if name_of(key) not in DISK_TYPES:
        raise absent(key)
    if f"/zones/{call.values['zone']}/" not in key:
        raise invalid_field(field, given, "The disk type is not in the zone of the instance.")
    return key


def absent_in(field: str, given: str, kind: str) -> GceError:
    return invalid_field(field, given, f"The referenced {kind} resource cannot be found.")


def _thing(cloud: Gcp, call: Call, given: str, kind: str, field: str, word: str) -> Thing:
    key = read_key(field, given, kind, cloud.project(call))
    found = cloud.centre.find(key)
    if found is None:
        raise absent_in(field, given, word)
    return found
