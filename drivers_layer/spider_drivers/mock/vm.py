"""VMs. Parts: machine (run, then awaited), address (a public IP of its own), visible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..contract import (
    Attempt,
    Iid,
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
)
from .connection import Client, going, tags, users_tags
from .memory import Row

STATUS = {
    "pending": VmStatus.CREATING,
    "running": VmStatus.RUNNING,
    "stopping": VmStatus.SUSPENDING,
    "stopped": VmStatus.SUSPENDED,
    "starting": VmStatus.RESUMING,
    "rebooting": VmStatus.REBOOTING,
    "shutting-down": VmStatus.TERMINATING,
    "terminated": VmStatus.TERMINATED,
}


class MockVms(VmHandler):
    def __init__(self, client: Client) -> None:
        self._client = client

    def list(self) -> list[Vm]:
        return [self._vm(row) for row in self._client.all("describe_vms") if row["state"] != "terminated"]

    def get(self, ref: Ref) -> Vm:
        row = self._client.one("describe_vms", ref)
        if row["state"] == "terminated":
            raise NotFound(f"the VM '{row['id']}' is terminated")
        return self._vm(row)

    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        wait = converge.create(self._create_parts(request, attempt), attempt, lag_seconds=self._client.lag)
        return wait or self.get(Ref(request.name, attempt.parts["machine"]))

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        return converge.delete(self._delete_parts(ref, attempt), attempt, lag_seconds=self._client.lag)

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control("suspend_vm", ref, attempt, VmStatus.SUSPENDING, VmStatus.SUSPENDED, VmStatus.RUNNING)

    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control("resume_vm", ref, attempt, VmStatus.RESUMING, VmStatus.RUNNING, VmStatus.SUSPENDED)

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control("reboot_vm", ref, attempt, VmStatus.REBOOTING, None, VmStatus.RUNNING)

    def _control(
        self,
        api: str,
        ref: Ref,
        attempt: Attempt,
        sent_word: VmStatus,
        wanted: VmStatus | None,
        allowed: VmStatus,
    ) -> VmStatus | Wait:
        def send() -> None:
            self._client.call(api, vm_id=ref.id)

        return converge.control(
            attempt,
            status=lambda: self.status(ref),
            send=send,
            sent_word=sent_word,
            wanted=wanted,
            allowed=frozenset({allowed}),
            lag_seconds=self._client.lag,
        )

    def _create_parts(self, request: VmRequest, attempt: Attempt) -> Iterator[Part]:
        call = self._client.call
        # run_vm honours its client token, so nothing needs to be found again: the same call answers the same VM.
        yield Part("machine", make=lambda token: self._run(request, attempt, token), ready=self._running)
        vm_id = attempt.parts["machine"]
        yield Part(
            "address",
            make=lambda _: call("allocate_address", vm_id=vm_id, tags=tags(attempt.token, {}))["id"],
            find=lambda: self._client.made_by("describe_addresses", attempt.token),
        )
        yield converge.visible(lambda: vm_id, lambda _: self.get(Ref(request.name, vm_id)).public_ip != "")

    def _run(self, request: VmRequest, attempt: Attempt, client_token: str) -> str:
        if request.vpc.id and not request.subnet.id:
            raise Invalid("a VM in a VPC needs one of its subnets", field="subnet")
        made = self._client.call(
            "run_vm",
            client_token=client_token,
            name=request.name,
            image=request.image.id or request.image.name,
            spec=request.spec,
            subnet_id=request.subnet.id or "",
            security_group_ids=[group.id for group in request.security_groups],
            key_id=request.key_pair.id or "",
            disk_gib=request.root_disk_gib or 8,
            tags=tags(attempt.token, request.tags),
        )
        return str(made["id"])

    def _running(self, vm_id: str) -> Wait | None:
        row = self._client.one("describe_vms", Ref("", vm_id))
        if row["state"] in ("shutting-down", "terminated"):
            raise Refused(f"the VM '{vm_id}' was terminated before it ran")
        return Wait(1.0, f"the VM is {row['state']}") if row["state"] == "pending" else None

    def _delete_parts(self, ref: Ref, attempt: Attempt) -> Sequence[Part]:
        client = self._client
        vm_id = ref.id or attempt.parts.get("machine") or client.made_by("describe_vms", ref.token)
        if vm_id is None:
            return []
        addresses = {row["id"] for row in client.all("describe_addresses", {"vm_id": vm_id})}
        if noted := attempt.parts.get("address"):
            addresses.add(noted)
        return [
            going("machine", vm_id, self._terminate),
            *(going(f"address:{address}", address, self._release) for address in sorted(addresses)),
        ]

    def _release(self, address_id: str) -> Wait | None:
        return self._client.remove("release_address", "describe_addresses", address_id=address_id)

    def _terminate(self, vm_id: str) -> Wait | None:
        try:
            self._client.call("terminate_vm", vm_id=vm_id)
            row = self._client.one("describe_vms", Ref("", vm_id))
        except NotFound:
            return None
        return None if row["state"] == "terminated" else Wait(1.0, f"the VM is {row['state']}")

    def _vm(self, row: Row) -> Vm:
        return Vm(
            iid=Iid(row["name"], row["id"]),
            status=STATUS[row["state"]],
            started=row["started"],
            region=self._client.region,
            zone=row["zone"],
            image=Iid("", row["image"]),
            spec=row["spec"],
            vpc=Iid("", row["vpc_id"]),
            subnet=Iid("", row["subnet_id"]),
            security_groups=tuple(Iid("", group_id) for group_id in row["security_group_ids"]),
            key_pair=Iid("", row["key_id"]) if row["key_id"] else Iid("", ""),
            network_interface=row["interface"],
            public_ip=row["public_ip"],
            private_ip=row["private_ip"],
            root_disk_type="SSD",
            root_disk_gib=row["disk_gib"],
            root_device="/dev/sda1",
            tags=users_tags(row),
        )
