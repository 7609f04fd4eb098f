"""Virtual machines."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.wrappers import Response

from ...centre import Effect, Failure, Job, Machine, Power, State, Thing
from ...facade import Call
from .. import listing, regions, tags
from ..ids import ResourceId, parse
from ..network.interfaces import INTERFACE, NetworkInterfaces
from ..network.public_addresses import PublicIPAddresses
from ..shape import TEXT, UNSERVED, ListOf, MapOf, Members
from ..times import written
from . import capacity, instance_view, logins, sizes, unchangeable
from .attached import Attached
from .base import Computed
from .disks import Disks
from .images import MACHINE
from .machine_shape import machine as shape
from .machine_shape import properties
from .storage import Storage

_update = Members(
    "VirtualMachineUpdate",
    {"tags": MapOf(TEXT), "properties": properties, "plan": UNSERVED, "identity": UNSERVED, "zones": ListOf(TEXT)},
)


class VirtualMachines(Computed):
    type = MACHINE
    noun = "VM"
    shape = shape

    def __init__(self, arm: Any, disks: Disks, interfaces: NetworkInterfaces, addresses: PublicIPAddresses) -> None:
        super().__init__(arm)
        self.disks = disks
        self.interfaces = interfaces
        self.addresses = addresses
        self.attached = Attached(self)

    @property
    def storage(self) -> Storage:
        return Storage(self.disks)

    # Routes beside those of any kind

    def get(self, call: Call) -> Any:
        vm = self.found(self.id(call))
        expand = call.query.get("$expand", "").lower()
        if expand not in ("", "instanceview", "userdata"):
            raise self.voice.unknown_word("$expand", expand, ("instanceView", "userData"))
        shown = self.expanded(vm) if expand == "instanceview" else self.shown(vm)
        if expand == "userdata" and "_user_data" in vm.body:
            shown["properties"]["userData"] = vm.body["_user_data"]
        return shown

    def instance_view(self, call: Call) -> Any:
        return self.view(self.found(self.id(call)))

    def list_in_group(self, call: Call) -> Any:
        """The documentation asks for a $filter beside $expand; Azure does not."""
        expanded = call.query.get("$expand", "").lower() == "instanceview"
        return listing.page(call, self.arm.settings, self.in_group(call), self.expanded if expanded else self.shown)

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
        links = self.attached.checked(call, resource, location, given["networkProfile"], size)
        new, used = self.storage.filled(resource, location, given["storageProfile"], size, zones)
        logins.fill(given, resource.name)
        there = [one for one in self.arm.centre.of_kind(MACHINE) if one.body["location"] == location]
        capacity.check_quotas(self.arm.settings, there, location, size)
        given.setdefault("securityProfile", {"securityType": "Standard"})
        body: dict[str, Any] = {
            "location": location,
            "zones": zones,
            "properties": {**given, "vmId": str(uuid.uuid4()), "timeCreated": written(self.arm.centre.clock.now())},
            "etag": '"1"',
        }
        vm: Machine = self.new(resource, body, [*(one.key for one in links), *used], of=Machine)
        unchangeable.hide(vm)
        self.storage.keep(new)
        failure = capacity.lacking(self.arm.settings, vm)
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

    # Changing

    def change(self, call: Call, thing: Thing, sent: dict[str, Any]) -> None:
        """A PUT of what is there changes it."""
        self._apply(call, thing, sent.get("properties", {}), whole=True)

    def _apply(self, call: Call, vm: Thing, given: dict[str, Any], *, whole: bool) -> None:
        assert isinstance(vm, Machine)
        inner = vm.body["properties"]
        unchangeable.check(vm, given)
        wanted = given.get("hardwareProfile", {}).get("vmSize")
        size = sizes.found(wanted or inner["hardwareProfile"]["vmSize"])
        resource = parse(vm.body["id"])
        profile = inner["networkProfile"]
        links: list[Thing] = []
        if "networkProfile" in given and given["networkProfile"] != profile:
            profile = given["networkProfile"]
            links = self.attached.checked(call, resource, vm.body["location"], profile, size)
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

    def state(self, thing: Thing) -> str:
        moving = (Power.STARTING, Power.STOPPING, Power.RESTARTING)
        if thing.state is State.READY and isinstance(thing, Machine) and thing.power in moving:
            return "Updating"
        return super().state(thing)

    def view(self, vm: Thing) -> dict[str, Any]:
        assert isinstance(vm, Machine)
        return instance_view.view(vm, self.state(vm), self.arm.centre.under_way(vm.key))

    def expanded(self, thing: Thing) -> dict[str, Any]:
        body = self.shown(thing)
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
