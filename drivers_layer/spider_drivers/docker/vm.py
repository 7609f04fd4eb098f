"""VMs: containers. All that is told of one is told by the Engine's list, one call for any number of them."""

from __future__ import annotations

import contextlib

from ..contract import (
    AlreadyExists,
    Attempt,
    Invalid,
    MissingReference,
    NotFound,
    Part,
    Ref,
    Refused,
    Vm,
    VmHandler,
    VmRequest,
    VmStatus,
    Wait,
    WrongState,
    converge,
)
from . import access, image, labels, spec
from .address import Address
from .calls import Engine, Thing
from .container import as_vm, config, exit_code, name_at_docker, name_of, status_of
from .errors import Asked, understood

STOP_SECONDS = 10
LOOK_AGAIN_SECONDS = 0.5
_STATE = Asked(conflict=WrongState)


class DockerVms(VmHandler):
    """A container that Spider did not make is a VM, too: by the name and with what the list tells of it."""

    def __init__(self, engine: Engine, address: Address, region: str) -> None:
        self._engine = engine
        self._address = address
        self._region = region

    def list(self) -> list[Vm]:
        with understood():
            return [self._vm(found) for found in self._engine.listed("containers", all=True)]

    def get(self, ref: Ref) -> Vm:
        with understood():
            return self._vm(self._listed(ref))

    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        """Parts: container, access (cb-user, where there is a key), started, visible."""
        parts = [self._container(request, attempt)]
        if request.public_key:
            parts.append(self._access(request.public_key, attempt))
        parts.append(self._started(attempt))
        seen: list[Vm] = []

        def shown(cloud_id: str) -> bool:
            seen.append(self.get(Ref(request.name, cloud_id)))
            return True

        parts.append(converge.visible(lambda: attempt.parts["container"], shown))
        return converge.create(parts, attempt) or seen[-1]

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        cloud_id = ref.id or attempt.parts.get("container") or self._id_by_token(ref.token)
        ours = [Part("remove", make=str, find=lambda: cloud_id, remove=self._remove)]
        return converge.delete(ours, attempt)

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "pause", VmStatus.SUSPENDING, VmStatus.SUSPENDED, VmStatus.RUNNING)

    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        """Starts one that has exited."""
        allowed = VmStatus.SUSPENDED, VmStatus.FAILED
        return self._control(ref, attempt, "unpause", VmStatus.RESUMING, VmStatus.RUNNING, *allowed)

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "restart", VmStatus.REBOOTING, None, VmStatus.RUNNING)

    def _control(
        self, ref: Ref, attempt: Attempt, verb: str, sent_word: VmStatus, wanted: VmStatus | None, *allowed: VmStatus
    ) -> VmStatus | Wait:
        seen: list[Thing] = []

        def status() -> VmStatus:
            seen.append(self._listed(ref))
            with understood():
                return status_of(seen[-1])

        def send() -> None:
            exited = verb == "unpause" and seen[-1]["State"] != "paused"
            more = {"timeout": STOP_SECONDS} if verb == "restart" else {}
            self._engine.call("start" if exited else verb, ref.id, asked=_STATE, **more)

        return converge.control(
            attempt, status=status, send=send, sent_word=sent_word, wanted=wanted, allowed=frozenset(allowed)
        )

    def _container(self, request: VmRequest, attempt: Attempt) -> Part:
        def make(_: str) -> str:
            described = image.described(self._engine, name_of(request), field="image")
            size = spec.found(self._engine, request.spec, field="spec") if request.spec else None
            self._check_subnet(request)
            with understood():
                told = config(request, attempt.token, size, described, self._address.listen_ip)
            asked = Asked(missing="image", conflict=AlreadyExists)
            try:
                return self._engine.created("create_container_from_config", told, request.name, asked=asked)
            except AlreadyExists:
                if ours := self._id_by_token(attempt.token):
                    return ours
                raise

        return Part("container", make, lambda: self._id_by_token(attempt.token))

    def _access(self, public_key: str, attempt: Attempt) -> Part:
        def make(_: str) -> str:
            access.grant(self._engine, attempt.parts["container"], public_key)
            return attempt.parts["container"]

        return Part("access", make)

    def _started(self, attempt: Attempt) -> Part:
        """Started, and still running a moment later."""
        just_now: list[str] = []

        def make(_: str) -> str:
            container = attempt.parts["container"]
            self._engine.call("start", container, asked=_STATE)
            just_now.append(container)
            return container

        def ready(container: str) -> Wait | None:
            if just_now:
                return Wait(LOOK_AGAIN_SECONDS, "whether the container goes on running shows in a moment")
            return self._runs(container)

        return Part("started", make, ready=ready)

    def _runs(self, container: str) -> Wait | None:
        found = self._listed(Ref("", container))
        with understood():
            status, code = status_of(found), exit_code(found)
        if code is not None:
            raise Refused(
                f"the container exited at once with code {code}: its image runs nothing that goes on, or it failed"
            )
        if status is VmStatus.RUNNING:
            return None
        return Wait(LOOK_AGAIN_SECONDS, f"the container is {found['State']}")

    def _check_subnet(self, request: VmRequest) -> None:
        """The Engine itself would complain only when the container starts."""
        if request.subnet.id:
            self._engine.told("inspect_network", request.subnet.id, asked=Asked(missing="subnet"))
        elif request.subnet.name:
            raise MissingReference(f"subnet '{request.subnet.name}' does not exist", field="subnet")
        elif request.vpc.id or request.vpc.name:
            raise Invalid("a VM in a VPC has to be in one of its subnets: none is named", field="subnet")

    def _remove(self, container: str) -> Wait | None:
        forced = False
        with contextlib.suppress(NotFound):
            try:
                self._engine.call("stop", container, timeout=STOP_SECONDS, asked=_STATE)
            except (Refused, WrongState):
                forced = True  # it did not end even by SIGKILL in time, or is being changed
            try:
                self._engine.call("remove_container", container, v=True, force=forced, asked=_STATE)
            except WrongState as busy:
                return Wait(LOOK_AGAIN_SECONDS, busy.message)
        return None

    def _listed(self, ref: Ref) -> Thing:
        """Raises NotFound."""
        found = self._engine.listed("containers", all=True, filters={"id": [ref.id]}) if ref.id else []
        for one in found:
            if one["Id"] == ref.id:
                return one
        raise NotFound(f"VM {ref.id or ref.name} does not exist")

    def _id_by_token(self, token: str) -> str | None:
        """A container made from a copy of one of ours has its labels, and another name."""
        found = self._engine.listed("containers", all=True, filters=labels.by(labels.TOKEN, token)) if token else []
        ours = [one["Id"] for one in found if labels.of(one).get(labels.NAME) == name_at_docker(one)]
        return ours[0] if ours else None

    def _vm(self, found: Thing) -> Vm:
        return as_vm(found, self._region, self._address)
