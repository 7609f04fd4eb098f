"""What is served of the Engine's API, as its reference names it: https://docs.docker.com/engine/api/v1.41."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..facade import Call
from . import (
    archives,
    containers,
    endpoints,
    host,
    image_removal,
    images,
    inspected,
    networks,
    power,
    transfer,
    volumes,
)

if TYPE_CHECKING:
    from .facade import Docker


@dataclass(frozen=True)
class Method:
    """`path`: without a version, with variables in <…>."""

    name: str
    method: str
    path: str
    act: Callable[[Docker, Call], Any]


_CONTAINER = "/containers/<id>"
_IMAGE = "/images/<path:name>"

METHODS = (
    # System
    Method("SystemPing", "GET", "/_ping", host.ping),
    Method("SystemPingHead", "HEAD", "/_ping", host.ping),
    Method("SystemVersion", "GET", "/version", host.version),
    Method("SystemInfo", "GET", "/info", host.info),
    # Containers
    Method("ContainerList", "GET", "/containers/json", inspected.list_),
    Method("ContainerCreate", "POST", "/containers/create", containers.create),
    Method("ContainerPrune", "POST", "/containers/prune", containers.prune),
    Method("ContainerInspect", "GET", f"{_CONTAINER}/json", inspected.inspect),
    Method("ContainerStart", "POST", f"{_CONTAINER}/start", power.start),
    Method("ContainerStop", "POST", f"{_CONTAINER}/stop", power.stop),
    Method("ContainerRestart", "POST", f"{_CONTAINER}/restart", power.restart),
    Method("ContainerKill", "POST", f"{_CONTAINER}/kill", power.kill),
    Method("ContainerPause", "POST", f"{_CONTAINER}/pause", power.pause),
    Method("ContainerUnpause", "POST", f"{_CONTAINER}/unpause", power.unpause),
    Method("ContainerWait", "POST", f"{_CONTAINER}/wait", power.wait),
    Method("ContainerLogs", "GET", f"{_CONTAINER}/logs", power.logs),
    Method("ContainerRename", "POST", f"{_CONTAINER}/rename", containers.rename),
    Method("ContainerUpdate", "POST", f"{_CONTAINER}/update", containers.update),
    Method("ContainerDelete", "DELETE", _CONTAINER, containers.remove),
    Method("PutContainerArchive", "PUT", f"{_CONTAINER}/archive", archives.put),
    Method("ContainerArchive", "GET", f"{_CONTAINER}/archive", archives.get),
    Method("ContainerArchiveInfo", "HEAD", f"{_CONTAINER}/archive", archives.get),
    # Images
    Method("ImageList", "GET", "/images/json", images.list_),
    Method("ImageCreate", "POST", "/images/create", transfer.create),
    Method("ImageLoad", "POST", "/images/load", transfer.load),
    Method("ImagePrune", "POST", "/images/prune", image_removal.prune),
    Method("ImageInspect", "GET", f"{_IMAGE}/json", images.inspect),
    Method("ImageHistory", "GET", f"{_IMAGE}/history", images.history),
    Method("ImageGet", "GET", f"{_IMAGE}/get", transfer.save),
    Method("ImageTag", "POST", f"{_IMAGE}/tag", images.tag),
    Method("ImageDelete", "DELETE", _IMAGE, image_removal.remove),
    Method("ImageCommit", "POST", "/commit", transfer.commit),
    # Networks
    Method("NetworkList", "GET", "/networks", networks.list_),
    Method("NetworkCreate", "POST", "/networks/create", networks.create),
    Method("NetworkPrune", "POST", "/networks/prune", networks.prune),
    Method("NetworkInspect", "GET", "/networks/<name>", networks.inspect),
    Method("NetworkDelete", "DELETE", "/networks/<name>", networks.remove),
    Method("NetworkConnect", "POST", "/networks/<name>/connect", endpoints.connect),
    Method("NetworkDisconnect", "POST", "/networks/<name>/disconnect", endpoints.disconnect),
    # Volumes
    Method("VolumeList", "GET", "/volumes", volumes.list_),
    Method("VolumeCreate", "POST", "/volumes/create", volumes.create),
    Method("VolumePrune", "POST", "/volumes/prune", volumes.prune),
    Method("VolumeInspect", "GET", "/volumes/<name>", volumes.inspect),
    Method("VolumeDelete", "DELETE", "/volumes/<name>", volumes.remove),
)
