"""Images captured of a VM, or made of a disk."""

from __future__ import annotations

from typing import Any

from ...centre import Machine, Thing
from ...facade import Call
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..shape import FLAG, IGNORED, NUMBER, REFERENCE, TEXT, UNSERVED, ListOf, Members, resource, word
from .base import Computed
from .disks import DISK

IMAGE = "Microsoft.Compute/images"
MACHINE = "Microsoft.Compute/virtualMachines"

_disk = {
    "snapshot": UNSERVED,
    "managedDisk": REFERENCE,
    "blobUri": UNSERVED,
    "caching": word("None", "ReadOnly", "ReadWrite"),
    "diskSizeGB": NUMBER,
    "storageAccountType": TEXT,
    "diskEncryptionSet": UNSERVED,
}
_properties = Members(
    "ImageProperties",
    {
        "sourceVirtualMachine": REFERENCE,
        "storageProfile": Members(
            "ImageStorageProfile",
            {
                "osDisk": Members(
                    "ImageOSDisk",
                    {**_disk, "osType": word("Windows", "Linux"), "osState": word("Generalized", "Specialized")},
                ),
                "dataDisks": ListOf(Members("ImageDataDisk", {**_disk, "lun": NUMBER})),
                "zoneResilient": FLAG,
            },
        ),
        "hyperVGeneration": word("V1", "V2"),
        "provisioningState": IGNORED,
    },
)


class Images(Computed):
    type = IMAGE
    noun = "image"
    shape = resource("Image", _properties, extendedLocation=UNSERVED)

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        given = sent.get("properties", {})
        if "sourceVirtualMachine" in given:
            given["storageProfile"] = self._captured(given)
        elif "osDisk" not in given.get("storageProfile", {}):
            raise self.voice.missing("storageProfile")
        else:
            self._check_disk(given["storageProfile"])
        given.setdefault("hyperVGeneration", "V1")
        thing: Thing = self.new(resource, {"location": self.location(sent), "properties": given})
        return thing

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        given = sent.get("properties", {})
        source = given.get("sourceVirtualMachine", {}).get("id", "").lower()
        if source != thing.body["properties"].get("sourceVirtualMachine", {}).get("id", "").lower():
            text = "Changing property 'sourceVirtualMachine' is not allowed."
            raise ArmError(409, "PropertyChangeNotAllowed", text, target="sourceVirtualMachine")

    def _captured(self, given: dict[str, Any]) -> dict[str, Any]:
        """The storage profile of an image of a VM."""
        try:
            named = parse(given["sourceVirtualMachine"].get("id", ""))
        except ValueError:
            text = "The value of parameter sourceVirtualMachine.id is invalid."
            raise ArmError(400, "InvalidParameter", text, target="sourceVirtualMachine.id") from None
        vm = self.arm.centre.find(named.key)
        if not isinstance(vm, Machine):
            text = f"The Virtual Machine '{named.name}' was not found."
            raise ArmError(404, "NotFound", text, target="sourceVirtualMachine.id")
        if not vm.body.get("_generalized"):
            text = f"The Virtual Machine '{vm.body['name']}' must be generalized before an image can be captured of it."
            raise ArmError(409, "OperationNotAllowed", text)
        profile = vm.body["properties"]["storageProfile"]
        os_disk = {"osType": profile["osDisk"]["osType"], "osState": "Generalized", **_copied(profile["osDisk"])}
        return {
            "osDisk": os_disk,
            "dataDisks": [{"lun": one["lun"], **_copied(one)} for one in profile["dataDisks"]],
            "zoneResilient": given.get("storageProfile", {}).get("zoneResilient", False),
        }

    def _check_disk(self, profile: dict[str, Any]) -> None:
        disk = profile["osDisk"]
        for name in ("osType", "osState"):
            if name not in disk:
                raise self.voice.missing(f"osDisk.{name}")
        named = disk.get("managedDisk", {}).get("id", "")
        found = self.arm.centre.find(named.lower())
        if named and (found is None or found.kind != DISK):
            text = f"Disk {named.rpartition('/')[2]} is not found."
            raise ArmError(404, "NotFound", text, target="managedDisk.id")
        profile.setdefault("dataDisks", [])

    def refuse_in_use(self, thing: Thing) -> None:
        """https://github.com/coreos/fedora-coreos-tracker/issues/1444"""
        making = [
            user.body["name"]
            for user in self.arm.centre.users(thing.key)
            if any(job.verb == "make" for job in self.arm.centre.under_way(user.key))
        ]
        if making:
            text = (
                f"Operation 'Image Delete' is not allowed since the Virtual Machines '{', '.join(making)}' are being "
                f"provisioned using the Image '{thing.body['name']}'."
            )
            raise ArmError(409, "OperationNotAllowed", text)


def _copied(disk: dict[str, Any]) -> dict[str, Any]:
    """A VM's disk as an image has it."""
    return {
        "diskSizeGB": disk["diskSizeGB"],
        "managedDisk": {"id": disk["managedDisk"]["id"]},
        "caching": disk["caching"],
        "storageAccountType": disk["managedDisk"]["storageAccountType"],
    }
