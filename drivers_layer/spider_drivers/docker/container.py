"""A container as the Engine is asked for it, and as its list shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..contract import NOWHERE, Iid, ImageType, Vm, VmRequest, VmStatus
from . import labels, ports, reference
from .address import Address
from .calls import Thing
from .spec import Size

IMAGE_TYPE = "spider-image-type"
DEFAULT_NETWORK = "bridge"
HOSTNAME_LENGTH = 63  # RFC 1123

_STATES = {
    "created": VmStatus.CREATING,
    "running": VmStatus.RUNNING,
    "paused": VmStatus.SUSPENDED,
    "restarting": VmStatus.REBOOTING,
    "removing": VmStatus.TERMINATING,
}
_EXITED = re.compile(r"Exited \((\d+)\)")
# By itself, or by the signals that end a container: SIGINT, SIGQUIT, SIGKILL, SIGTERM (128 + number).
_STOPPED = frozenset({0, 130, 131, 137, 143})


def config(request: VmRequest, token: str, size: Size | None, image: Thing, listen_ip: str) -> Thing:
    """Body of POST /containers/create. `size` None: no limits. `image`: the Engine's description of it."""
    exposed = set((image.get("Config") or {}).get("ExposedPorts") or ())
    wanted = exposed | ({ports.SSH} if request.public_key else set())
    opened = ports.published(wanted, request.rules, listen_ip)
    return {
        "Hostname": re.sub(r"[^a-zA-Z0-9.-]", "-", request.name)[:HOSTNAME_LENGTH].strip("-."),
        "Image": name_of(request),
        "Labels": _labels(request, token, opened.closed),
        "ExposedPorts": {port: {} for port in wanted},
        "OpenStdin": True,  # or a shell, which many images run, would read its end and exit
        "HostConfig": {
            "NetworkMode": request.subnet.id or DEFAULT_NETWORK,
            "PortBindings": opened.bindings,
            **(size.limits() if size else {}),
        },
    }


def name_of(request: VmRequest) -> str:
    """The image's."""
    return reference.normal(request.image.id or request.image.name)


def _labels(request: VmRequest, token: str, closed: list[str]) -> dict[str, str]:
    return labels.made(
        request.name,
        token,
        request.tags,
        image=name_of(request),
        image_type=request.image_type if request.image_type is ImageType.MINE else "",
        spec=request.spec,
        vpc=(request.vpc.id or "") if request.subnet.id else "",
        subnet=request.subnet.id or "",
        unpublished=", ".join(closed),
    )


def as_vm(found: Thing, region: str, address: Address) -> Vm:
    """From an element of GET /containers/json; of what Spider did not make as much as that tells."""
    told = labels.of(found)
    network: Mapping[str, Any] = next(iter(networks_of(found)), {})
    reached = ports.reached(found.get("Ports") or ())
    ssh = reached.get(ports.SSH)
    ip, _ = ssh or next(iter(reached.values()), ("", 0))
    public = address.ip if reached and ip in ("", "0.0.0.0", "::") else ip
    return Vm(
        iid=Iid(name_at_docker(found), found["Id"]),
        status=status_of(found),
        started=datetime.fromtimestamp(found["Created"], UTC),
        region=region,
        image_type=ImageType(told.get(IMAGE_TYPE, ImageType.PUBLIC)),
        image=Iid("", told.get(labels.IMAGE) or reference.normal(found["Image"])),
        spec=told.get(labels.SPEC, ""),
        vpc=_iid(told.get(labels.VPC)),
        subnet=_iid(told.get(labels.SUBNET)),
        network_interface=network.get("EndpointID") or "",
        public_ip=public,
        public_dns=address.dns if public and public == address.ip else "",
        private_ip=network.get("IPAddress") or "",
        ssh_port=ssh[1] if ssh else None,
        tags=labels.users(told),
        details=_details(found, told),
    )


def status_of(found: Thing) -> VmStatus:
    """An exited container is a VM that was stopped, if nothing went wrong in it; the list tells no more than its exit
    code. One that is dead could not be removed."""
    if found["State"] == "exited":
        return VmStatus.SUSPENDED if exit_code(found) in _STOPPED else VmStatus.FAILED
    return _STATES.get(found["State"], VmStatus.FAILED)


def exit_code(found: Thing) -> int | None:
    """None for a container that has not exited."""
    exited = _EXITED.match(found.get("Status", ""))
    return int(exited[1]) if exited else None


def name_at_docker(found: Thing) -> str:
    """A container that others link to has more names, with slashes in them."""
    names = [name.removeprefix("/") for name in found.get("Names") or ()]
    return min(names, key=lambda name: name.count("/"), default="")


def networks_of(found: Thing) -> list[Thing]:
    """Those that a listed container is in."""
    return list(((found.get("NetworkSettings") or {}).get("Networks") or {}).values())


def attached_to(found: Thing) -> set[str]:
    """Ids and names of these. Of one that has never started only what it was created with is known."""
    networks: Mapping[str, Any] = (found.get("NetworkSettings") or {}).get("Networks") or {}
    ids = {network.get("NetworkID") or "" for network in networks.values()}
    return {*networks, *ids, (found.get("HostConfig") or {}).get("NetworkMode") or ""} - {""}


def _details(found: Thing, told: Mapping[str, str]) -> dict[str, str]:
    shown = [
        f"{port.get('IP', '')}:{port['PublicPort']}->{port['PrivatePort']}/{port['Type']}"
        for port in found.get("Ports") or ()
        if port.get("PublicPort")
    ]
    details = {
        "State": found["State"],
        "Command": found.get("Command", ""),
        "ImageID": found.get("ImageID", ""),
        "Ports": ", ".join(sorted(shown)),
        "UnpublishedPorts": told.get(labels.UNPUBLISHED, ""),
    }
    return {key: value for key, value in details.items() if value}


def _iid(cloud_id: str | None) -> Iid:
    return Iid("", cloud_id) if cloud_id else NOWHERE
