"""A VM's request as nova takes it, and a server as a VM."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

from ..contract import NOWHERE, Iid, ImageType, Platform, Vm, VmRequest, VmStatus, details
from ..contract.cloud_init import USER, user_data
from . import image, marks, tags
from .calls import Thing
from .errors import Fields

WINDOWS_USER = "Administrator"  # of whom cloudbase-init sets the password
SSH, RDP = 22, 3389
# What a server does not tell, or tells by names that are not unique, kept in its metadata.
PORT, VPC, SUBNET, GROUPS = (f"{marks.OWN}{word}" for word in ("port", "vpc", "subnet", "groups"))
IMAGE, IMAGE_TYPE, ROOT_DISK, PLATFORM = (
    f"{marks.OWN}{word}" for word in ("image", "image-type", "root-disk", "platform")
)
_GROUPS_IN_ONE = 6  # ids in one value of metadata, of 255 characters

# "Server concepts" in nova's API guide. What has been given up (ERROR) and what is not known is Failed.
_STATUSES = {
    "BUILD": VmStatus.CREATING,
    "REBUILD": VmStatus.CREATING,
    **dict.fromkeys(("ACTIVE", "MIGRATING", "PASSWORD", "RESCUE", "VERIFY_RESIZE"), VmStatus.RUNNING),
    **dict.fromkeys(("REBOOT", "HARD_REBOOT", "RESIZE", "REVERT_RESIZE"), VmStatus.REBOOTING),
    **dict.fromkeys(("SHUTOFF", "SUSPENDED", "PAUSED", "SHELVED", "SHELVED_OFFLOADED"), VmStatus.SUSPENDED),
    **dict.fromkeys(("DELETED", "SOFT_DELETED"), VmStatus.TERMINATED),
}
# How task states begin, while the status is still the one before.
_TASKS = {
    "deleting": VmStatus.TERMINATING,
    "soft-deleting": VmStatus.TERMINATING,
    "reboot": VmStatus.REBOOTING,
    **dict.fromkeys(("powering-off", "suspending", "pausing", "shelving"), VmStatus.SUSPENDING),
    **dict.fromkeys(("powering-on", "resuming", "unpausing", "unshelving"), VmStatus.RESUMING),
}
# How each of the suspended states is left.
RESUMING = {"SUSPENDED": "resume", "PAUSED": "unpause", "SHELVED": "unshelve", "SHELVED_OFFLOADED": "unshelve"}

# Which field of the request a refusal is about: of the port, and of the server.
PORT_FIELDS: Fields = ((r"[Ss]ubnet", "subnet"), (r"[Nn]etwork", "vpc"), (r"[Ss]ecurity ?[Gg]roup", "security_groups"))
FIELDS: Fields = (
    (r"[Ff]lavor", "spec"),
    (r"availability zone", ""),
    (r"key_name|[Kk]eypair", "key_pair"),
    (r"[Vv]olume type", "root_disk_type"),
    (r"[Vv]olume|disk is too small|[Bb]lock [Dd]evice", "root_disk_gib"),
    (r"[Ii]mage", "image"),
    (r"metadata", "tags"),
    (r"[Nn]ame", "name"),
)

# What a Vm has fields for, and what nobody may see.
_IN_FIELDS = frozenset(
    {
        *(
            "id",
            "name",
            "status",
            "image",
            "metadata",
            "key_name",
            "addresses",
            "links",
            "adminPass",
            "security_groups",
        ),
        *("OS-EXT-AZ:availability_zone", "OS-SRV-USG:launched_at", "tenant_id", "updated", "progress"),
    }
)


def status_of(found: Thing) -> VmStatus:
    task = str(found.get("OS-EXT-STS:task_state") or "")
    busy = next((status for word, status in _TASKS.items() if task.startswith(word)), None)
    return busy or _STATUSES.get(found.get("status", ""), VmStatus.FAILED)


def listed(found: Thing) -> bool:
    return status_of(found) is not VmStatus.TERMINATED


def body(request: VmRequest, base: Thing, flavor: Thing, port: Thing, public_key: str, zone: str, token: str) -> Thing:
    """`base`: the image, `flavor` and `port` as OpenStack tells them."""
    kept = _kept(request, base, flavor, port, token)
    server: Thing = {
        "name": request.name,
        "imageRef": base["id"],
        "flavorRef": flavor["id"],
        "networks": [{"port": port["id"]}],
        "metadata": {**request.tags, **kept},
    }
    if request.key_pair.name:
        server["key_name"] = request.key_pair.id or request.key_pair.name
    if zone:
        server["availability_zone"] = zone
    if image.windows(base):
        server |= {"adminPass": request.password} if request.password else {}
    else:
        server["user_data"] = base64.b64encode(user_data(public_key).encode()).decode()
    if ROOT_DISK in kept:
        server["imageRef"] = ""
        server["block_device_mapping_v2"] = [_root_volume(kept, base)]
    return server


def as_vm(found: Thing, ports: Sequence[Thing], region: str) -> Vm:
    """`ports`: of the server, where they were asked for; else the metadata tells."""
    kept = found.get("metadata") or {}
    port = next(iter(ports), None) or _kept_port(kept)
    addresses = [one for network in found.get("addresses", {}).values() for one in network]
    on_windows, key = kept.get(PLATFORM) == Platform.WINDOWS, found.get("key_name") or ""
    disk_type, _, disk_gib = kept.get(ROOT_DISK, "").rpartition(" ")
    disk_gib = disk_gib or found.get("flavor", {}).get("disk") or 0
    made_of = (found.get("image") or {}).get("id") or kept.get(IMAGE, "")
    return Vm(
        iid=Iid(found["name"], found["id"]),
        status=status_of(found),
        started=_started(found),
        region=region,
        zone=found.get("OS-EXT-AZ:availability_zone") or "",
        image_type=ImageType.MINE if kept.get(IMAGE_TYPE) == ImageType.MINE else ImageType.PUBLIC,
        image=Iid(made_of, made_of) if made_of else NOWHERE,
        spec=found.get("flavor", {}).get("original_name", ""),
        vpc=Iid("", port.get("network_id", "")),
        subnet=Iid("", next((one["subnet_id"] for one in port.get("fixed_ips", ())), "")),
        security_groups=tuple(Iid("", group) for group in sorted(port.get("security_groups", ()))),
        key_pair=Iid(key, key),
        platform=Platform.WINDOWS if on_windows else Platform.LINUX,
        user=WINDOWS_USER if on_windows else USER,
        network_interface=port.get("id", ""),
        public_ip=_address(addresses, "floating"),
        private_ip=_address(addresses, "fixed"),
        ssh_port=RDP if on_windows else SSH,
        root_disk_type=disk_type,
        root_disk_gib=int(disk_gib) or None,
        tags=tags.metadata(found),
        details=details.told(found, but=_IN_FIELDS),
    )


def spiders(found: Thing) -> bool:
    """Whether the metadata tells of the server's port."""
    return PORT in (found.get("metadata") or {})


def floating(found: Thing) -> set[str]:
    """The floating addresses that nova knows of."""
    networks = found.get("addresses", {}).values()
    return {one["addr"] for network in networks for one in network if one.get("OS-EXT-IPS:type") == "floating"}


def _address(addresses: Sequence[Thing], kind: str) -> str:
    """The first of IPv4."""
    told = (one["addr"] for one in addresses if one.get("OS-EXT-IPS:type") == kind and one.get("version", 4) == 4)
    return next(told, "")


def _started(found: Thing) -> datetime | None:
    told = found.get("OS-SRV-USG:launched_at") or found.get("created")
    if not told:
        return None
    started = datetime.fromisoformat(told)
    return started if started.tzinfo else started.replace(tzinfo=UTC)


def _kept(request: VmRequest, base: Thing, flavor: Thing, port: Thing, token: str) -> dict[str, str]:
    kept = {
        marks.TOKEN: token,
        PORT: port["id"],
        VPC: port["network_id"],
        SUBNET: next((one["subnet_id"] for one in port["fixed_ips"]), ""),
        IMAGE: base["id"],
        IMAGE_TYPE: request.image_type.value if request.image_type is ImageType.MINE else "",
        PLATFORM: Platform.WINDOWS.value if image.windows(base) else "",
    }
    groups = port.get("security_groups", ())
    for number, start in enumerate(range(0, len(groups), _GROUPS_IN_ONE), 1):
        kept[_numbered(number)] = ",".join(groups[start : start + _GROUPS_IN_ONE])
    if request.root_disk_gib or request.root_disk_type:
        size = request.root_disk_gib or flavor.get("disk") or base.get("min_disk") or 1
        kept[ROOT_DISK] = f"{request.root_disk_type} {size}"
    return {key: value for key, value in kept.items() if value}


def _numbered(number: int) -> str:
    return GROUPS if number == 1 else f"{GROUPS}-{number}"


def _kept_port(kept: dict[str, str]) -> Thing:
    groups, number = [], 1
    while _numbered(number) in kept:
        groups += kept[_numbered(number)].split(",")
        number += 1
    subnet = kept.get(SUBNET)
    return {
        "id": kept.get(PORT, ""),
        "network_id": kept.get(VPC, ""),
        "fixed_ips": [{"subnet_id": subnet}] if subnet else [],
        "security_groups": groups,
    }


def _root_volume(kept: dict[str, str], base: Thing) -> Thing:
    """Cinder's, made of the image; it goes with the server."""
    kind, _, size = kept[ROOT_DISK].rpartition(" ")
    volume: Thing = {
        "boot_index": 0,
        "uuid": base["id"],
        "source_type": "image",
        "destination_type": "volume",
        "volume_size": int(size),
        "delete_on_termination": True,
    }
    return {**volume, "volume_type": kind} if kind else volume
