"""What of a VM no request can change, and what Azure never shows again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from ...centre import Thing
from ..errors import ArmError

SECRET = ("adminPassword", "customData")


def hide(vm: Thing) -> None:
    """Of secrets only a digest stays: a PUT of the same is no change."""
    inner = vm.body["properties"]
    login = inner.get("osProfile", {})
    vm.body["_digests"] = {name: _digest(login.pop(name)) for name in SECRET if name in login}
    if "userData" in inner:
        vm.body["_user_data"] = inner.pop("userData")


def check(vm: Thing, given: dict[str, Any]) -> None:
    """`given`: properties as they are sent. Raises ArmError."""
    for name in _changed(vm, given):
        text = f"Changing property '{name}' is not allowed."
        raise ArmError(409, "PropertyChangeNotAllowed", text, target=name)


def _changed(vm: Thing, given: dict[str, Any]) -> Iterator[str]:
    inner = vm.body["properties"]
    profile = given.get("storageProfile", {})
    yield from _image(inner["storageProfile"].get("imageReference", {}), profile.get("imageReference", {}))
    yield from _disk(inner["storageProfile"]["osDisk"], profile.get("osDisk", {}))
    yield from _login(inner.get("osProfile", {}), given.get("osProfile", {}), vm.body["_digests"])


def _image(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for name in ("id", "publisher", "offer", "sku", "version"):
        if name in new and str(new[name]).lower() != str(old.get(name, "")).lower():
            yield "imageReference"


def _disk(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for name in ("name", "osType"):
        if name in new and new[name] != old[name]:
            yield f"osDisk.{name}"
    if new.get("managedDisk", {}).get("id", old["managedDisk"]["id"]).lower() != old["managedDisk"]["id"].lower():
        yield "osDisk.managedDisk.id"


def _login(old: dict[str, Any], new: dict[str, Any], digests: dict[str, str]) -> Iterator[str]:
    for name in ("adminUsername", "computerName"):
        if name in new and new[name] != old.get(name):
            yield f"osProfile.{name}"
    for name in SECRET:
        if name in new and _digest(new[name]) != digests.get(name):
            yield f"osProfile.{name}"
    keys = new.get("linuxConfiguration", {}).get("ssh")
    if keys is not None and _keys(keys) != _keys(old.get("linuxConfiguration", {}).get("ssh", {})):
        yield "linuxConfiguration.ssh.publicKeys"


def _keys(ssh: dict[str, Any]) -> list[str]:
    return [one.get("keyData", "") for one in ssh.get("publicKeys") or ()]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
