"""A VM's request as POST servers takes it, and a server as a VM."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..contract import NOWHERE, Iid, ImageType, Invalid, Platform, Unsupported, Vm, VmRequest, VmStatus
from . import details, image, marks, subnets, vpc
from .calls import Thing

USER, WINDOWS_USER = "cb-user", "Administrator"
SSH, RDP = 22, 3389
_LONGEST_HOST_NAME, _LONGEST_ON_WINDOWS = 63, 15
_PASSWORD_LENGTH = 24
# What a server does not tell, kept in its description.
KEY_PAIR, IMAGE_TYPE, GROUPS, TAGS = "spider-key-pair", "spider-image-type", "spider-groups", "spider-tags"

_STATUSES = {
    "creating": VmStatus.CREATING,
    "running": VmStatus.RUNNING,
    "stopping": VmStatus.SUSPENDING,
    "stopped": VmStatus.SUSPENDED,
    "starting": VmStatus.RESUMING,
    "rebooting": VmStatus.REBOOTING,
    "terminating": VmStatus.TERMINATING,
    "terminated": VmStatus.TERMINATED,
}

# What a Vm has fields for, and what is the size of its spec.
_IN_FIELDS = frozenset(
    {
        *("id", "name", "state", "description", "createdAt", "template", "templateId", "spec", "specId"),
        *("privateIp", "adaptiveIp", "subnetAddr", "macAddr", "volumeSize", "secgroups", "sshPublicKey"),
    }
)


def status_of(found: Thing) -> VmStatus:
    return _STATUSES.get(str(found.get("state", "")).lower(), VmStatus.FAILED)


def body(request: VmRequest, template: Thing, spec: Thing, cluster: str, address: str, token: str) -> Thing:
    """`address`: of the subnet. The password is the request's, else one that nobody is told. Raises Invalid."""
    on_windows = image.windows(str(template.get("os") or template["name"]))
    if on_windows and not request.password:
        raise Invalid("a VM with Windows needs a password at Cloudit", field="password")
    made: Thing = {
        "templateId": template["id"],
        "specId": spec["id"],
        "name": request.name,
        "hostName": _host_name(request.name, _LONGEST_ON_WINDOWS if on_windows else _LONGEST_HOST_NAME),
        "rootPassword": request.password or _random_password(),
        "subnetAddr": address,
        "secgroups": [{"id": group.id} for group in request.security_groups],
        "description": marks.description(token, _kept(request)),
        "protection": 0,
        "clusterId": cluster,
    }
    if request.public_key and not on_windows:
        # Servers show such a member; that their create takes it is not known (docs/clouds/cloudit.md).
        made["sshPublicKey"] = request.public_key.strip()
    return made


def refuse_root_disk(request: VmRequest) -> None:
    """Raises Unsupported."""
    for field in ("root_disk_type", "root_disk_gib"):
        if getattr(request, field):
            raise Unsupported("the root disk is as the image and the spec say at Cloudit", field=field)


def as_vm(found: Thing, by_address: Mapping[str, Thing], region: str) -> Vm:
    """`by_address`: subnets."""
    kept = marks.described(found)
    on_windows = image.windows(f"{found.get('osType')} {found.get('template')}")
    template, subnet = str(found.get("templateId") or ""), by_address.get(str(found.get("subnetAddr")))
    key, size = str(kept.get(KEY_PAIR, "")), int(found.get("volumeSize") or 0)
    return Vm(
        iid=Iid(found["name"], found["id"]),
        status=status_of(found),
        started=_time(found.get("createdAt")),
        region=region,
        image_type=ImageType.MINE if kept.get(IMAGE_TYPE) == ImageType.MINE else ImageType.PUBLIC,
        image=Iid(str(found.get("template") or ""), template) if template else NOWHERE,
        spec=str(found.get("spec") or ""),
        vpc=Iid("", vpc.ID) if subnet and subnets.is_own(subnet) else NOWHERE,
        subnet=subnets.as_subnet(subnet).iid if subnet else NOWHERE,
        security_groups=groups_of(found),
        key_pair=Iid(key, key) if key else NOWHERE,
        platform=Platform.WINDOWS if on_windows else Platform.LINUX,
        user=WINDOWS_USER if on_windows else USER,
        network_interface=str(found.get("macAddr") or ""),
        public_ip=str(found.get("adaptiveIp") or ""),
        private_ip=str(found.get("privateIp") or ""),
        ssh_port=RDP if on_windows else SSH,
        root_disk_gib=size or None,
        tags=dict(kept.get(TAGS, {})),
        details=details.told(found, but=_IN_FIELDS),
    )


def groups_of(found: Thing) -> tuple[Iid, ...]:
    """As the server tells them; where it does not, those that it was made with: to ask for each server's network
    interface would cost a call for each."""
    told = [(str(one.get("name") or ""), str(one["id"])) for one in found.get("secgroups") or () if one.get("id")]
    kept = [("", str(one)) for one in marks.described(found).get(GROUPS, ())]
    return tuple(Iid(name, cloud_id) for name, cloud_id in told or kept)


def _kept(request: VmRequest) -> dict[str, Any]:
    return {
        KEY_PAIR: request.key_pair.name,
        IMAGE_TYPE: request.image_type.value if request.image_type is ImageType.MINE else "",
        GROUPS: [group.id for group in request.security_groups],
        TAGS: request.tags,
    }


def _host_name(name: str, longest: int) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", name)[:longest].strip("-") or "vm"


def _random_password() -> str:
    """Of each kind of characters at least one, so that no rule for passwords refuses it."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#%+=@_")
    letters = [secrets.choice(kind) for kind in kinds]
    letters += [secrets.choice("".join(kinds[:3])) for _ in range(_PASSWORD_LENGTH - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _time(created: object) -> datetime | None:
    """YYYY-MM-DD hh:mm:ss, taken for UTC as CB-Spider does: Cloudit names no zone."""
    try:
        told = datetime.fromisoformat(str(created))
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
