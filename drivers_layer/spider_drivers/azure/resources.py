"""ARM resources of one type: found by their ids, listed, deleted. How they are made is each kind's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..contract import Attempt, MissingReference, NotFound, Part, Ref
from . import building
from .building import Look
from .calls import Arm, Thing
from .errors import ANYTHING, Asked
from .place import ADDRESS, DISK, IMAGE, KEY, NIC, NSG, VM, VNET, Found, same


@dataclass(frozen=True)
class Resources:
    """`title`: what messages call one. `operations`: the SDK's client and group of operations. `list_all`: the name of
    the one that lists a resource group. `delete`: of the one that deletes."""

    arm: Arm
    kind: str
    title: str
    operations: str
    list_all: str = "list"
    delete: str = "begin_delete"

    def described(self, ref: Ref, *, field: str | None = None, **more: Any) -> Thing:
        """Raises NotFound, or MissingReference of `field` where a request names the resource."""
        found = self._addressed(ref, field)
        asked = Asked(missing=field) if field else ANYTHING
        return self.arm.call(f"{self.operations}.get", found.group, found.name, asked=asked, **more)

    def named(self, name: str, **more: Any) -> Thing:
        """Raises NotFound."""
        return self.described(Ref(name, name), **more)

    def listed(self, **more: Any) -> list[Thing]:
        """Those in the connection's resource group and region; none where nobody has made the group yet."""
        place = self.arm.place
        try:
            found = self.arm.all(f"{self.operations}.{self.list_all}", place.group, **more)
        except NotFound:
            return []
        return [one for one in found if same(str(one.get("location", "")).replace(" ", ""), place.location)]

    def id(self, name: str) -> str:
        return self.arm.place.id(self.kind, name)

    def spelled(self, thing: Thing) -> str:
        return self.arm.place.spelled(str(thing["id"]))

    def removal(
        self, ref: Ref, attempt: Attempt, *, part: str, name: str = "", look: Look | None = None
    ) -> Part | None:
        """What Ref leads to by its id, or by the name that its create had; None where it leads nowhere.

        Without an id it is what this operation's `part` is noted for, or what carries the create's token. `look`: where
        it has been looked at already.
        """
        noted = attempt.parts.get(part)
        wanted = ref.id or noted or (self.id(name or ref.name) if ref.token else None)
        if not wanted:
            return None
        try:
            found = self._addressed(Ref(ref.name, wanted), None)
        except NotFound:
            return None
        exact = bool(ref.id or noted)
        return building.removal(
            f"{self.title} {found.name}",
            wanted,
            look or (lambda: self.described(Ref(ref.name, wanted))),
            lambda: self.arm.remove(f"{self.operations}.{self.delete}", found.group, found.name),
            noted=not ref.id and bool(noted),
            token="" if exact else ref.token,
        )

    def _addressed(self, ref: Ref, field: str | None) -> Found:
        try:
            return self.arm.place.addressed(ref, self.kind, self.title)
        except NotFound as missing:
            if field is None:
                raise
            raise MissingReference(missing.message, field=field) from None


def vnets(arm: Arm) -> Resources:
    return Resources(arm, VNET, "VPC", "network.virtual_networks")


def security_groups(arm: Arm) -> Resources:
    return Resources(arm, NSG, "security group", "network.network_security_groups")


def interfaces(arm: Arm) -> Resources:
    return Resources(arm, NIC, "network interface", "network.network_interfaces")


def addresses(arm: Arm) -> Resources:
    return Resources(arm, ADDRESS, "public address", "network.public_ip_addresses")


def keys(arm: Arm) -> Resources:
    return Resources(arm, KEY, "key pair", "compute.ssh_public_keys", "list_by_resource_group", "delete")


def machines(arm: Arm) -> Resources:
    return Resources(arm, VM, "VM", "compute.virtual_machines")


def disks(arm: Arm) -> Resources:
    return Resources(arm, DISK, "disk", "compute.disks", "list_by_resource_group")


def own_images(arm: Arm) -> Resources:
    return Resources(arm, IMAGE, "image", "compute.images", "list_by_resource_group")
