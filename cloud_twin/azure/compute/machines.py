"""Virtual machines."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.wrappers import Response

from ...centre import Effect, Failure, Job, Machine, Power, State, Thing
from ...facade import Call
from ...settings import Settings
from .. import listing, regions, tags
from ..errors import ArmError
from ..ids import ResourceId, parse
from ..network.interfaces import INTERFACE, NetworkInterfaces
from ..network.public_addresses import PublicIPAddresses
from ..shape import ANYTHING, TEXT, ListOf, MapOf, Members
from ..times import written
from . import instance_view, logins, sizes
from .base import Computed
from .disks import Disks
from .images import MACHINE
from .machine_shape import machine as shape
from .machine_shape import properties
from .storage import Storage

_update = Members(
    "VirtualMachineUpdate",
    {"tags": MapOf(TEXT), "properties": properties, "plan": ANYTHING, "identity": ANYTHING, "zones": ListOf(TEXT)},
)
_SECRET = ("adminPassword", "customData")


class VirtualMachines(Computed):
    type = MACHINE
    noun = "VM"
    shape = shape

    def __init__(self, arm: Any, disks: Disks, interfaces: NetworkInterfaces, addresses: PublicIPAddresses) -> None:
        super().__init__(arm)
        self.disks = disks
        self.interfaces = interfaces
        self.addresses = addresses

    @property
    def storage(self) -> Storage:
        return Storage(self.disks)

    # Routes beside those of any kind

    def get(self, call: Call) -> Any:
        vm = self.found(self.id(call))
        expand = call.query.get("$expand", "").lower()
        shown = self.shown(vm)
        if expand == "instanceview":
            shown["properties"]["instanceView"] = self.view(vm)
        elif expand == "userdata":
            if "_user_data" in vm.body:
                shown["properties"]["userData"] = vm.body["_user_data"]
        elif expand:
            text = (
                f"The value '{expand}' of parameter '$expand' is not allowed. Allowed values are "
                "'instanceView','userData'."
            )
            raise ArmError(400, "InvalidParameter", text, target="$expand")
        return shown

    def instance_view(self, call: Call) -> Any:
        return self.view(self.found(self.id(call)))

    def list_in_group(self, call: Call) -> Any:
        self._expanding = call.query.get("$expand", "").lower() == "instanceview"
        try:
            return super().list_in_group(call)
        finally:
            self._expanding = False

    def list_all(self, call: Call) -> Any:
        if call.query.get("statusOnly", "").lower() == "true":
            found = self.arm.centre.of_kind(self.type)
            return listing.page(call, self.arm.settings, found, self._status)
        return super().list_all(call)

    def list_in_location(self, call: Call) -> Any:
        place = regions.plain(call.values["location"])
        found = [one for one in self.arm.centre.of_kind(self.type) if one.body["location"] == place]
        return listing.page(call, self.arm.settings, found, self.listed)

    def sizes_of(self, call: Call) -> Any:
        self.found(self.id(call))
        return {"value": [sizes.shown(one) for one in sizes.SIZES.values()]}

    def update(self, call: Call) -> Any:
        vm = self.found(self.id(call))
        sent = _update.read(listing.body(call), "", self.voice)
        tags.check(sent.get("tags"))
        self.check_conditions(call, vm)
        self.refuse_unready(call, vm)
        self._apply(call, vm, sent.get("properties", {}), whole=False)
        if "tags" in sent:
            vm.body["tags"] = sent["tags"]
        self.touch(vm)
        return self.answer_changed(call, vm, self.begin(vm, "change", Effect.CHANGE))

    def delete(self, call: Call) -> Response:
        resource = self.id(call)
        self.arm.group(resource)
        vm = self.arm.centre.find(resource.key)
        if vm is None:
            return Response(status=204)
        self.check_conditions(call, vm)
        jobs = self.arm.centre.under_way(vm.key)
        if vm.state is State.LEAVING:
            return self.arm.accepted(call, jobs[0])
        for job in jobs:
            text = "Operation execution has been preempted by a more recent operation."
            self.arm.centre.finish(job, Failure("OperationPreempted", text))
        self._take_along(vm)
        return self.arm.accepted(call, self.begin(vm, "delete", Effect.REMOVE))

    # Making

    def make(self, call: Call, resource: ResourceId, sent: dict[str, Any]) -> Thing:
        given = sent.get("properties", {})
        for name in ("hardwareProfile", "storageProfile", "networkProfile"):
            if name not in given:
                raise self.voice.missing(name)
        if "vmSize" not in given["hardwareProfile"]:
            raise self.voice.missing("vmSize")
        location, zones = self.location(sent), sent.get("zones")
        size = sizes.found(given["hardwareProfile"]["vmSize"])
        links, keys = self._interfaces(call, resource, location, given["networkProfile"], size)
        new, used = self.storage.filled(resource, location, given["storageProfile"], size, zones)
        self._check_login(resource, given)
        self._check_quotas(location, size)
        given.setdefault("securityProfile", {"securityType": "Standard"})
        body: dict[str, Any] = {
            "location": location,
            "zones": zones,
            **{name: sent[name] for name in ("plan", "identity") if name in sent},
            "properties": {**given, "vmId": str(uuid.uuid4()), "timeCreated": written(self.arm.centre.clock.now())},
            "etag": '"1"',
        }
        vm: Machine = self.new(resource, body, [*keys, *used], of=Machine)
        self._hide(vm)
        self.storage.keep(new)
        failure = allocation_failed(self.arm.settings, vm)
        if failure:
            vm.body["_failure"] = {"code": failure.code, "message": failure.message}
        for link in links:
            self.interfaces.connected(link, vm)
        return vm

    def begin(self, thing: Thing, verb: str, effect: Effect, **more: Any) -> Job:
        failure = thing.body.get("_failure") if verb == "make" else None
        if failure:
            more["failure"] = Failure(failure["code"], failure["message"])
        return super().begin(thing, verb, effect, **more)

    def _hide(self, vm: Machine) -> None:
        """What Azure takes and never shows again."""
        inner = vm.body["properties"]
        login = inner.get("osProfile", {})
        for name in _SECRET:
            login.pop(name, None)
        if "userData" in inner:
            vm.body["_user_data"] = inner.pop("userData")

    def _check_login(self, resource: ResourceId, given: dict[str, Any]) -> None:
        disk = given["storageProfile"]["osDisk"]
        if disk["createOption"] == "Attach":
            if "osProfile" in given:
                raise ArmError(400, "InvalidParameter", "Parameter 'osProfile' is not allowed.", target="osProfile")
            return
        if "osProfile" not in given:
            raise self.voice.missing("osProfile")
        login = given["osProfile"]
        login.setdefault("computerName", resource.name)
        logins.check(login, disk["osType"])
        login.setdefault("secrets", [])
        login.setdefault("allowExtensionOperations", True)
        login["requireGuestProvisionSignal"] = True
        if "linuxConfiguration" in login:
            login["linuxConfiguration"].setdefault("provisionVMAgent", True)
            patches = login["linuxConfiguration"].setdefault("patchSettings", {})
            patches.setdefault("patchMode", "ImageDefault")
            patches.setdefault("assessmentMode", "ImageDefault")

    def _interfaces(
        self, call: Call, resource: ResourceId, location: str, given: dict[str, Any], size: sizes.Size
    ) -> tuple[list[Thing], list[str]]:
        named = given.get("networkInterfaces")
        if given.get("networkInterfaceConfigurations"):
            text = "The twin makes no network interfaces of networkInterfaceConfigurations: make them first."
            raise ArmError(400, "OperationNotAllowed", text)
        if not named:
            raise self.voice.missing("networkProfile.networkInterfaces")
        if len(named) > size.interfaces:
            text = (
                f"The number of network interfaces for virtual machine {resource.name} exceeds the maximum allowed "
                f"for the virtual machine size {size.name}. The number of network interfaces is {len(named)} and the "
                f"maximum allowed is {size.interfaces}."
            )
            raise ArmError(400, "NetworkInterfaceCountExceeded", text, details=[])
        primary = [one for one in named if one.get("properties", {}).get("primary")]
        if len(named) > 1 and len(primary) != 1:
            text = f"Virtual machine {resource} must have one network interface set as the primary."
            raise ArmError(400, "VirtualMachineMustHaveOneNetworkInterfaceAsPrimary", text, details=[])
        found = [self._interface(resource, location, one) for one in named]
        self.arm.require_linked(call, {f"{INTERFACE}/join/action": one.body["id"] for one in found})
        return found, [one.key for one in found]

    def _interface(self, resource: ResourceId, location: str, link: dict[str, Any]) -> Thing:
        try:
            named = parse(link.get("id", ""))
        except ValueError:
            text = "The value of parameter networkInterface.id is invalid."
            raise ArmError(400, "InvalidParameter", text, target="networkInterface.id") from None
        found = self.arm.centre.find(named.key)
        if found is None or found.kind != INTERFACE or found.state is State.LEAVING:
            raise ArmError(404, "NotFound", f"Resource {named} not found.", target="networkInterfaces")
        vm = self.interfaces.machine(found)
        if vm is not None and vm.key != resource.key:
            text = f"Network Interface {found.body['id']} is used by existing VM {vm.body['id']}."
            raise ArmError(400, "NicInUse", text)
        if found.body["location"] != location:
            text = (
                f"Resource {found.body['id']} referenced by resource {resource} was not found. Please make sure that "
                "the referenced resource exists, and that both resources are in the same region."
            )
            raise ArmError(400, "InvalidResourceReference", text)
        self.interfaces._check_ready(resource, found)
        link["id"] = found.body["id"]
        return found

    def _check_quotas(self, location: str, size: sizes.Size) -> None:
        there = [one for one in self.arm.centre.of_kind(MACHINE) if one.body["location"] == location]
        cores = sum(sizes.found(one.body["properties"]["hardwareProfile"]["vmSize"]).cores for one in there)
        for name, shown, usage, more in (
            ("cores", "Total Regional Cores", cores, size.cores),
            ("virtualMachines", "Virtual Machines", len(there), 1),
        ):
            most = self.arm.settings.quotas.get(name)
            if most is not None and usage + more > most:
                raise ArmError(
                    409,
                    "OperationNotAllowed",
                    f"Operation could not be completed as it results in exceeding approved {shown} quota. Additional "
                    f"details - Deployment Model: Resource Manager, Location: {location}, Current Limit: {most}, "
                    "Current "
                    f"Usage: {usage}, Additional Required: {more}, (Minimum) New Limit Required: {usage + more}. "
                    "Submit a "
                    "request for Quota increase at https://aka.ms/ProdportalCRP by specifying parameters listed in the "
                    "'Details' section for deployment to succeed. Please read more about quota limits at "
                    "https://docs.microsoft.com/en-us/azure/azure-supportability/regional-quota-requests",
                )

    # Changing

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        """A PUT of what is there changes it."""
        self._apply(call, thing, sent.get("properties", {}), whole=True)

    def _apply(self, call: Call, vm: Thing, given: dict[str, Any], *, whole: bool) -> None:
        assert isinstance(vm, Machine)
        inner = vm.body["properties"]
        self._refuse_unchangeable(inner, given)
        wanted = given.get("hardwareProfile", {}).get("vmSize")
        size = sizes.found(wanted or inner["hardwareProfile"]["vmSize"])
        resource = parse(vm.body["id"])
        profile = inner["networkProfile"]
        links: list[Thing] = []
        if "networkProfile" in given and given["networkProfile"] != profile:
            profile = given["networkProfile"]
            links, _ = self._interfaces(call, resource, vm.body["location"], profile, size)
        disks = given.get("storageProfile", {}).get(
            "dataDisks", None if not whole else inner["storageProfile"]["dataDisks"]
        )
        new, keys = self._data_disks(vm, resource, disks, size)
        self.storage.keep(new)
        vm.uses = (vm.uses - self._data_keys(vm)) | set(keys) if disks is not None else vm.uses
        if disks is not None:
            inner["storageProfile"]["dataDisks"] = disks
        if "osDisk" in given.get("storageProfile", {}):
            option = given["storageProfile"]["osDisk"].get("deleteOption")
            inner["storageProfile"]["osDisk"]["deleteOption"] = (
                option or inner["storageProfile"]["osDisk"]["deleteOption"]
            )
        if links:
            vm.uses = {key for key in vm.uses if "/networkinterfaces/" not in key} | {one.key for one in links}
            for one in links:
                self.interfaces.connected(one, vm)
        inner["networkProfile"] = profile
        inner["hardwareProfile"] = {"vmSize": size.name}
        for name in ("diagnosticsProfile", "licenseType", "additionalCapabilities"):
            if name in given:
                inner[name] = given[name]

    def _data_keys(self, vm: Machine) -> set[str]:
        return {one["managedDisk"]["id"].lower() for one in vm.body["properties"]["storageProfile"]["dataDisks"]}

    def _data_disks(
        self, vm: Machine, resource: ResourceId, disks: list[dict[str, Any]] | None, size: sizes.Size
    ) -> tuple[list[Thing], list[str]]:
        """Those that are there already are named again; the others are made or attached."""
        if disks is None:
            return [], []
        old = {one["lun"]: one for one in vm.body["properties"]["storageProfile"]["dataDisks"]}
        kept = [one for one in disks if one.get("lun") in old and one.get("name", "") in ("", old[one["lun"]]["name"])]
        for one in kept:
            one.update({**old[one["lun"]], **one, "managedDisk": old[one["lun"]]["managedDisk"]})
        more = [one for one in disks if one not in kept]
        new, keys = self.storage.data(resource, vm.body["location"], more, size, vm.body.get("zones"))
        return new, [*keys, *(one["managedDisk"]["id"].lower() for one in kept)]

    def _refuse_unchangeable(self, inner: dict[str, Any], given: dict[str, Any]) -> None:
        reference = given.get("storageProfile", {}).get("imageReference")
        if reference is not None:
            old = inner["storageProfile"].get("imageReference", {})
            for name in ("id", "publisher", "offer", "sku", "version"):
                if name in reference and str(reference[name]).lower() != str(old.get(name, "")).lower():
                    raise _unchangeable("imageReference")
        disk = given.get("storageProfile", {}).get("osDisk", {})
        old_disk = inner["storageProfile"]["osDisk"]
        for name in ("name", "osType"):
            if name in disk and disk[name] != old_disk[name]:
                raise _unchangeable(f"osDisk.{name}")
        managed = disk.get("managedDisk", {}).get("id", old_disk["managedDisk"]["id"])
        if managed.lower() != old_disk["managedDisk"]["id"].lower():
            raise _unchangeable("osDisk.managedDisk.id")
        login, old_login = given.get("osProfile"), inner.get("osProfile", {})
        if login is not None:
            for name in ("adminUsername", "computerName"):
                if name in login and login[name] != old_login.get(name):
                    raise _unchangeable(f"osProfile.{name}")
            if "adminPassword" in login or "customData" in login:
                raise _unchangeable("osProfile.adminPassword" if "adminPassword" in login else "osProfile.customData")
            keys = login.get("linuxConfiguration", {}).get("ssh")
            if keys is not None and keys != old_login.get("linuxConfiguration", {}).get("ssh"):
                raise _unchangeable("linuxConfiguration.ssh.publicKeys")

    def touch(self, thing: Thing) -> None:
        thing.body["etag"] = f'"{int(thing.body["etag"].strip(chr(34))) + 1}"'

    # Leaving, and being off

    def refuse_in_use(self, thing: Thing) -> None:
        """Nothing depends on a VM."""

    def _take_along(self, vm: Thing) -> None:
        """What has deleteOption Delete leaves with it; the rest stays, free."""
        inner = vm.body["properties"]
        for disk in [inner["storageProfile"]["osDisk"], *inner["storageProfile"]["dataDisks"]]:
            self._along(disk.get("deleteOption") == "Delete", disk["managedDisk"]["id"].lower(), vm)
        for link in inner["networkProfile"]["networkInterfaces"]:
            key = link["id"].lower()
            goes = link.get("properties", {}).get("deleteOption") == "Delete"
            interface = self._along(goes, key, vm)
            for address in self.interfaces.public_addresses(interface) if interface else ():
                self._along(address.body["properties"].get("deleteOption") == "Delete", address.key, vm)

    def _along(self, goes: bool, key: str, vm: Thing) -> Thing | None:
        """What leaves too."""
        found = self.arm.centre.find(key)
        if not goes or found is None:
            return None
        found.goes_with, found.state = vm.key, State.LEAVING
        return found

    def connect(self, vm: Machine) -> None:
        for key in sorted(vm.uses):
            found = self.arm.centre.find(key)
            if found is not None and found.kind == INTERFACE:
                self.interfaces.connected(found, vm)

    def disconnect(self, vm: Machine) -> None:
        for key in sorted(vm.uses):
            found = self.arm.centre.find(key)
            if found is not None and found.kind == INTERFACE:
                self.interfaces.disconnected(found)

    # Showing

    _expanding = False

    def state(self, thing: Thing) -> str:
        moving = (Power.STARTING, Power.STOPPING, Power.RESTARTING)
        if thing.state is State.READY and isinstance(thing, Machine) and thing.power in moving:
            return "Updating"
        return super().state(thing)

    def view(self, vm: Thing) -> dict[str, Any]:
        assert isinstance(vm, Machine)
        return instance_view.view(vm, self.state(vm), self.arm.centre.under_way(vm.key))

    def shown(self, thing: Thing) -> dict[str, Any]:
        body = super().shown(thing)
        if self._expanding:
            body["properties"]["instanceView"] = self.view(thing)
        return body

    def _status(self, thing: Thing) -> dict[str, Any]:
        assert isinstance(thing, Machine)
        state = self.state(thing)
        found = instance_view.statuses(thing, state, self.arm.centre.under_way(thing.key))
        shown = self.listed(thing)
        return {
            **{name: shown[name] for name in ("id", "name", "type", "location")},
            "properties": {
                "provisioningState": state,
                "vmId": shown["properties"]["vmId"],
                "instanceView": {"statuses": found},
            },
        }


def allocation_failed(settings: Settings, vm: Thing) -> Failure | None:
    """https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/allocation-failure"""
    size = vm.body["properties"]["hardwareProfile"]["vmSize"]
    if size.lower() not in (one.lower() for one in settings.exhausted):
        return None
    if vm.body.get("zones"):
        text = (
            "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone. Read more "
            "about improving likelihood of allocation success at http://aka.ms/allocation-guidance"
        )
        return Failure("ZonalAllocationFailed", text)
    text = (
        "Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Read more "
        "about improving likelihood of allocation success at http://aka.ms/allocation-guidance"
    )
    return Failure("AllocationFailed", text)


def _unchangeable(name: str) -> ArmError:
    return ArmError(409, "PropertyChangeNotAllowed", f"Changing property '{name}' is not allowed.", target=name)
