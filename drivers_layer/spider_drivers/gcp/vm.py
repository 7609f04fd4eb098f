"""VMs: an instance with its boot disk and external address, which go with it."""

from __future__ import annotations

import builtins
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
from .zones import Zones, zone_of

INSTANCE, ZONE = "instance", "zone"
LOOK_AGAIN_SECONDS = 2.0
_STARTING = frozenset({VmStatus.CREATING, VmStatus.REBOOTING, VmStatus.RUNNING})


class GcpVms(VmHandler):
    def __init__(self, gce: Gce, zones: Zones) -> None:
        self._gce = gce
        self._zones = zones

    def list(self) -> list[Vm]:
        with understood():
            return [as_vm(one, self._zones.region) for one in self._zones.instances()]

    def get(self, ref: Ref) -> Vm:
        with understood():
            return as_vm(self._zones.instance(ref), self._zones.region)

    def status(self, ref: Ref) -> VmStatus:
        return status_of(self._zones.instance(ref))

    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        """Parts: the zone, where the connection names none (it may be another one next time), instance, running,
        visible."""
        # A wrong image or spec is found before anything is made.
        base = {} if INSTANCE in attempt.parts else self._preflight(request)

        def send(request_id: str) -> Thing:
            zone = self._zone(attempt)
            wanted = body(request, base, attempt.token, self._gce.project, self._zones.region, zone)
            return self._insert(request, zone, wanted, request_id)

        build = Building(self._gce, attempt)
        chosen = [] if self._zones.named else [Part(ZONE, make=lambda _: self._zones.home())]
        made = build.part(INSTANCE, request.name, send, partial(self._is_ours, request.name, attempt.token), FIELDS)
        running = Part("running", make=lambda _: request.name, ready=self._running)
        return build.create([*chosen, made, running], lambda: self.get(Ref(request.name, request.name)))

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        deleting = Deleting(self._gce, attempt)
        paths = deleting.paths("instances") or self._paths(ref, attempt)
        sends = {path: partial(self._delete, path) for path in paths}
        parts = [building.removal("instance", lambda: deleting.together(sends))] if sends else []
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
        seen: builtins.list[Thing] = []

        def status() -> VmStatus:
            seen.append(self._zones.instance(ref))
            return status_of(seen[-1])

        def send() -> None:
            self._send(verb, zone_of(seen[-1]), seen[-1]["name"], attempt.client_token(verb))

        return converge.control(
            attempt,
            status=status,
            send=send,
            sent_word=sent_word,
            wanted=wanted,
            allowed=frozenset({from_state}),
        )

    def _paths(self, ref: Ref, attempt: Attempt) -> builtins.list[str]:
        """Of what is to be deleted: at most one."""
        zone, name = self._zone(attempt), ref.id or attempt.parts.get(INSTANCE)
        if not name or not zone:
            found = self._shown(name, ref.token)
            zone, name = (zone_of(found), str(found["name"])) if found else ("", None)
        return [f"zones/{zone}/instances/{name}"] if name else []

    def _zone(self, attempt: Attempt) -> str:
        """ "" where neither the connection nor the attempt names one."""
        return self._zones.named or attempt.parts.get(ZONE, "")

    def _shown(self, name: str | None, token: str) -> Thing | None:
        for one in self._zones.instances() if name or token else []:
            if one["name"] == name or (not name and labels.made_by(one, token)):
                return one
        return None

    def _delete(self, path: str, request_id: str) -> Thing:
        _, zone, _, name = path.split("/")
        return self._send("delete", zone, name, request_id)

    def _send(self, verb: str, zone: str, name: str, request_id: str) -> Thing:
        return self._gce.call(f"instances.{verb}", zone=zone, instance=name, requestId=request_id)

    def _insert(self, request: VmRequest, zone: str, wanted: Thing, request_id: str) -> Thing:
        try:
            return self._gce.call("instances.insert", FIELDS, zone=zone, body=wanted, requestId=request_id)
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
        network = request.vpc.id or ("" if subnet_of(request) else DEFAULT_NETWORK)
        for group in request.security_groups:
            self._check_group(group, network)
        spec.described(self._gce, self._zones.home(), Ref(request.spec, request.spec), field="spec")
        return image.described(self._gce, request.image.id or request.image.name, field="image")

    def _check_group(self, group: Ref, network: str) -> None:
        """To Compute Engine any word is a network tag: it would start a VM that no firewall protects.

        `network`: "" where none is named."""
        field = "security_groups"
        try:
            found = self._gce.call("firewalls.get", firewall=id_of(Ref(group.name, group.id or group.name), "group"))
        except NotFound as missing:
            raise MissingReference(missing.message, field=field, code=missing.code, text=missing.text) from None
        if group_of(found) != found["name"]:
            raise Unsupported(f"the firewall {found['name']} was not made by Spider: no VM is put into it", field=field)
        if network and tail(found["network"]) != network:
            raise Invalid(f"the security group {found['name']} is not of the VPC {network}", field=field)

    def _running(self, name: str) -> Wait | None:
        found = self._zones.instance(Ref("", name))
        status = status_of(found)
        if status not in _STARTING:
            raise Refused(f"the VM is {found.get('status')} instead of running: {found.get('statusMessage', '')}")
        if status is not VmStatus.RUNNING:
            return Wait(LOOK_AGAIN_SECONDS, f"the VM is {found.get('status')}")
        return None if external_address(found) else Wait(LOOK_AGAIN_SECONDS, "the VM has no external address yet")

    def _is_ours(self, name: str, token: str) -> bool:
        try:
            return labels.made_by(self._zones.instance(Ref("", name)), token)
        except NotFound:
            return False
