"""Managed disks: made by themselves, or along with a VM."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.wrappers import Response

from ...centre import Effect, Job, Machine, Power, State, Thing
from ...facade import Call, json_response
from .. import listing, tags
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..shape import ANYTHING, IGNORED, NUMBER, TEXT, UNSERVED, ListOf, MapOf, Members, resource, word
from ..times import written
from . import marketplace
from .base import Computed

DISK = "Microsoft.Compute/disks"
SKUS = (
    "Standard_LRS",
    "Premium_LRS",
    "StandardSSD_LRS",
    "UltraSSD_LRS",
    "Premium_ZRS",
    "StandardSSD_ZRS",
    "PremiumV2_LRS",
)
OPTIONS = (
    "Empty",
    "Attach",
    "FromImage",
    "Import",
    "Copy",
    "Restore",
    "Upload",
    "CopyStart",
    "ImportSecure",
    "UploadPreparedSecure",
    "CopyFromSanSnapshot",
)
LARGEST = 32767  # GiB

sku = Members("DiskSku", {"name": word(*SKUS), "tier": IGNORED})
_creation = Members(
    "CreationData",
    {
        "createOption": word(*OPTIONS),
        "imageReference": ANYTHING,
        "galleryImageReference": UNSERVED,
        "sourceResourceId": TEXT,
        "sourceUri": UNSERVED,
        "storageAccountId": UNSERVED,
        "uploadSizeBytes": ANYTHING,
        "logicalSectorSize": NUMBER,
        "performancePlus": ANYTHING,
        "sourceUniqueId": IGNORED,
    },
)
_more = dict.fromkeys(
    (
        "encryption",
        "purchasePlan",
        "supportedCapabilities",
        "securityProfile",
        "supportsHibernation",
        "networkAccessPolicy",
        "publicNetworkAccess",
        "tier",
        "burstingEnabled",
        "maxShares",
        "diskIOPSReadWrite",
        "diskMBpsReadWrite",
        "diskIOPSReadOnly",
        "diskMBpsReadOnly",
        "optimizedForFrequentAttach",
        "dataAccessAuthMode",
    ),
    ANYTHING,
)
_properties = {
    **_more,
    "encryptionSettingsCollection": UNSERVED,
    "diskAccessId": UNSERVED,
    "osType": word("Windows", "Linux"),
    "hyperVGeneration": word("V1", "V2"),
    "creationData": _creation,
    "diskSizeGB": NUMBER,
    "timeCreated": IGNORED,
    "diskSizeBytes": IGNORED,
    "uniqueId": IGNORED,
    "provisioningState": IGNORED,
    "diskState": IGNORED,
    "LastOwnershipUpdateTime": IGNORED,
    "shareInfo": IGNORED,
    "propertyUpdatesInProgress": IGNORED,
}
_update = Members(
    "DiskUpdate", {"tags": MapOf(TEXT), "sku": sku, "properties": Members("DiskUpdateProperties", _properties)}
)


class Disks(Computed):
    type = DISK
    noun = "disk"
    making = "Updating"
    shape = resource(
        "Disk",
        Members("DiskProperties", _properties),
        sku=sku,
        zones=ListOf(TEXT),
        extendedLocation=UNSERVED,
        managedBy=IGNORED,
        managedByExtended=IGNORED,
    )

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        given = sent.get("properties", {})
        creation = given.get("creationData")
        if not creation:
            raise self.voice.missing("creationData")
        if "createOption" not in creation:
            raise self.voice.missing("createOption")
        if creation["createOption"] == "Empty" and "diskSizeGB" not in given:
            raise self.voice.missing("disk.diskSizeGB")
        if creation["createOption"] == "FromImage":
            image = self._image(creation)
            given = {"diskSizeGB": image.size, **of_image(image.system, image.generation), **given}
        self._check_size(given.get("diskSizeGB", 30))
        name = sent.get("sku", {}).get("name", "Standard_LRS")
        return self.made(resource, self.location(sent), name, {"diskSizeGB": 30, **given}, sent.get("zones"))

    def _image(self, creation: dict[str, Any]) -> marketplace.Image:
        reference = creation.get("imageReference")
        if not isinstance(reference, dict) or "id" not in reference:
            raise self.voice.missing("creationData.imageReference.id")
        return marketplace.named(str(reference["id"]))[0]

    def made(
        self, resource: ResourceId, location: str, sku_name: str, given: dict[str, Any], zones: list[str] | None
    ) -> Thing:
        """Not yet in the centre."""
        size = given["diskSizeGB"]
        body = {
            "location": location,
            "zones": zones,
            "sku": {"name": sku_name, "tier": sku_name.partition("_")[0]},
            "properties": {
                **given,
                "diskSizeBytes": size * 1024**3,
                "uniqueId": str(uuid.uuid4()),
                "encryption": given.get("encryption", {"type": "EncryptionAtRestWithPlatformKey"}),
                "networkAccessPolicy": given.get("networkAccessPolicy", "AllowAll"),
                "publicNetworkAccess": given.get("publicNetworkAccess", "Enabled"),
                "timeCreated": written(self.arm.centre.clock.now()),
            },
        }
        found: Thing = self.new(resource, body)
        return found

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        given, old = sent.get("properties", {}), thing.body["properties"]
        creation = given.get("creationData", {})
        for name, value in creation.items():
            if old["creationData"].get(name) != value:
                raise _unchangeable(f"creationData.{name}")
        self._apply(thing, given, sent)

    def update(self, call: Call) -> Any:
        thing = self.found(self.id(call))
        sent = _update.read(listing.body(call), "", self.voice)
        self.refuse_unready(call, thing)
        tags.check(sent.get("tags"))
        self._apply(thing, sent.get("properties", {}), sent)
        if "tags" in sent:
            thing.body["tags"] = sent["tags"]
        return self.answer_changed(call, thing, self.begin(thing, "change", Effect.CHANGE))

    def _apply(self, thing: Thing, given: dict[str, Any], sent: dict[str, Any]) -> None:
        old = thing.body["properties"]
        size = given.get("diskSizeGB", old["diskSizeGB"])
        self._check_size(size)
        if size < old["diskSizeGB"]:
            text = (
                f"Shrinking the size of disk '{thing.body['name']}' is not supported: from {old['diskSizeGB']} GB to "
                f"{size} GB."
            )
            raise ArmError(409, "OperationNotAllowed", text)
        thing.body["properties"] = {**old, **given, "diskSizeBytes": size * 1024**3}
        if "sku" in sent:
            name = sent["sku"]["name"]
            thing.body["sku"] = {"name": name, "tier": name.partition("_")[0]}

    def _check_size(self, size: int) -> None:
        if not 1 <= size <= LARGEST:
            text = (
                f"Value '{size}' of parameter 'diskSizeGB' is out of range. The value must be between 1 and "
                f"{LARGEST}, inclusive."
            )
            raise ArmError(400, "InvalidParameter", text, target="diskSizeGB")

    def machine(self, thing: Thing) -> Machine | None:
        for user in self.arm.centre.users(thing.key):
            if isinstance(user, Machine):
                return user
        return None

    def refuse_in_use(self, thing: Thing) -> None:
        if vm := self.machine(thing):
            text = f"Disk {thing.body['name']} is attached to VM {vm.body['id']}."
            raise ArmError(409, "OperationNotAllowed", text)

    def shown(self, thing: Thing) -> dict[str, Any]:
        body = super().shown(thing)
        vm = self.machine(thing)
        body["properties"]["diskState"] = "Unattached"
        if vm:
            body["managedBy"] = vm.body["id"]
            body["properties"]["LastOwnershipUpdateTime"] = written(vm.made)
            gone = vm.power is Power.OFF and vm.body.get("_deallocated")
            body["properties"]["diskState"] = "Reserved" if gone else "Attached"
        return body

    def answer_made(self, call: Call, thing: Thing, job: Job) -> Response:
        return json_response(self.shown(thing), 202, self.arm.operations.headers(call, job, location=True))

    answer_changed = answer_made

    def attachable(self, text: str, user: ResourceId) -> Thing:
        """The disk that a VM names. Raises ArmError."""
        try:
            named = parse(text)
        except ValueError:
            raise ArmError(
                400, "InvalidParameter", "The value of parameter managedDisk.id is invalid.", target="managedDisk.id"
            ) from None
        found = self.arm.centre.find(named.key)
        if found is None or found.state is State.LEAVING or found.kind != DISK:
            text = f"Disk {named.name} is not found."
            raise ArmError(404, "NotFound", text, target="managedDisk.id")
        vm = self.machine(found)
        if vm is not None and vm.key != user.key:
            text = (
                f"Disk {found.body['name']} cannot be attached to the VM because it is already owned by VM "
                f"{vm.body['id']}."
            )
            raise ArmError(409, "ConflictingUserInput", text)
        return found


def of_image(system: str, generation: str) -> dict[str, Any]:
    """What a disk has of the image that it is made of."""
    return {
        "osType": system,
        "hyperVGeneration": generation,
        "supportedCapabilities": {"acceleratedNetwork": True},
        "supportsHibernation": False,
    }


def _unchangeable(name: str) -> ArmError:
    return ArmError(409, "PropertyChangeNotAllowed", f"Changing property '{name}' is not allowed.", target=name)
