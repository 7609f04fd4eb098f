"""A VM's request as a PUT takes it, and a virtual machine as a VM."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from ..contract import Iid, Invalid, Platform, Vm, VmRequest, VmStatus
from . import building, details, image, tags, vm_group
from .calls import Thing
from .image import Base
from .place import KEY, NSG, VNET, Place

USER = "cb-user"
SSH, RDP = 22, 3389

# CB-Spider's words for what Azure calls storageAccountType.
_DISK_TYPES = {"PremiumSSD": "Premium_LRS", "StandardSSD": "StandardSSD_LRS", "StandardHDD": "Standard_LRS"}
_DISK_WORDS = {there: here for here, there in _DISK_TYPES.items()}

_POWER = {
    "starting": VmStatus.RESUMING,
    "running": VmStatus.RUNNING,
    "stopping": VmStatus.SUSPENDING,
    "deallocating": VmStatus.SUSPENDING,
    "stopped": VmStatus.SUSPENDED,
    "deallocated": VmStatus.SUSPENDED,
}
_IN_FIELDS = frozenset(
    {"instanceView", "hardwareProfile", "networkProfile", "zones", "timeCreated", "provisioningState"}
)


def status_of(found: Thing) -> VmStatus:
    """A VM that failed to start is Suspended as before; it may be started again."""
    provisioning, power = building.state(found), _POWER.get(_word(found, "PowerState"))
    if provisioning == "creating":
        return VmStatus.CREATING
    if provisioning == "deleting":
        return VmStatus.TERMINATING
    if provisioning == "failed" and power is not VmStatus.SUSPENDED:
        return VmStatus.FAILED
    if power is None:
        return VmStatus.CREATING if provisioning == "updating" else VmStatus.FAILED
    return power


def failure(found: Thing) -> tuple[str, str]:
    """Code and text of what Azure says in its instance view (`ProvisioningState/failed/AllocationFailed`)."""
    for status in _statuses(found):
        words = str(status.get("code", "")).split("/")
        if [word.casefold() for word in words[:2]] == ["provisioningstate", "failed"]:
            code = words[2] if len(words) > 2 else "/".join(words)
            return code, str(status.get("message") or status.get("displayStatus") or "")
    return "ProvisioningState/failed", "Azure does not say why"


def viewed(found: Thing) -> bool:
    """Whether it has its instance view."""
    return bool((found.get("properties") or {}).get("instanceView"))


def body(place: Place, request: VmRequest, base: Base, nic: str, given: dict[str, str], public_key: str) -> Thing:
    """`given`: its tags."""
    return {
        "location": place.location,
        "tags": given,
        **({"zones": [place.zone]} if place.zone else {}),
        **({"plan": base.plan} if base.plan else {}),
        "properties": {
            "hardwareProfile": {"vmSize": request.spec},
            "storageProfile": {"imageReference": base.reference, "osDisk": _disk(request)},
            "osProfile": _system(request, base, public_key),
            "networkProfile": {"networkInterfaces": [_interface(nic)]},
        },
    }


def disk_name(vm: str) -> str:
    return f"{vm}-osdisk"


def kept(place: Place, request: VmRequest, private_ip: str, public_ip: str) -> dict[str, str]:
    """Tags for what a VM's entry in a list lacks. All of it stays as it is while the VM lives."""
    groups = [place.short(group.id or group.name) for group in request.security_groups]
    key = request.key_pair.id or request.key_pair.name
    return {
        **tags.spread(tags.SUBNET, place.short(request.subnet.id or request.subnet.name)),
        **tags.spread(tags.KEY_PAIR, place.short(key)),
        **vm_group.kept(groups),
        tags.PRIVATE_IP: private_ip,
        tags.PUBLIC_IP: public_ip,
    }


def as_vm(place: Place, found: Thing, interface: Thing | None = None, address: Thing | None = None) -> Vm:
    """`found`: with its instance view. `interface`, `address`: of a VM that has no tags of Spider's."""
    properties = found["properties"]
    storage = properties.get("storageProfile") or {}
    disk = storage.get("osDisk") or {}
    windows = str(disk.get("osType", "")).casefold() == "windows"
    image_name, image_type = image.name_of(storage.get("imageReference") or {})
    image_id = place.spelled(image_name)
    disk_type = str((disk.get("managedDisk") or {}).get("storageAccountType") or "")
    key = place.long(KEY, tags.gathered(found, tags.KEY_PAIR))
    created = properties.get("timeCreated")
    return Vm(
        iid=Iid(found["name"], place.spelled(found["id"])),
        status=status_of(found),
        started=datetime.fromisoformat(created) if created else None,
        region=place.location,
        zone=(found.get("zones") or [""])[0],
        image_type=image_type,
        image=Iid(image_id, image_id),
        spec=str((properties.get("hardwareProfile") or {}).get("vmSize") or ""),
        key_pair=Iid("", key),
        platform=Platform.WINDOWS if windows else Platform.LINUX,
        user=str((properties.get("osProfile") or {}).get("adminUsername") or USER),
        network_interface=place.spelled(interface_id(found)),
        ssh_port=RDP if windows else SSH,
        root_disk_type=_DISK_WORDS.get(disk_type, disk_type),
        root_disk_gib=disk.get("diskSizeGB"),
        tags=tags.users(found),
        details=details.told(found, but=_IN_FIELDS),
        **_network(place, found, interface, address),
    )


def interface_id(found: Thing) -> str:
    """The primary one's; "" for a VM without."""
    interfaces = (found["properties"].get("networkProfile") or {}).get("networkInterfaces") or []
    primary = [one for one in interfaces if (one.get("properties") or {}).get("primary")]
    return str((primary or interfaces or [{"id": ""}])[0]["id"])


def configuration(interface: Thing) -> Thing:
    """The primary IP configuration's properties."""
    every = interface["properties"].get("ipConfigurations") or [{"properties": {}}]
    primary = [one for one in every if one["properties"].get("primary")]
    return dict((primary or every)[0]["properties"])


def _network(place: Place, found: Thing, interface: Thing | None, address: Thing | None) -> dict[str, Any]:
    """The members of a Vm that tell where it is."""
    if interface is None:
        held, subnet = tags.of(found), place.long(VNET, tags.gathered(found, tags.SUBNET))
        groups = [place.long(NSG, name) for name in vm_group.names(found)]
        private, public = held.get(tags.PRIVATE_IP, ""), held.get(tags.PUBLIC_IP, "")
    else:
        main, group = configuration(interface), interface["properties"].get("networkSecurityGroup") or {}
        subnet, private = str((main.get("subnet") or {}).get("id") or ""), str(main.get("privateIPAddress") or "")
        groups = [str(group["id"])] if group else []
        public = str((address or {"properties": {}})["properties"].get("ipAddress") or "")
    at = place.read(subnet)
    return {
        "vpc": Iid("", place.spelled(subnet.rpartition("/subnets/")[0]) if at else ""),
        "subnet": Iid("", place.spelled(subnet)),
        "security_groups": tuple(Iid("", place.spelled(one)) for one in groups),
        "private_ip": private,
        "public_ip": public,
    }


def _disk(request: VmRequest) -> Thing:
    kind = _DISK_TYPES.get(request.root_disk_type, request.root_disk_type)
    return {
        "name": disk_name(request.name),
        "createOption": "FromImage",
        "deleteOption": "Delete",
        "caching": "ReadWrite",
        **({"diskSizeGB": request.root_disk_gib} if request.root_disk_gib else {}),
        **({"managedDisk": {"storageAccountType": kind}} if kind else {}),
    }


def check_log_in(request: VmRequest, base: Base, public_key: str) -> None:
    """Raises Invalid for a VM that nobody could log in to."""
    if base.windows and not request.password:
        raise Invalid("a Windows VM needs a password", field="password")
    if not base.windows and not public_key:
        raise Invalid("a Linux VM on this cloud needs a key pair: logging in by password is off", field="key_pair")


def _system(request: VmRequest, base: Base, public_key: str) -> Thing:
    host = re.sub(r"[^A-Za-z0-9-]+", "-", request.name).strip("-") or "vm"
    if base.windows:
        return {"computerName": host[:15].strip("-"), "adminUsername": USER, "adminPassword": request.password}
    keys = [{"path": f"/home/{USER}/.ssh/authorized_keys", "keyData": public_key.strip()}]
    return {
        "computerName": host[:63].strip("-"),
        "adminUsername": USER,
        "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": keys}},
    }


def _interface(cloud_id: str) -> Thing:
    return {"id": cloud_id, "properties": {"primary": True, "deleteOption": "Delete"}}


def _word(found: Thing, kind: str) -> str:
    """`running` of the status PowerState/running; "" without one."""
    for status in _statuses(found):
        head, _, word = str(status.get("code", "")).partition("/")
        if head.casefold() == kind.casefold():
            return word.casefold()
    return ""


def _statuses(found: Thing) -> list[Thing]:
    return list(((found.get("properties") or {}).get("instanceView") or {}).get("statuses") or [])
