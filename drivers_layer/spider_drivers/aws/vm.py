"""VMs: an EC2 instance with its root volume, network interface and public address, which go with it."""

from __future__ import annotations

from typing import Any

from ..contract import (
    Attempt,
    Invalid,
    MissingReference,
    NoCapacity,
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
from . import building, image, spec, tags
from .calls import Ec2
from .instance import GONE, LISTED, RUN_FIELDS, as_vm, root_volume_id, run_parameters, status_of, subnet_of
from .key_pair import described as key_pair_described

LOOK_AGAIN_SECONDS = 2.0


class AwsVms(VmHandler):
    """A list tells a root disk's type and size as they were asked for: to ask for them anew would cost pages of
    DescribeVolumes. `get` asks.

    `zone`: where VMs go that name no subnet, and so start in the default VPC ("": where EC2 likes)."""

    def __init__(self, ec2: Ec2, region: str, zone: str) -> None:
        self._ec2 = ec2
        self._region = region
        self._zone = zone

    def list(self) -> list[Vm]:
        found = _instances(self._ec2, tags.where("instance-state-name", *LISTED))
        return [as_vm(one, self._region) for one in found]

    def get(self, ref: Ref) -> Vm:
        found = described(self._ec2, handling.id_of(ref, "VM"))
        return as_vm(found, self._region, self._root_volume(found))

    def status(self, ref: Ref) -> VmStatus:
        return status_of(described(self._ec2, handling.id_of(ref, "VM")))

    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        # DescribeImages tells the root device's name, and a wrong image or spec is found before anything is made.
        base = {} if "instance" in attempt.parts else self._preflight(request)

        def make(client_token: str) -> str:
            parameters = run_parameters(request, base, attempt.token, self._public_key(request), self._zone)
            answer = self._ec2.call("run_instances", RUN_FIELDS, ClientToken=client_token, **parameters)
            return str(answer["Instances"][0]["InstanceId"])

        parts = [Part("instance", make, lambda: self._id_by_token(attempt.token), self._running)]
        return building.create(parts, attempt, lambda cloud_id: self.get(Ref(request.name, cloud_id)), lambda _: True)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        cloud_id = ref.id or attempt.parts.get("instance") or self._id_by_token(ref.token)
        # Removed last first: the interface goes with the instance, and groups and subnets are free once it has gone.
        removals = (self._interface_gone, self._terminated) if cloud_id else ()
        parts = [converge.removal(cloud_id, remove) for remove in removals if cloud_id]
        return converge.delete(parts, attempt, lag_seconds=building.LAG_SECONDS)

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "stop_instances", VmStatus.SUSPENDING, VmStatus.SUSPENDED)

    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "start_instances", VmStatus.RESUMING, VmStatus.RUNNING)

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "reboot_instances", VmStatus.REBOOTING, None)

    def _control(
        self, ref: Ref, attempt: Attempt, operation: str, sent_word: VmStatus, wanted: VmStatus | None
    ) -> VmStatus | Wait:
        from_state = VmStatus.SUSPENDED if wanted is VmStatus.RUNNING else VmStatus.RUNNING
        cloud_id = handling.id_of(ref, "VM")

        def send() -> None:
            self._ec2.call(operation, InstanceIds=[cloud_id])

        return converge.control(
            attempt,
            status=lambda: self.status(ref),
            send=send,
            sent_word=sent_word,
            wanted=wanted,
            allowed=frozenset({from_state}),
        )

    def _preflight(self, request: VmRequest) -> dict[str, Any]:
        if request.vpc.name and not subnet_of(request):
            raise Invalid("a VM in a VPC needs one of its subnets", field="subnet")
        spec.described(self._ec2, request.spec, field="spec")
        return image.described(self._ec2, request.image.id or request.image.name, field="image")

    def _public_key(self, request: VmRequest) -> str:
        """The engine knows the key pairs that it has made; of others EC2 tells the public half."""
        if request.public_key or not request.key_pair.name:
            return request.public_key
        name = request.key_pair.id or request.key_pair.name
        try:
            return str(key_pair_described(self._ec2, name).get("PublicKey", ""))
        except NotFound as error:
            raise MissingReference(error.message, field="key_pair", code=error.code, text=error.text) from None

    def _root_volume(self, found: dict[str, Any]) -> dict[str, Any]:
        """{} for an instance without, and for one that is just losing it."""
        volume = root_volume_id(found)
        try:
            return dict(self._ec2.call("describe_volumes", VolumeIds=[volume])["Volumes"][0]) if volume else {}
        except NotFound:
            return {}

    def _running(self, cloud_id: str) -> Wait | None:
        found = described(self._ec2, cloud_id, gone_too=True)
        state = found["State"]["Name"]
        if state == "running":
            has_address = found.get("PublicIpAddress")
            return None if has_address else Wait(LOOK_AGAIN_SECONDS, "the VM has no public address yet")
        if state == "pending":
            return Wait(LOOK_AGAIN_SECONDS, "the VM is pending")
        why = found.get("StateReason", {})
        code, text = why.get("Code", ""), why.get("Message", "")
        kind = NoCapacity if "Capacity" in code or "LimitExceeded" in code else Refused
        raise kind(f"the VM is {state} instead of running: {code}: {text}", code=code, text=text)

    def _terminated(self, cloud_id: str) -> Wait | None:
        try:
            state = described(self._ec2, cloud_id, gone_too=True)["State"]["Name"]
        except NotFound:
            state = "unknown"  # or not shown yet: terminating tells
        if state == "terminated":
            return None
        if state != "shutting-down":
            try:
                self._ec2.call("terminate_instances", InstanceIds=[cloud_id])
            except NotFound:
                return None
        return Wait(LOOK_AGAIN_SECONDS, "the VM is shutting down")

    def _interface_gone(self, cloud_id: str) -> Wait | None:
        attached = tags.where("attachment.instance-id", cloud_id)
        left = self._ec2.all("describe_network_interfaces", "NetworkInterfaces", Filters=attached)
        return Wait(LOOK_AGAIN_SECONDS, "the VM's network interface is being deleted") if left else None

    def _id_by_token(self, token: str) -> str | None:
        listed = tags.where("instance-state-name", *LISTED)
        found = _instances(self._ec2, tags.by_token(token) + listed) if token else []
        return found[0]["InstanceId"] if found else None


def described(ec2: Ec2, cloud_id: str, *, gone_too: bool = False) -> dict[str, Any]:
    """Raises NotFound, also for a terminated instance, which EC2 shows for about an hour."""
    reservations = ec2.call("describe_instances", InstanceIds=[cloud_id])["Reservations"]
    found = [one for reservation in reservations for one in reservation["Instances"]]
    if not found or (status_of(found[0]) is GONE and not gone_too):
        raise handling.missing("VM", cloud_id)
    return dict(found[0])


def _instances(ec2: Ec2, filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    reservations = ec2.all("describe_instances", "Reservations", Filters=filters)
    return [one for reservation in reservations for one in reservation["Instances"]]
