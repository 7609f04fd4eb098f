"""What is mounted in a container: volumes of its image or of its own, named ones, folders of the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import ids, volumes
from .errors import EngineError

if TYPE_CHECKING:
    from .facade import Docker


def made(cloud: Docker, config: dict[str, Any], host: dict[str, Any]) -> list[dict[str, Any]]:
    """As inspect shows them; volumes that are not there are made. Raises EngineError."""
    found: dict[str, dict[str, Any]] = {}
    for bind in host.get("Binds") or ():
        source, target, mode = _parted(bind)
        found[target] = _mount(source, target, mode, named="z")
    for mount in host.get("Mounts") or ():
        kind, source, target = mount.get("Type", "volume"), mount.get("Source") or "", mount.get("Target") or ""
        if kind == "tmpfs":
            continue
        mode = "ro" if mount.get("ReadOnly") else ""
        found[target] = _mount(source or ids.new(), target, mode, named="z" if source else "")
    for target in config.get("Volumes") or {}:
        found.setdefault(target, {**_mount(ids.new(), target, "", named=""), "Propagation": "", "anonymous": True})
    for mount in found.values():
        if mount["Type"] == "volume":
            volumes.ensure(cloud, mount["Name"])
    return list(found.values())


def _parted(bind: str) -> tuple[str, str, str]:
    words = bind.split(":")
    if len(words) not in (2, 3) or not words[1].startswith("/"):
        raise EngineError(400, f"invalid volume specification: '{bind}'")
    return words[0], words[1], words[2] if len(words) == 3 else ""


def _mount(source: str, target: str, mode: str, *, named: str) -> dict[str, Any]:
    writable = "ro" not in mode.split(",")
    if source.startswith("/"):
        shown = {"Type": "bind", "Source": source, "Destination": target, "Mode": mode}
        return {**shown, "RW": writable, "Propagation": "rprivate"}
    return {
        "Type": "volume",
        "Name": source,
        "Source": volumes.place(source),
        "Destination": target,
        "Driver": "local",
        "Mode": mode or named,
        "RW": writable,
        "Propagation": "",
    }


def shown(mounts: list[dict[str, Any]], *, anonymous_source: bool) -> list[dict[str, Any]]:
    """The list of containers tells no source of what is anonymous; inspect does."""
    told = []
    for mount in mounts:
        one = {key: value for key, value in mount.items() if key != "anonymous"}
        if mount.get("anonymous") and not anonymous_source:
            one["Source"] = ""
        told.append(one)
    return told
