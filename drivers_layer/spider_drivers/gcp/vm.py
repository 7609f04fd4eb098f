"""VMs: an instance with its boot disk and external address, which go with it."""

from __future__ import annotations

from functools import partial

from ..contract import (
    Attempt,
    Invalid,
    MissingReference,
    NotFound,
    Part,
    Ref,
    Refused,
    Unsupported,
    Vm,
    VmHandler,
    VmRequest,
    VmStatus,
    Wait,
    converge,
)
from . import building, capability, image, labels, spec
from .building import Building, Deleting
from .calls import Gce, Thing
from .errors import understood
from .firewalls import group_of
from .instance import DEFAULT_NETWORK, FIELDS, as_vm, body, external_address, status_of, subnet_of
from .names import id_of, tail
from .operations import LOOK_AGAIN_SECONDS

INSTANCE = "instance"
_STARTING = frozenset({VmStatus.CREATING, VmStatus.REBOOTING, VmStatus.RUNNING})


class GcpVms(VmHandler):
    """Those of the connection's zone."""

    def __init__(self, gce: Gce, region: str, zone: str) -> None:
        self._gce = gce
        self._region = region
        self._zone = zone

    def list(self) -> list[Vm]:
        found = self._gce.all("instances.list", zone=self._zone)
        with understood():
            return [as_vm(one, self._region) for one in found]

    def get(self, ref: Ref) -> Vm:
        found = self._described(ref)
        with understood():
            return as_vm(found, self._region)

    def status(self, ref: Ref) -> VmStatus:
        return status_of(self._described(ref))

    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        # A wrong image or spec is found before anything is made.
        base = {} if INSTANCE in attempt.parts else self._preflight(request)

        def send(request_id: str) -> Thing:
            wanted = body(request, base, attempt.token, self._gce.project, self._region, self._zone)
            return self._insert(request, wanted, request_id)

        build = Building(self._gce, attempt)
        made = build.part(INSTANCE, request.name, send, partial(self._is_ours, request.name, attempt.token), FIELDS)
        running = Part("running", make=lambda _: request.name, ready=self._running)
        return build.create([made, running], lambda: self.get(Ref(request.name, request.name)))

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        name = ref.id or attempt.parts.get(INSTANCE) or self._name_by_token(ref.token) or ""
        deleting = Deleting(self._gce, attempt)

        def remove() -> Wait | None:
            return deleting.together({f"zones/{self._zone}/instances/{name}": partial(self._send, "delete", name)})

        parts = [building.removal(name, remove)] if name else []
        return converge.delete(parts, attempt, lag_seconds=capability.LAG_SECONDS)

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "stop", VmStatus.SUSPENDING, VmStatus.SUSPENDED)

    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "start", VmStatus.RESUMING, VmStatus.RUNNING)

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "reset", VmStatus.REBOOTING, None)

    def _control(
        self, ref: Ref, attempt: Attempt, verb: str, sent_word: VmStatus, wanted: VmStatus | None
    ) -> VmStatus | Wait:
        from_state = VmStatus.SUSPENDED if wanted is VmStatus.RUNNING else VmStatus.RUNNING
        name = id_of(ref, "VM")
        return converge.control(
            attempt,
            status=lambda: self.status(ref),
            send=lambda: self._order(verb, name, attempt),
            sent_word=sent_word,
            wanted=wanted,
            allowed=frozenset({from_state}),
        )

    def _order(self, verb: str, name: str, attempt: Attempt) -> None:
        self._send(verb, name, attempt.client_token(verb))

    def _send(self, verb: str, name: str, request_id: str) -> Thing:
        return self._gce.call(f"instances.{verb}", zone=self._zone, instance=name, requestId=request_id)

    def _insert(self, request: VmRequest, wanted: Thing, request_id: str) -> Thing:
        try:
            return self._gce.call("instances.insert", FIELDS, zone=self._zone, body=wanted, requestId=request_id)
        except MissingReference as missing:
            if subnet_of(request) or missing.field not in ("vpc", "subnet"):
                raise
            raise Unsupported(
                f"there is no default network: {missing.message}", code=missing.code, text=missing.text
            ) from None

    def _preflight(self, request: VmRequest) -> Thing:
        if request.vpc.name and not subnet_of(request):
            raise Invalid("a VM in a VPC needs one of its subnets", field="subnet")
        labels.made("", request.tags)
        for group in request.security_groups:
            self._check_group(group, request.vpc.id or DEFAULT_NETWORK)
        spec.described(self._gce, self._zone, Ref(request.spec, request.spec), field="spec")
        return image.described(self._gce, request.image.id or request.image.name, field="image")

    def _check_group(self, group: Ref, network: str) -> None:
        """To Compute Engine any word is a network tag: it would start a VM that no firewall protects."""
        field = "security_groups"
        try:
            found = self._gce.call("firewalls.get", firewall=id_of(Ref(group.name, group.id or group.name), "group"))
        except NotFound as missing:
            raise MissingReference(missing.message, field=field, code=missing.code, text=missing.text) from None
        if group_of(found) != found["name"]:
            raise Unsupported(f"the firewall {found['name']} was not made by Spider: no VM is put into it", field=field)
        if tail(found["network"]) != network:
            raise Invalid(f"the security group {found['name']} is not of the VPC {network}", field=field)

    def _running(self, name: str) -> Wait | None:
        found = self._described(Ref("", name))
        status = status_of(found)
        if status not in _STARTING:
            raise Refused(f"the VM is {found.get('status')} instead of running: {found.get('statusMessage', '')}")
        if status is not VmStatus.RUNNING:
            return Wait(LOOK_AGAIN_SECONDS, f"the VM is {found.get('status')}")
        return None if external_address(found) else Wait(LOOK_AGAIN_SECONDS, "the VM has no external address yet")

    def _described(self, ref: Ref) -> Thing:
        """Raises NotFound."""
        return self._gce.call("instances.get", zone=self._zone, instance=id_of(ref, "VM"))

    def _is_ours(self, name: str, token: str) -> bool:
        try:
            return labels.made_by(self._described(Ref("", name)), token)
        except NotFound:
            return False

    def _name_by_token(self, token: str) -> str | None:
        found = self._gce.all("instances.list", zone=self._zone) if token else []
        return next((one["name"] for one in found if labels.made_by(one, token)), None)
