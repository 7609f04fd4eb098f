"""A VM's request as instances.insert takes it, and an instance as a VM."""

from __future__ import annotations

from datetime import datetime

from ..contract import NOWHERE, Iid, ImageType, Platform, Vm, VmRequest, VmStatus, details
from . import image, labels
from .calls import Thing
from .errors import Fields
from .names import tail

USER, WINDOWS_USER = "cb-user", "Administrator"
SSH, RDP = 22, 3389
DEFAULT_NETWORK = "default"
# What an instance does not tell, kept in its metadata.
IMAGE, IMAGE_TYPE, ROOT_DISK_TYPE = "spider-image", "spider-image-type", "spider-root-disk-type"

# "VM instance life cycle" in Compute Engine's documentation. An instance that is gone is not shown.
_STATUSES = {
    "PROVISIONING": VmStatus.CREATING,
    "STAGING": VmStatus.CREATING,
    "RUNNING": VmStatus.RUNNING,
    "PENDING_STOP": VmStatus.SUSPENDING,
    "STOPPING": VmStatus.SUSPENDING,
    "SUSPENDING": VmStatus.SUSPENDING,
    "TERMINATED": VmStatus.SUSPENDED,
    "STOPPED": VmStatus.SUSPENDED,
    "SUSPENDED": VmStatus.SUSPENDED,
    "REPAIRING": VmStatus.REBOOTING,
    "DEPROVISIONING": VmStatus.TERMINATING,
}

# Which field of the request a refusal of instances.insert is about.
FIELDS: Fields = (
    (r"resource\.machineType|machineTypes/|[Mm]achine type", "spec"),
    (r"resource\.networkInterfaces\[0\]\.subnetwork|subnetworks/|[Ss]ubnetwork", "subnet"),
    (r"resource\.networkInterfaces\[0\]\.network|networks/", "vpc"),
    (r"diskSizeGb|[Dd]isk size", "root_disk_gib"),
    (r"diskType", "root_disk_type"),
    (r"sourceImage|images/", "image"),
    (r"resource\.tags", "security_groups"),
    (r"resource\.labels", "tags"),
    (r"resource\.name", "name"),
)

# What a Vm has fields for.
_IN_FIELDS = frozenset(
    {
        *("name", "kind", "zone", "status", "machineType", "creationTimestamp"),
        *("networkInterfaces", "disks", "tags", "labels", "metadata", "description"),
    }
)


def status_of(found: Thing) -> VmStatus:
    return _STATUSES.get(found.get("status", ""), VmStatus.FAILED)


def body(request: VmRequest, base: Thing, token: str, project: str, region: str, zone: str) -> Thing:
    """`base`: the image as images.get tells it."""
    return {
        "name": request.name,
        "machineType": f"zones/{zone}/machineTypes/{request.spec}",
        "disks": [_root_disk(request, base, zone)],
        "networkInterfaces": [_interface(request, project, region)],
        "tags": {"items": [group.id or group.name for group in request.security_groups]},
        "labels": labels.made(token, request.tags),
        "metadata": {"items": [{"key": key, "value": value} for key, value in _metadata(request, base).items()]},
    }


def as_vm(found: Thing, region: str) -> Vm:
    kept = {one["key"]: one.get("value", "") for one in found.get("metadata", {}).get("items", ())}
    interface: Thing = next(iter(found.get("networkInterfaces", ())), {})
    disk: Thing = next((one for one in found.get("disks", ()) if one.get("boot")), {})
    on_windows = image.windows(disk.get("guestOsFeatures"))
    created = found.get("lastStartTimestamp") or found.get("creationTimestamp")
    return Vm(
        iid=Iid(found["name"], found["name"]),
        status=status_of(found),
        started=datetime.fromisoformat(created) if created else None,
        region=region,
        zone=tail(found.get("zone", "")),
        image_type=ImageType.MINE if kept.get(IMAGE_TYPE) == ImageType.MINE else ImageType.PUBLIC,
        image=Iid(kept[IMAGE], kept[IMAGE]) if kept.get(IMAGE) else NOWHERE,
        spec=tail(found.get("machineType", "")),
        vpc=_named(interface.get("network")),
        subnet=_named(interface.get("subnetwork")),
        security_groups=tuple(Iid("", tag) for tag in found.get("tags", {}).get("items", ())),
        platform=Platform.WINDOWS if on_windows else Platform.LINUX,
        user=WINDOWS_USER if on_windows else USER,
        network_interface=interface.get("name", ""),
        public_ip=external_address(found),
        private_ip=interface.get("networkIP", ""),
        ssh_port=RDP if on_windows else SSH,
        root_disk_type=kept.get(ROOT_DISK_TYPE, ""),
        root_disk_gib=int(disk["diskSizeGb"]) if disk.get("diskSizeGb") else None,
        root_device=disk.get("deviceName", ""),
        tags=labels.users(found),
        details=details.told(found, but=_IN_FIELDS),
    )


def external_address(found: Thing) -> str:
    """ "" for an instance without."""
    for interface in found.get("networkInterfaces", ()):
        for access in interface.get("accessConfigs", ()):
            if access.get("natIP"):
                return str(access["natIP"])
    return ""


def _named(url: str | None) -> Iid:
    return Iid("", tail(url)) if url else NOWHERE


def _root_disk(request: VmRequest, base: Thing, zone: str) -> Thing:
    asked = {
        "sourceImage": base["selfLink"],
        "diskSizeGb": str(request.root_disk_gib) if request.root_disk_gib else "",
        "diskType": f"zones/{zone}/diskTypes/{request.root_disk_type}" if request.root_disk_type else "",
    }
    told = {key: value for key, value in asked.items() if value}
    return {"boot": True, "autoDelete": True, "initializeParams": told}


def _interface(request: VmRequest, project: str, region: str) -> Thing:
    interface: Thing = {"accessConfigs": [{"type": "ONE_TO_ONE_NAT", "name": "External NAT"}]}
    subnet = subnet_of(request)
    if subnet:
        interface["subnetwork"] = f"projects/{project}/regions/{region}/subnetworks/{subnet}"
    else:
        interface["network"] = f"projects/{project}/global/networks/{DEFAULT_NETWORK}"
    return interface


def subnet_of(request: VmRequest) -> str:
    """ "" where it names none."""
    return request.subnet.id or request.subnet.name


def _metadata(request: VmRequest, base: Thing) -> dict[str, str]:
    kept = {IMAGE: base["selfLink"], ROOT_DISK_TYPE: request.root_disk_type}
    if request.image_type is ImageType.MINE:
        kept[IMAGE_TYPE] = request.image_type.value
    if request.public_key and not image.windows(base.get("guestOsFeatures")):
        # The guest agent makes the user and lets it use sudo. With OS Login it would not read ssh-keys.
        kept |= {"ssh-keys": f"{USER}:{request.public_key.strip()}", "enable-oslogin": "FALSE"}
    return {key: value for key, value in kept.items() if value}
