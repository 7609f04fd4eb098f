"""VMs: an ECS instance with its system disk, network interface and public address, which go with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ..contract import (
    Attempt,
    Invalid,
    NotFound,
    Part,
    Ref,
    Refused,
    Vm,
    VmHandler,
    VmRequest,
    VmStatus,
    Wait,
    converge,
    handling,
)
from . import building, image, tags
from .calls import Acs, Thing
from .errors import made, understood
from .instance import GONE, ROOT_DISK, RUN_FIELDS, as_vm, kept, public_address, run_parameters, status_of
from .key_pair import described as key_pair_described

LOOK_AGAIN_SECONDS = 2.0
# A new instance may be shown as stopped for a moment before it starts (terraform-provider-alicloud waits for it).
_ON_ITS_WAY = (VmStatus.CREATING, VmStatus.RESUMING, VmStatus.SUSPENDED)


class AlibabaVms(VmHandler):
    """A list tells a root disk's type and size as they were when it was made: to ask for them anew would cost pages of
    DescribeDisks. `get` asks.

    `stopped_mode`: of StopInstance."""

    def __init__(self, acs: Acs, stopped_mode: str) -> None:
        self._acs = acs
        self._stopped_mode = stopped_mode

    def list(self) -> list[Vm]:
        found = self._acs.all("ecs.DescribeInstances")
        with understood():
            return [as_vm(one) for one in found if status_of(one) is not GONE]

    def get(self, ref: Ref) -> Vm:
        found = described(self._acs, handling.id_of(ref, "VM"))
        disk = self._system_disk(found["InstanceId"])
        with understood():
            return as_vm(found, disk)

    def status(self, ref: Ref) -> VmStatus:
        return status_of(described(self._acs, handling.id_of(ref, "VM")))

    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        """Parts: instance, disk, visible."""
        instance = building.part(
            attempt, "instance", partial(self._run, request, attempt), lambda: self._id_by_token(attempt.token)
        )
        parts = [
            replace(instance, ready=self._running),
            Part("disk", lambda _: self._keep_disk(attempt.parts["instance"])),
        ]
        return building.create(parts, attempt, lambda cloud_id: self.get(Ref(request.name, cloud_id)), lambda _: True)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        cloud_id = ref.id or attempt.parts.get("instance") or self._id_by_token(ref.token)
        # Removed last first: the interface goes with the instance, and groups and subnets are free once it has gone.
        removals = (self._interface_gone, partial(self._released, attempt)) if cloud_id else ()
        return building.delete([converge.removal(cloud_id, remove) for remove in removals if cloud_id], attempt)

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        def send(cloud_id: str) -> None:
            self._acs.call("ecs.StopInstance", InstanceId=cloud_id, StoppedMode=self._stopped_mode)

        return self._control(ref, attempt, send, VmStatus.SUSPENDING, VmStatus.SUSPENDED)

    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        def send(cloud_id: str) -> None:
            self._acs.call("ecs.StartInstance", InstanceId=cloud_id)

        return self._control(ref, attempt, send, VmStatus.RESUMING, VmStatus.RUNNING)

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        def send(cloud_id: str) -> None:
            self._acs.call("ecs.RebootInstance", InstanceId=cloud_id)

        return self._control(ref, attempt, send, VmStatus.REBOOTING, None)

    def _control(
        self,
        ref: Ref,
        attempt: Attempt,
        send: Callable[[str], None],
        sent_word: VmStatus,
        wanted: VmStatus | None,
    ) -> VmStatus | Wait:
        from_state = VmStatus.SUSPENDED if wanted is VmStatus.RUNNING else VmStatus.RUNNING
        cloud_id = handling.id_of(ref, "VM")

        def step() -> VmStatus | Wait:
            return converge.control(
                attempt,
                status=lambda: self.status(ref),
                send=lambda: send(cloud_id),
                sent_word=sent_word,
                wanted=wanted,
                allowed=frozenset({from_state}),
            )

        return building.patiently(step)

    def _on_windows(self, request: VmRequest) -> bool:
        """An unknown image is none: RunInstances refuses it in the cloud's own words."""
        try:
            return image.windows(image.described(self._acs, request.image.id or request.image.name))
        except NotFound:
            return False

    def _run(self, request: VmRequest, attempt: Attempt, client_token: str) -> str:
        if not (request.subnet.id or request.subnet.name):
            raise Invalid("a VM on this cloud needs a subnet", field="subnet")
        if not request.security_groups:
            raise Invalid("a VM on this cloud needs a security group of its VPC", field="security_groups")
        on_windows = self._on_windows(request)
        if on_windows and not request.password:
            raise Invalid("a VM with Windows needs a password", field="password")
        public_key = "" if on_windows else self._public_key(request)
        parameters = run_parameters(request, attempt.token, public_key, on_windows=on_windows)
        answer = self._acs.call("ecs.RunInstances", RUN_FIELDS, ClientToken=client_token, **parameters)
        return made(answer, "InstanceIdSets", "InstanceIdSet", 0)

    def _public_key(self, request: VmRequest) -> str:
        """The engine knows the key pairs that it has made; of others ECS tells the public half."""
        if request.public_key or not request.key_pair.name:
            return request.public_key
        name = request.key_pair.id or request.key_pair.name
        return str(key_pair_described(self._acs, name, field="key_pair").get("PublicKey", ""))

    def _running(self, cloud_id: str) -> Wait | None:
        found = described(self._acs, cloud_id)
        status = status_of(found)
        if status in _ON_ITS_WAY:
            return Wait(LOOK_AGAIN_SECONDS, f"the VM is {found['Status']}")
        if status is not VmStatus.RUNNING:
            raise Refused(f"the VM is {found['Status']} instead of Running")
        return None if public_address(found) else Wait(LOOK_AGAIN_SECONDS, "the VM has no public address yet")

    def _system_disk(self, cloud_id: str) -> Thing | None:
        """None for an instance that is just losing it."""
        found = self._acs.call("ecs.DescribeDisks", InstanceId=cloud_id, DiskType="system")
        with understood():
            return next(iter(found["Disks"]["Disk"]), None)

    def _keep_disk(self, cloud_id: str) -> str:
        """Raises NotFound while it is not shown."""
        disk = self._system_disk(cloud_id)
        if disk is None:
            raise handling.missing("the system disk of", cloud_id)
        kind = {"ResourceType": "instance", "ResourceId": [cloud_id]}
        self._acs.call("ecs.TagResources", Tag=tags.listed({ROOT_DISK: kept(disk)}), **kind)
        return str(disk["DiskId"])

    def _released(self, attempt: Attempt, cloud_id: str) -> Wait | None:
        seen: list[str] = []

        def status() -> str | None:
            try:
                seen.append(str(described(self._acs, cloud_id)["Status"]))
            except NotFound:
                return None
            return seen[-1]

        def send() -> None:
            force = {} if seen == ["Stopped"] else {"Force": True}
            self._acs.call("ecs.DeleteInstance", InstanceId=cloud_id, **force)

        return building.gone(attempt, cloud_id, send, status, ("Running", "Stopped"))

    def _interface_gone(self, cloud_id: str) -> Wait | None:
        left = self._acs.all("ecs.DescribeNetworkInterfaces", InstanceId=cloud_id)
        return Wait(LOOK_AGAIN_SECONDS, "the VM's network interface is being deleted") if left else None

    def _id_by_token(self, token: str) -> str | None:
        found = self._acs.all("ecs.DescribeInstances", Tag=tags.by_token(token)) if token else []
        listed = [one for one in found if status_of(one) is not GONE]
        return str(listed[0]["InstanceId"]) if listed else None


def described(acs: Acs, cloud_id: str) -> Thing:
    """Raises NotFound."""
    found = acs.all("ecs.DescribeInstances", InstanceIds=json.dumps([cloud_id]))
    with understood():
        if found and status_of(found[0]) is not GONE:
            return found[0]
    raise handling.missing("VM", cloud_id)
