"""An instance as it is shown, its status by the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Effect, Machine, Power, State
from . import fingerprints
from .links import link, number_id, shown_time

if TYPE_CHECKING:
    from .facade import Gcp

# PROVISIONING for so much of the time that a machine takes to run, then STAGING ("VM instance life cycle", guide).
PROVISIONING = 0.5
_STATUSES = {Power.ON: "RUNNING", Power.RESTARTING: "RUNNING", Power.STOPPING: "STOPPING", Power.OFF: "TERMINATED"}
_SHIELD = {"enableSecureBoot": False, "enableVtpm": True, "enableIntegrityMonitoring": True}
_DISK_DEFAULTS = {"type": "PERSISTENT", "mode": "READ_WRITE", "interface": "SCSI", "boot": False, "autoDelete": False}


def shown(cloud: Gcp, machine: Machine) -> dict[str, Any]:
    body = machine.body
    zone = machine.key.rpartition("/instances/")[0]
    made: dict[str, Any] = {
        "kind": "compute#instance",
        "id": number_id(machine.number),
        "creationTimestamp": shown_time(machine.made),
        "name": body["name"],
        "description": body["description"],
        "tags": _with_fingerprint(body["tags"], {"items": body["tags"]}),
        "machineType": link(f"{zone}/machineTypes/{body['machineType']}"),
        "status": _status(cloud, machine),
        "zone": link(zone),
        "canIpForward": body["canIpForward"],
        "networkInterfaces": [_interface(body)],
        "disks": [_disk(cloud, index, one) for index, one in enumerate(body["disks"])],
        "metadata": {"kind": "compute#metadata"} | _with_fingerprint(body["metadata"], {"items": body["metadata"]}),
        "selfLink": link(machine.key),
        "labelFingerprint": fingerprints.of(body["labels"]),
        "fingerprint": fingerprints.of([machine.key, machine.number]),
    }
    return made | _hardware(machine, zone) | _moments(machine) | ({"labels": body["labels"]} if body["labels"] else {})


def _hardware(machine: Machine, zone: str) -> dict[str, Any]:
    body = machine.body
    made: dict[str, Any] = {
        "cpuPlatform": "Unknown CPU Platform" if machine.power is Power.OFF else _platform(body),
        "scheduling": body["scheduling"],
        "startRestricted": False,
        "deletionProtection": body["deletionProtection"],
        "shieldedInstanceConfig": {**_SHIELD, **body["shieldedInstanceConfig"]},
        "shieldedInstanceIntegrityPolicy": {"updateAutoLearnPolicy": True},
    }
    if body["serviceAccounts"]:
        made["serviceAccounts"] = body["serviceAccounts"]
    if body["gpu"]:
        name, count = body["gpu"]
        kind = link(f"{zone}/acceleratorTypes/{name}")
        made["guestAccelerators"] = [{"acceleratorType": kind, "acceleratorCount": count}]
    return made


def _status(cloud: Gcp, machine: Machine) -> str:
    if machine.state is State.LEAVING:
        return "STOPPING"
    if machine.power is not Power.STARTING:
        return _STATUSES[machine.power]
    begun = [job for job in cloud.centre.under_way(machine.key) if job.effect in (Effect.MAKE, Effect.START)]
    passed = cloud.centre.progress(begun[0]) if begun else 1.0
    return "PROVISIONING" if passed < PROVISIONING else "STAGING"


def _moments(machine: Machine) -> dict[str, str]:
    """When it was last started, and stopped; neither before it has been."""
    made: dict[str, str] = {}
    if machine.power is not Power.STARTING:
        made["lastStartTimestamp"] = shown_time(machine.body["started"])
    if stopped := machine.body.get("stopped"):
        made["lastStopTimestamp"] = shown_time(stopped)
    return made


def _interface(body: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "kind": "compute#networkInterface",
        "network": link(body["network"]),
        "subnetwork": link(body["subnetwork"]),
        "networkIP": body.get("networkIP", ""),
        "name": "nic0",
        "fingerprint": fingerprints.of([body["subnetwork"], body.get("networkIP"), body.get("natIP")]),
        "stackType": "IPV4_ONLY",
    }
    if not made["networkIP"]:
        del made["networkIP"]
    address = {"natIP": body["natIP"]} if body.get("natIP") else {}
    if body["accessConfigs"]:
        made["accessConfigs"] = [{"kind": "compute#accessConfig", **one, **address} for one in body["accessConfigs"]]
    return made


def _disk(cloud: Gcp, index: int, given: dict[str, Any]) -> dict[str, Any]:
    disk = cloud.centre.find(given["key"])
    kept = {name: value for name, value in given.items() if name != "key"}
    made: dict[str, Any] = {
        "kind": "compute#attachedDisk",
        **_DISK_DEFAULTS,
        "index": index,
        "deviceName": f"persistent-disk-{index}",
        "source": link(given["key"]),
        **kept,
    }
    if disk is None:
        return made
    return made | {
        "diskSizeGb": disk.body["sizeGb"],
        "licenses": [link(disk.body["license"])],
        "guestOsFeatures": [{"type": one} for one in disk.body["features"]],
        "architecture": "ARM64" if disk.body["arm"] else "X86_64",
    }


def _platform(body: dict[str, Any]) -> str:
    return {"n2d": "AMD Rome", "t2a": "Ampere Altra"}.get(str(body["machineType"]).partition("-")[0], "Intel Broadwell")


def _with_fingerprint(kept: Any, shown_as: dict[str, Any]) -> dict[str, Any]:
    return {"fingerprint": fingerprints.of(kept)} | (shown_as if kept else {})
