"""The disks of a VM: made along with it, or attached."""

from __future__ import annotations

import secrets
from typing import Any

from ...centre import State, Thing
from ..errors import ArmError
from ..ids import ResourceId
from ..voices import COMPUTE
from . import marketplace
from .disks import Disks, of_image
from .images import IMAGE
from .sizes import Size


class Storage:
    def __init__(self, disks: Disks) -> None:
        self._disks = disks
        self._centre = disks.arm.centre

    def filled(
        self, machine: ResourceId, location: str, given: dict[str, Any], size: Size, zones: list[str] | None
    ) -> tuple[list[Thing], list[str]]:
        """Of a new VM: the disks to be made, and the keys of all that it uses. Fills in what was not said of them in
        `given`, a storageProfile. Raises ArmError before anything is made."""
        os_disk = given.get("osDisk")
        if os_disk is None:
            raise COMPUTE.missing("osDisk")
        if "createOption" not in os_disk:
            raise COMPUTE.missing("osDisk.createOption")
        new: list[Thing] = []
        uses: list[str] = []
        if os_disk["createOption"] == "Attach":
            uses.append(self._attached(machine, os_disk, location))
        else:
            image_key, system, least, generation = self._image(location, given)
            uses += [image_key] if image_key else []
            os_disk.setdefault("osType", system)
            if os_disk["osType"] != system:
                raise _refused(f"Parameter 'osDisk.osType' must be '{system}', as of the image.", "osDisk.osType")
            if os_disk.setdefault("diskSizeGB", least) < least:
                text = (
                    f"The specified disk size {os_disk['diskSizeGB']} GB is smaller than the size of the "
                    f"corresponding disk in the VM image: {least} GB. This is not allowed. Please choose equal or "
                    "greater size or do not specify an explicit size."
                )
                raise ArmError(409, "OperationNotAllowed", text)
            os_disk.setdefault("name", f"{machine.name}_OsDisk_1_{secrets.token_hex(16)}")
            origin = {**of_image(system, generation), "creationData": self._origin(given)}
            new.append(self._made(machine, location, os_disk, origin, zones))
        os_disk.setdefault("caching", "ReadWrite")
        os_disk.setdefault("deleteOption", "Detach")
        more, keys = self.data(machine, location, given.setdefault("dataDisks", []), size, zones)
        return [*new, *more], [*uses, *(one.key for one in new), *keys]

    def data(
        self, machine: ResourceId, location: str, given: list[dict[str, Any]], size: Size, zones: list[str] | None
    ) -> tuple[list[Thing], list[str]]:
        """Data disks: those to be made, and the keys of all."""
        if len(given) > size.disks:
            text = f"The maximum number of data disks allowed to be attached to a VM of this size is {size.disks}."
            raise ArmError(409, "OperationNotAllowed", text, target="dataDisks")
        luns = [one.get("lun") for one in given]
        if None in luns:
            raise COMPUTE.missing("dataDisk.lun")
        for number, lun in enumerate(luns):
            if lun in luns[:number]:
                text = f"A disk at LUN {lun} already exists."
                raise ArmError(400, "InvalidParameter", text, target="dataDisk.lun")
        new: list[Thing] = []
        keys: list[str] = []
        for one in given:
            if "createOption" not in one:
                raise COMPUTE.missing("dataDisk.createOption")
            one.setdefault("caching", "None")
            one.setdefault("toBeDetached", False)
            one.setdefault("deleteOption", "Detach")
            if one["createOption"] == "Attach":
                keys.append(self._attached(machine, one, location))
                continue
            if "diskSizeGB" not in one:
                raise COMPUTE.missing("dataDisk.diskSizeGB")
            one.setdefault("name", f"{machine.name}_disk{one['lun'] + 2}_{secrets.token_hex(16)}")
            new.append(self._made(machine, location, one, {"creationData": {"createOption": "Empty"}}, zones))
        return new, [*keys, *(one.key for one in new)]

    def keep(self, new: list[Thing]) -> None:
        """A VM's own disks are ready when the VM is asked for."""
        for one in new:
            one.state = State.READY
            self._centre_add(one)

    def _centre_add(self, disk: Thing) -> None:
        self._disks.arm.centre.add(disk)

    def _made(
        self, machine: ResourceId, location: str, disk: dict[str, Any], given: dict[str, Any], zones: list[str] | None
    ) -> Thing:
        resource = machine.sibling("Microsoft.Compute/disks", disk["name"])
        self._disks.check_name(resource)
        if self._disks.arm.centre.find(resource.key):
            text = (
                f"Disk {disk['name']} already exists in resource group {machine.group.upper()}. Only "
                "CreateOption.Attach is supported."
            )
            raise ArmError(409, "ConflictingUserInput", text)
        managed = disk.setdefault("managedDisk", {})
        if "id" in managed:
            raise _refused("Parameter 'managedDisk.id' is not allowed.", "managedDisk.id")
        managed.setdefault("storageAccountType", "Standard_LRS")
        managed["id"] = str(resource)
        properties = {**given, "diskSizeGB": disk["diskSizeGB"]}
        return self._disks.made(resource, location, managed["storageAccountType"], properties, zones)

    def _attached(self, machine: ResourceId, disk: dict[str, Any], location: str) -> str:
        named = disk.get("managedDisk", {}).get("id")
        if not named:
            raise COMPUTE.missing("managedDisk")
        found = self._disks.attachable(named, machine)
        if found.body["location"] != location:
            text = (
                f"Disk {found.body['name']} is in location {found.body['location']}, the VM in {location}: they must "
                "be in one."
            )
            raise ArmError(409, "Conflict", text)
        disk["managedDisk"] = {"storageAccountType": found.body["sku"]["name"], "id": found.body["id"]}
        disk.setdefault("name", found.body["name"])
        disk["diskSizeGB"] = found.body["properties"]["diskSizeGB"]
        if "lun" not in disk:
            disk.setdefault("osType", found.body["properties"].get("osType", "Linux"))
        return found.key

    def _image(self, location: str, given: dict[str, Any]) -> tuple[str, str, int, str]:
        """The image's key if it is a resource; its operating system; its size in GiB; its generation of Hyper-V."""
        reference = given.get("imageReference")
        if not reference:
            raise COMPUTE.missing("imageReference")
        if "id" in reference:
            found = self._disks.arm.centre.find(reference["id"].lower())
            if found is None or found.kind != IMAGE or found.state is State.LEAVING:
                text = f"The Image '{reference['id']}' cannot be found in '{location}' region."
                raise ArmError(404, "ImageNotFound", text, target="imageReference")
            if found.body["location"] != location:
                text = f"The Image '{reference['id']}' cannot be found in '{location}' region."
                raise ArmError(404, "ImageNotFound", text, target="imageReference")
            disk = found.body["properties"]["storageProfile"]["osDisk"]
            generation = found.body["properties"]["hyperVGeneration"]
            return found.key, disk["osType"], disk.get("diskSizeGB", 30), generation
        for name in ("publisher", "offer", "sku"):
            if not reference.get(name):
                raise COMPUTE.missing(f"imageReference.{name}")
        image, version = marketplace.found(location, reference)
        reference.setdefault("version", "latest")
        reference["exactVersion"] = version
        return "", image.system, image.size, image.generation

    def _origin(self, given: dict[str, Any]) -> dict[str, Any]:
        reference = given["imageReference"]
        if "id" in reference:
            return {"createOption": "FromImage", "imageReference": {"id": reference["id"]}}
        where = "/".join(
            [
                f"/Subscriptions/{self._disks.arm.account.subscription}/Providers/Microsoft.Compute/Locations",
                f"Publishers/{reference['publisher']}/ArtifactTypes/VMImage/Offers/{reference['offer']}",
                f"Skus/{reference['sku']}/Versions/{reference['exactVersion']}",
            ]
        )
        return {"createOption": "FromImage", "imageReference": {"id": where}}


def _refused(text: str, target: str) -> ArmError:
    return ArmError(400, "InvalidParameter", text, target=target)
