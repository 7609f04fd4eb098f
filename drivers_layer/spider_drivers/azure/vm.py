"""VMs: a virtual machine with its disk, network interface and public address, which go with it."""

from __future__ import annotations

from collections.abc import Sequence

from ..contract import (
    Attempt,
    Iid,
    Invalid,
    NotFound,
    Part,
    Ref,
    Vm,
    VmHandler,
    VmRequest,
    VmStatus,
    Wait,
    converge,
)
from . import building, errors, family, machine, resources, tags
from .calls import Arm, Thing
from .capability import LAG_SECONDS
from .image import AzureImages
from .place import VM
from .resource_group import ResourceGroup
from .spec import AzureSpecs

_VIEW = "instanceView"
_FAMILY = "family"  # the token of all that goes with a VM, noted when its delete begins


class AzureVms(VmHandler):
    """What an entry of the list lacks stands in the VM's tags. A VM that Spider has not made is listed without its
    addresses; `get` asks for them."""

    def __init__(self, arm: Arm, group: ResourceGroup, images: AzureImages, specs: AzureSpecs) -> None:
        self._arm = arm
        self._group = group
        self._images = images
        self._specs = specs
        self._machines = resources.machines(arm)

    def statuses(self) -> list[tuple[Iid, VmStatus]]:
        return [
            (Iid(found["name"], self._machines.spelled(found)), machine.status_of(found)) for found in self._listed()
        ]

    def list(self) -> list[Vm]:
        return [machine.as_vm(self._arm.place, found) for found in self._listed()]

    def get(self, ref: Ref) -> Vm:
        return self._shape(self._described(ref))

    def status(self, ref: Ref) -> VmStatus:
        return machine.status_of(self._described(ref))

    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        base, public_key = None, ""
        if family.MACHINE not in attempt.parts:
            # What is wrong is found before anything is made.
            if not (request.subnet.id or request.subnet.name):
                raise Invalid("a VM on this cloud needs a subnet", field="subnet")
            self._specs.check(request.spec)
            base = self._images.base(request.image)
            public_key = self._public_key(request)
            machine.check_log_in(request, base, public_key)
        ref = Ref(request.name, self._machines.id(request.name))
        parts = family.Making(self._arm, self._group, request, base, public_key, attempt).parts()
        built = building.create(parts, attempt, lambda: self._described(ref), _running)
        return built if isinstance(built, Wait) else self._shape(built)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        name = self._name(ref)
        if name is None:
            return None
        token = ref.token or attempt.parts.get(_FAMILY, "")
        if ref.id and not token and (there := building.found(lambda: self._machines.described(ref))):
            token = tags.token(there)
            if token:
                attempt.note(_FAMILY, token)
        parts = [*family.removals(self._arm, name, ref, token, attempt), *self._removal(ref, attempt)]
        return building.delete(parts, attempt)

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        """Deallocated: a machine that is only stopped is paid for."""
        return self._control(ref, attempt, "begin_deallocate", VmStatus.SUSPENDING, VmStatus.SUSPENDED)

    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "begin_start", VmStatus.RESUMING, VmStatus.RUNNING)

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "begin_restart", VmStatus.REBOOTING, None)

    def _control(
        self, ref: Ref, attempt: Attempt, operation: str, sent_word: VmStatus, wanted: VmStatus | None
    ) -> VmStatus | Wait:
        found = self._arm.place.addressed(ref, VM, "VM")
        from_state = VmStatus.SUSPENDED if wanted is VmStatus.RUNNING else VmStatus.RUNNING

        def step() -> VmStatus | Wait:
            return converge.control(
                attempt,
                status=lambda: self.status(ref),
                send=lambda: self._arm.begin(f"compute.virtual_machines.{operation}", found.group, found.name),
                sent_word=sent_word,
                wanted=wanted,
                allowed=frozenset({from_state}),
                lag_seconds=LAG_SECONDS,
            )

        answer = building.patiently(step)
        if answer is None:
            raise AssertionError("a control verb has no answer")
        return answer

    def _described(self, ref: Ref) -> Thing:
        return self._machines.described(ref, expand=_VIEW)

    def _listed(self) -> Sequence[Thing]:
        """With their instance views. Azure's reference says that a list tells these only of the machines of a scale
        set, and its answer is another; where it should not be, they come from the list of statuses."""
        try:
            found = self._machines.listed(expand=_VIEW)
        except Invalid:
            found = self._machines.listed()
        if all(map(machine.viewed, found)):
            return found
        told = self._arm.all("compute.virtual_machines.list_all", status_only="true")
        views = {one["id"].casefold(): one["properties"].get(_VIEW) for one in told}
        return [{**one, "properties": {**one["properties"], _VIEW: views.get(one["id"].casefold())}} for one in found]

    def _shape(self, found: Thing) -> Vm:
        interface = address = None
        if tags.PRIVATE_IP not in tags.of(found) and (cloud_id := machine.interface_id(found)):
            interface = building.found(lambda: resources.interfaces(self._arm).described(Ref("", cloud_id)))
            public = (machine.configuration(interface).get("publicIPAddress") or {}) if interface else {}
            if public:
                address = building.found(lambda: resources.addresses(self._arm).described(Ref("", public["id"])))
        return machine.as_vm(self._arm.place, found, interface, address)

    def _public_key(self, request: VmRequest) -> str:
        """The engine knows the key pairs that it has made; of others Azure tells the public half."""
        if request.public_key or not request.key_pair.name:
            return request.public_key
        wanted = Ref(request.key_pair.name, request.key_pair.id or request.key_pair.name)
        found = resources.keys(self._arm).described(wanted, field="key_pair")
        return str(found["properties"].get("publicKey") or "")

    def _name(self, ref: Ref) -> str | None:
        """None for what is no VM of the subscription's."""
        if not ref.id:
            return ref.name
        try:
            return self._arm.place.addressed(ref, VM, "VM").name
        except NotFound:
            return None

    def _removal(self, ref: Ref, attempt: Attempt) -> Sequence[Part]:
        part = self._machines.removal(ref, attempt, part=family.MACHINE)
        return [part] if part else []


def _running(found: Thing) -> Wait | None:
    if building.state(found) in ("failed", "canceled"):
        raise errors.from_provisioning("the VM", *machine.failure(found))
    status = machine.status_of(found)
    if status is VmStatus.RUNNING and building.state(found) == "succeeded":
        return None
    return Wait(building.VM_SECONDS, f"the VM is {status}")
