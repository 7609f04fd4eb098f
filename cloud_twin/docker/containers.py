"""Containers: made, found, renamed, changed, removed. What starts and ends them is in power.py."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import Machine, Power, State, Thing
from ..facade import Call
from . import endpoints, ids, images, mounts, ports, power, reading, shapes
from .answers import as_json, nothing
from .errors import EngineError, no_container, no_space, unserved
from .host import CPUS
from .reading import OBJECT

if TYPE_CHECKING:
    from .facade import Docker

_NAME = re.compile(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_NAME_RULE = "only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
_MEMBERS = {**shapes.types(shapes.CONFIG), "HostConfig": OBJECT, "NetworkingConfig": OBJECT}
_RESTARTS = ("", "no", "always", "on-failure", "unless-stopped")
_LEAST_MEMORY = 6 * 1024**2
_UPDATED = [
    "BlkioWeight",
    "CpuShares",
    "CpuPeriod",
    "CpuQuota",
    "CpuRealtimePeriod",
    "CpuRealtimeRuntime",
    "CpusetCpus",
    "CpusetMems",
    "Memory",
    "MemoryReservation",
    "MemorySwap",
    "KernelMemory",
    "NanoCpus",
    "PidsLimit",
    "RestartPolicy",
]


def create(cloud: Docker, call: Call) -> Response:
    body = reading.body(call, "ContainerConfigWrapper", _MEMBERS, status=500)
    host = reading.checked(body.get("HostConfig") or {}, "HostConfig.HostConfig", shapes.types(shapes.HOST), 500)
    name = _new_name(cloud, call.query.get("name", ""))
    if not body.get("Image"):
        raise EngineError(400, "No command specified")
    image = images.named(cloud, body["Image"], status=400)
    config = _config(body, image)
    _check(config, host)
    _refuse_taken(cloud, name)
    quota = cloud.settings.quotas.get("containers")
    if quota is not None and len(cloud.centre.of_kind("containers")) >= quota:
        raise no_space(f"overlay2/{ids.new()}-init")
    container_id = ids.new()
    config["Hostname"] = config["Hostname"] or container_id[: ids.SHORT]
    host = shapes.filled(host, shapes.HOST)
    if host["Memory"] and not host["MemorySwap"]:
        host["MemorySwap"] = 2 * host["Memory"]
    kept = {
        "Id": container_id,
        "Name": name or ids.name(),
        "ImageId": image.body["Id"],
        "Config": config,
        "HostConfig": host,
        "networks": endpoints.asked_for(
            cloud, host["NetworkMode"], (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
        ),
        "mounts": mounts.made(cloud, config, host),
        "base": image.body["files"],
        "files": {},
        **power.CREATED,
    }
    machine = cloud.centre.new("containers", f"containers/{container_id}", kept, of=Machine)
    machine.state, machine.power = State.READY, Power.OFF
    machine.uses = {f"volumes/{one['Name']}" for one in kept["mounts"] if one["Type"] == "volume"}
    cloud.centre.add(machine)
    return as_json({"Id": container_id, "Warnings": []}, 201)


def _new_name(cloud: Docker, given: str) -> str:
    if given and not _NAME.fullmatch(given):
        raise EngineError(400, f"Invalid container name ({given}), {_NAME_RULE}")
    return given.removeprefix("/")


def _refuse_taken(cloud: Docker, name: str) -> None:
    """Raises EngineError."""
    for one in all_of(cloud):
        if name and one.body["Name"] == name:
            why = f'Conflict. The container name "/{name}" is already in use by container "{one.body["Id"]}".'
            advice = "You have to remove (or rename) that container to be able to reuse that name."
            raise EngineError(409, f"{why} {advice}")


def _config(body: dict[str, Any], image: Thing) -> dict[str, Any]:
    """What was sent, over what the image says."""
    given = {name: value for name, value in body.items() if name in shapes.CONFIG}
    theirs = image.body["Config"]
    for name in ("Cmd", "Entrypoint"):
        if isinstance(given.get(name), str):
            given[name] = [given[name]]
    if given.get("Entrypoint") is None:
        given["Entrypoint"] = theirs["Entrypoint"]
        given["Cmd"] = given.get("Cmd") or theirs["Cmd"]
    set_here = {one.partition("=")[0] for one in given.get("Env") or ()}
    inherited = [one for one in theirs["Env"] or () if one.partition("=")[0] not in set_here]
    given["Env"] = [*(given.get("Env") or ()), *inherited] or None
    for name in ("Labels", "Volumes", "ExposedPorts"):
        if merged := {**(theirs.get(name) or {}), **(given.get(name) or {})}:
            given[name] = merged
    given.setdefault("Labels", {})
    for name in ("User", "WorkingDir", "StopSignal", "OnBuild"):
        if not given.get(name) and theirs.get(name):
            given[name] = theirs[name]
    return shapes.filled(given, shapes.CONFIG)


def command(config: dict[str, Any]) -> list[str]:
    return [*(config["Entrypoint"] or ()), *(config["Cmd"] or ())]


def _check(config: dict[str, Any], host: dict[str, Any]) -> None:
    """Raises EngineError."""
    if not command(config):
        raise EngineError(400, "No command specified")
    power.signal_of(config.get("StopSignal") or "SIGTERM")
    ports.check(host.get("PortBindings"))
    _check_limits(host)
    restart = (host.get("RestartPolicy") or {}).get("Name", "")
    if restart not in _RESTARTS:
        raise EngineError(400, f"invalid restart policy '{restart}'")
    if host.get("NetworkMode", "").startswith("container:"):
        raise unserved("containers in the network of another one")


def _check_limits(host: dict[str, Any]) -> None:
    """Raises EngineError."""
    if 0 < host.get("Memory", 0) < _LEAST_MEMORY:
        raise EngineError(400, "Minimum memory limit allowed is 6MB")
    if not 0 <= host.get("NanoCpus", 0) <= CPUS * 10**9:
        why = f"Range of CPUs is from 0.01 to {CPUS}.00, as there are only {CPUS} CPUs available"
        raise EngineError(400, why)


def rename(cloud: Docker, call: Call) -> Response:
    machine = named(cloud, call.values["id"])
    name = call.query.get("name", "")
    if not name:
        raise EngineError(400, "Neither old nor new names may be empty")
    if name.removeprefix("/") == machine.body["Name"]:
        raise EngineError(400, "Renaming a container with the same name as its current name")
    if not _NAME.fullmatch(name):
        why = f"Invalid container name (/{name.removeprefix('/')}), {_NAME_RULE}"
        raise EngineError(400, f"Error when allocating new name: {why}")
    try:
        _refuse_taken(cloud, name.removeprefix("/"))
    except EngineError as taken:
        raise EngineError(409, f"Error when allocating new name: {taken.message}") from None
    machine.body["Name"] = name.removeprefix("/")
    return nothing(204)


def update(cloud: Docker, call: Call) -> dict[str, Any]:
    members = {name: kind for name, kind in shapes.types(shapes.HOST).items() if name in _UPDATED}
    machine = named(cloud, call.values["id"])
    body = reading.body(call, "UpdateConfig", members, status=400)
    changed = {name: value for name, value in body.items() if value}
    _check_limits(changed)
    machine.body["HostConfig"] |= changed
    return {"Warnings": []}


def remove(cloud: Docker, call: Call) -> Response:
    machine = named(cloud, call.values["id"])
    if reading.flag(call, "link"):
        raise unserved("links between containers")
    container_id, state = machine.body["Id"], machine.body["state"]
    if not reading.flag(call, "force"):
        if state == "running":
            why = "Stop the container before attempting removal or force remove"
            raise EngineError(409, f"You cannot remove a running container {container_id}. {why}")
        if state == "paused":
            why = "Unpause and then stop the container before attempting removal or force remove"
            raise EngineError(409, f"You cannot remove a paused container {container_id}. {why}")
    discard(cloud, machine, with_volumes=reading.flag(call, "v"))
    return nothing(204)


def discard(cloud: Docker, machine: Thing, *, with_volumes: bool) -> None:
    """`with_volumes`: those that nobody has named go, too."""
    endpoints.leave_all(cloud, machine)
    cloud.centre.remove(machine.key)
    for mount in machine.body["mounts"]:
        key = f"volumes/{mount.get('Name', '')}"
        if with_volumes and mount.get("anonymous") and not cloud.centre.users(key):
            cloud.centre.remove(key)


def prune(cloud: Docker, call: Call) -> dict[str, Any]:
    reading.filters(call, frozenset({"label", "until"}))
    gone = [one for one in all_of(cloud) if one.body["state"] not in ("running", "paused")]
    for one in reversed(gone):
        discard(cloud, one, with_volumes=False)
    return {"ContainersDeleted": [one.body["Id"] for one in reversed(gone)] or None, "SpaceReclaimed": 0}


def all_of(cloud: Docker) -> list[Thing]:
    """In the order in which they were made."""
    return sorted(cloud.centre.of_kind("containers"), key=lambda one: one.number)


def named(cloud: Docker, name: str) -> Machine:
    """By id, name, or the beginning of an id that no other has. Raises EngineError."""
    machine = find(cloud, name)
    if machine is None:
        raise no_container(name)
    return machine


def find(cloud: Docker, name: str) -> Machine | None:
    """Raises EngineError."""
    found = [one for one in all_of(cloud) if isinstance(one, Machine)]
    for one in found:
        if one.body["Id"] == name or one.body["Name"] == name.removeprefix("/"):
            return one
    begun = [one for one in found if name and one.body["Id"].startswith(name)]
    if len(begun) > 1:
        raise EngineError(500, f"Multiple IDs found with provided prefix: {name}")
    return begun[0] if begun else None


def commands_words(config: dict[str, Any]) -> str:
    """As the list of containers shows the command."""
    return " ".join(shlex.quote(word) for word in command(config))
