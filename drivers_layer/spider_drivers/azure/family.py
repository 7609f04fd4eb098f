"""What a VM is made of: its own security group where it is in several, public address, network interface, the virtual
machine with its disk."""

from __future__ import annotations

from collections.abc import Callable

from ..contract import Attempt, Part, Ref, VmRequest, Wait
from . import building, machine, resources, tags, vm_group
from .calls import Arm, Thing
from .errors import Asked
from .image import Base
from .place import NSG, SUBNETS, VNET
from .resource_group import ResourceGroup

OWN_GROUP, ADDRESS, INTERFACE, MACHINE = "group", "address", "interface", "machine"


def address_name(vm: str) -> str:
    return f"{vm}-pip"


def interface_name(vm: str) -> str:
    return f"{vm}-nic"


class Making:
    """The parts of a new VM, in order: group, address, interface, machine; all but the machine's disk carry its token.

    `base`: None once the machine is noted, when nothing is made any more.
    """

    def __init__(
        self, arm: Arm, group: ResourceGroup, request: VmRequest, base: Base | None, public_key: str, attempt: Attempt
    ) -> None:
        self._arm = arm
        self._group = group
        self._request = request
        self._base = base
        self._public_key = public_key
        self._attempt = attempt
        self._given = {**request.tags, tags.TOKEN: attempt.token}
        self._groups = resources.security_groups(arm)
        self._addresses = resources.addresses(arm)
        self._interfaces = resources.interfaces(arm)
        self._machines = resources.machines(arm)
        self._public_ip = self._private_ip = ""

    def parts(self) -> list[Part]:
        vm = self._request.name
        several = len({one.id or one.name for one in self._request.security_groups}) > 1
        own = [self._part(OWN_GROUP, self._groups, vm_group.name_of(vm), self._put_group, self._group_ready)]
        return [
            *(own if several else []),
            self._part(ADDRESS, self._addresses, address_name(vm), self._put_address, self._address_ready),
            self._part(INTERFACE, self._interfaces, interface_name(vm), self._put_interface, self._interface_ready),
            self._part(MACHINE, self._machines, vm, self._put_machine, lambda _: None),
            *([Part("group again", self._refresh_group)] if several else []),
        ]

    def _part(
        self,
        name: str,
        kind: resources.Resources,
        called: str,
        put: Callable[[], None],
        ready: Callable[[Thing], Wait | None],
    ) -> Part:
        def look() -> Thing:
            return kind.named(called)

        def make(_: str) -> str:
            return building.make(look, put, kind.id(called), self._attempt.token)

        def ready_until_used(_: str) -> Wait | None:
            """What the machine holds by now need not be looked at again."""
            return None if MACHINE in self._attempt.parts else ready(look())

        return Part(name, make, lambda: building.ours(look, self._attempt.token), ready_until_used)

    def _put_group(self) -> None:
        self._group.ensure()
        refs = {one.id or one.name: one for one in self._request.security_groups}
        groups = [self._groups.described(Ref(one.name, key), field="security_groups") for key, one in refs.items()]
        body = vm_group.body(self._arm, self._request.name, groups, self._given)
        self._arm.begin(vm_group.PUT, self._arm.place.group, vm_group.name_of(self._request.name), body)

    def _group_ready(self, found: Thing) -> Wait | None:
        return building.provisioned(found, "the VM's security group")

    def _refresh_group(self, _: str) -> str:
        """A rule may have been changed while the machine was being made."""
        own = self._groups.named(vm_group.name_of(self._request.name))
        vm_group.refresh(self._arm, own, {})
        return self._groups.spelled(own)

    def _put_address(self) -> None:
        self._group.ensure()
        place = self._arm.place
        body = {
            "location": place.location,
            "tags": self._given,
            "sku": {"name": "Standard"},
            **({"zones": [place.zone]} if place.zone else {}),
            "properties": {
                "publicIPAllocationMethod": "Static",
                "publicIPAddressVersion": "IPv4",
                "deleteOption": "Delete",
            },
        }
        put = "network.public_ip_addresses.begin_create_or_update"
        self._arm.begin(put, place.group, address_name(self._request.name), body)

    def _address_ready(self, found: Thing) -> Wait | None:
        if wait := building.provisioned(found, "the VM's public address"):
            return wait
        self._public_ip = str(found["properties"].get("ipAddress") or "")
        return None if self._public_ip else Wait(building.LOOK_AGAIN_SECONDS, "the VM has no public address yet")

    def _put_interface(self) -> None:
        request, place = self._request, self._arm.place
        configuration = {
            "primary": True,
            "privateIPAllocationMethod": "Dynamic",
            "subnet": {"id": self._subnet()},
            "publicIPAddress": {
                "id": self._addresses.id(address_name(request.name)),
                "properties": {"deleteOption": "Delete"},
            },
        }
        body = {
            "location": place.location,
            "tags": self._given,
            "properties": {
                **self._group_of_interface(),
                "ipConfigurations": [{"name": "ipconfig", "properties": configuration}],
            },
        }
        put = "network.network_interfaces.begin_create_or_update"
        asked = Asked(missing="subnet", invalid="subnet")
        self._arm.begin(put, place.group, interface_name(request.name), body, asked=asked)

    def _subnet(self) -> str:
        """Its id; a name is one in the request's VPC."""
        subnet, vpc = self._request.subnet, self._request.vpc
        wanted = subnet.id or subnet.name
        whole = self._arm.place.long(VNET, vpc.id or vpc.name)
        return wanted if "/" in wanted else f"{whole}/{SUBNETS}/{wanted}"

    def _group_of_interface(self) -> Thing:
        if OWN_GROUP in self._attempt.parts:
            return {"networkSecurityGroup": {"id": self._groups.id(vm_group.name_of(self._request.name))}}
        for one in self._request.security_groups:
            return {"networkSecurityGroup": {"id": self._arm.place.long(NSG, one.id or one.name)}}
        return {}

    def _interface_ready(self, found: Thing) -> Wait | None:
        if wait := building.provisioned(found, "the VM's network interface"):
            return wait
        self._private_ip = str(machine.configuration(found).get("privateIPAddress") or "")
        return None if self._private_ip else Wait(building.LOOK_AGAIN_SECONDS, "the VM has no private address yet")

    def _put_machine(self) -> None:
        request, place = self._request, self._arm.place
        if self._base is None:
            raise AssertionError("a machine that is noted is made again")
        given = self._given | machine.kept(place, request, self._private_ip, self._public_ip)
        nic = self._interfaces.id(interface_name(request.name))
        body = machine.body(place, request, self._base, nic, given, self._public_key)
        put = "compute.virtual_machines.begin_create_or_update"
        # Azure overwrites nothing then, even what somebody has made since it was looked for.
        self._arm.begin(put, place.group, request.name, body, headers={"If-None-Match": "*"})


def removals(arm: Arm, vm: str, ref: Ref, token: str, attempt: Attempt) -> list[Part]:
    """Of what has the name and the token of a VM's create, the machine left out; first to last."""
    kinds = (
        (OWN_GROUP, resources.security_groups(arm), vm_group.name_of(vm)),
        (ADDRESS, resources.addresses(arm), address_name(vm)),
        (INTERFACE, resources.interfaces(arm), interface_name(vm)),
    )
    parts = [kind.removal(Ref(ref.name, None, token), attempt, part=part, name=name) for part, kind, name in kinds]
    return [*(part for part in parts if part), *_disk_removal(arm, vm, token, attempt)]


def _disk_removal(arm: Arm, vm: str, token: str, attempt: Attempt) -> list[Part]:
    """The request gives the disk no tags. It is this VM's, too, where the machine is noted by its create: Azure refuses
    to make a machine whose disk's name is taken."""
    kind = resources.disks(arm)
    ref = Ref(vm, kind.id(machine.disk_name(vm)) if MACHINE in attempt.parts else None, token)
    part = kind.removal(ref, attempt, part="disk", name=machine.disk_name(vm))
    return [part] if part else []
