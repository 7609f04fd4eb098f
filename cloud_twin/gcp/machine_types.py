"""Machine types, by zone."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ..facade import Call
from . import lists
from .account import PROJECT
from .catalogue.machine_types import MACHINE_TYPES, MachineType
from .catalogue.places import ALL_ZONES
from .errors import absent
from .links import link, number_id

if TYPE_CHECKING:
    from .facade import Gcp

_LAUNCHED = "1969-12-31T16:00:00.000-08:00"


def get(cloud: Gcp, call: Call) -> dict[str, Any]:
    zone, name = call.values["zone"], call.values["machineType"]
    found = MACHINE_TYPES.get(name)
    if found is None or not found.is_in(zone):
        raise absent(f"{cloud.scope(call)}/machineTypes/{name}")
    return _shown(found, zone)


def list_(cloud: Gcp, call: Call) -> dict[str, Any]:
    return lists.answer(
        cloud, call, "compute#machineTypeList", f"{cloud.scope(call)}/machineTypes", _of_zone(call.values["zone"])
    )


def aggregated(cloud: Gcp, call: Call) -> dict[str, Any]:
    found = [one for zone in ALL_ZONES for one in _of_zone(zone)]
    scopes = [f"zones/{zone}" for zone in ALL_ZONES]
    return lists.aggregated(cloud, call, "compute#machineTypeAggregatedList", "machineTypes", scopes, found)


@functools.cache
def _of_zone(zone: str) -> list[dict[str, Any]]:
    return [_shown(one, zone) for one in MACHINE_TYPES.values() if one.is_in(zone)]


def _shown(one: MachineType, zone: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "kind": "compute#machineType",
        "id": number_id(3000 + list(MACHINE_TYPES).index(one.name)),
        "creationTimestamp": _LAUNCHED,
        "name": one.name,
        "description": one.description,
        "guestCpus": one.cpus,
        "memoryMb": one.memory_mib,
        "imageSpaceGb": 0,
        "maximumPersistentDisks": 16 if one.shared else 128,
        "maximumPersistentDisksSizeGb": "3072" if one.shared else "263168",
        "zone": zone,
        "selfLink": link(f"projects/{PROJECT}/zones/{zone}/machineTypes/{one.name}"),
        "isSharedCpu": one.shared,
        "architecture": "ARM64" if one.arm else "X86_64",
    }
    if one.gpu:
        made["accelerators"] = [{"guestAcceleratorType": one.gpu[0], "guestAcceleratorCount": one.gpu[1]}]
    return made
