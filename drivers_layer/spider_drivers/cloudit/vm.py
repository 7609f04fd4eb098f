"""VMs: a server, and the adaptive IP that is its public address."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from functools import partial

from ..contract import (
    AlreadyExists,
    Attempt,
    Iid,
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
from . import capability, marks, server, subnets
from .addresses import Addresses, name_of
from .calls import Cloudit, Thing
from .clusters import Clusters
from .errors import Asked, understood
from .image import CloudItImages
from .server import as_vm, status_of
from .spec import CloudItSpecs
from .subnets import Subnets

SERVER, ADDRESS = "server", "address"
LOOK_AGAIN_SECONDS = 2.0
_STARTING = frozenset({VmStatus.CREATING, VmStatus.RESUMING, VmStatus.REBOOTING})


class CloudItVms(VmHandler):
    def __init__(
        self, cloudit: Cloudit, clusters: Clusters, images: CloudItImages, specs: CloudItSpecs, region: str
    ) -> None:
        self._cloudit = cloudit
        self._clusters = clusters
        self._images = images
        self._specs = specs
        self._region = region
        self._subnets = Subnets(cloudit)
        self._addresses = Addresses(cloudit)

    def list(self) -> builtins.list[Vm]:
        """Two calls, whatever there is."""
        return self._as_vms(self._servers())

    def get(self, ref: Ref) -> Vm:
        return self._as_vms([self._server(ref)])[0]

    def statuses(self) -> builtins.list[tuple[Iid, VmStatus]]:
        found = self._servers()
        with understood():
            return [(Iid(one["name"], one["id"]), status_of(one)) for one in found]

    def status(self, ref: Ref) -> VmStatus:
        return status_of(self._server(ref))

    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        """Parts: server, running; its address; visible."""
        server.refuse_root_disk(request)
        seen: builtins.list[Vm] = []

        def shown(cloud_id: str) -> bool:
            seen.append(self.get(Ref(request.name, cloud_id)))
            return bool(seen[-1].public_ip)

        running: Thing = {}
        parts = [self._made(request, attempt, running), self._addressed(request, running)]
        parts.append(converge.visible(lambda: attempt.parts[SERVER], shown))
        return converge.create(parts, attempt, lag_seconds=capability.LAG_SECONDS) or seen[-1]

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        cloud_id = ref.id or attempt.parts.get(SERVER) or self._id_by_token(ref.token)
        remove = partial(self._remove, ref, attempt)
        parts = [Part("remove", make=str, find=lambda: cloud_id, remove=remove)]
        return converge.delete(parts, attempt, lag_seconds=capability.LAG_SECONDS)

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "shutdown", VmStatus.SUSPENDING, VmStatus.SUSPENDED)

    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "start", VmStatus.RESUMING, VmStatus.RUNNING)

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self._control(ref, attempt, "reboot", VmStatus.REBOOTING, None)

    def _control(
        self, ref: Ref, attempt: Attempt, verb: str, sent_word: VmStatus, wanted: VmStatus | None
    ) -> VmStatus | Wait:
        from_state = VmStatus.SUSPENDED if wanted is VmStatus.RUNNING else VmStatus.RUNNING

        def send() -> None:
            self._cloudit.call("POST", f"ace/servers/{{}}/{verb}", ref.id or "", asked=Asked(conflict=WrongState))

        return converge.control(
            attempt,
            status=lambda: self.status(ref),
            send=send,
            sent_word=sent_word,
            wanted=wanted,
            allowed=frozenset({from_state}),
        )

    def _made(self, request: VmRequest, attempt: Attempt, running: Thing) -> Part:
        """`running` becomes the server, once it runs."""
        just_now: builtins.list[str] = []

        def make(_: str) -> str:
            servers = self._servers()
            if ours := _made_by(servers, attempt.token):  # shown only now
                return ours
            body = self._body(request, servers, attempt.token)
            asked = Asked(conflict=AlreadyExists)
            made = self._cloudit.call("POST", "ace/servers", body=body, asked=asked, secret=body["rootPassword"])
            found = subnets.made_id(made) or self._id_by_token(attempt.token)
            just_now.append(found or subnets.lost(f"the server {request.name}"))
            return just_now[0]

        def ready(cloud_id: str) -> Wait | None:
            if just_now:
                return Wait(LOOK_AGAIN_SECONDS, "the server is being made")
            return None if ADDRESS in attempt.parts else self._running(cloud_id, running)

        return Part(SERVER, make, lambda: self._id_by_token(attempt.token), ready)

    def _addressed(self, request: VmRequest, running: Thing) -> Part:
        just_now: builtins.list[str] = []

        def find() -> str | None:
            return next(iter(self._addresses.of(running)), None)

        def make(_: str) -> str:
            just_now.append(self._addresses.give(request.name, running))
            return just_now[0]

        def ready(_: str) -> Wait | None:
            return Wait(LOOK_AGAIN_SECONDS, "the public address is being given") if just_now else None

        return Part(ADDRESS, make, find, ready)

    def _body(self, request: VmRequest, servers: builtins.list[Thing], token: str) -> Thing:
        """What is wrong is found before anything is made: AlreadyExists, Invalid, MissingReference, NoCapacity."""
        if any(str(one.get("name", "")).lower() == request.name.lower() for one in servers):
            raise AlreadyExists(f"the VM '{request.name}' already exists", field="name")
        template = self._images.described(request.image, field="image")
        spec = self._specs.described(Ref(request.spec, request.spec), field="spec")
        address = self._address_of(request.subnet)
        self._check_groups(request)
        self._addresses.free()
        with understood():
            return server.body(request, template, spec, self._clusters.id(), address, token)

    def _address_of(self, subnet: Ref) -> str:
        """Raises Invalid, MissingReference."""
        if not (subnet.id or subnet.name):
            raise Invalid("a VM needs a subnet at Cloudit", field="subnet")
        for one in self._subnets.all():
            if subnet.id and one.get("id") == subnet.id:
                return str(one["addr"])
        raise MissingReference(f"subnet {subnet.name or subnet.id} does not exist", field="subnet")

    def _check_groups(self, request: VmRequest) -> None:
        """Raises MissingReference."""
        groups = self._cloudit.all("iam/securitygroups") if request.security_groups else []
        there = {one.get("id") for one in groups}
        for group in request.security_groups:
            if group.id not in there:
                text = f"security group {group.name or group.id} does not exist"
                raise MissingReference(text, field="security_groups")

    def _running(self, cloud_id: str, running: Thing) -> Wait | None:
        found = self._server(Ref("", cloud_id))
        status = status_of(found)
        if status is VmStatus.RUNNING and found.get("privateIp"):
            running.update(found)
            return None
        if status in (*_STARTING, VmStatus.RUNNING):
            return Wait(LOOK_AGAIN_SECONDS, f"the server is {found.get('state')}")
        raise Refused(f"the server is {found.get('state')} instead of running")

    def _remove(self, ref: Ref, attempt: Attempt, cloud_id: str) -> Wait | None:
        """First its public address, for then it is the server that tells whose it is."""
        try:
            found = self._server(Ref("", cloud_id))
        except NotFound:
            return self._remove_unseen(ref, attempt, cloud_id)
        if status_of(found) is VmStatus.TERMINATING:
            return Wait(LOOK_AGAIN_SECONDS, "the server is terminating")
        addresses = self._addresses.of(found)
        for address in addresses:
            self._addresses.take_back(address)
        if addresses:
            return Wait(LOOK_AGAIN_SECONDS, "the public address is being taken back")
        return self._terminate(cloud_id)

    def _remove_unseen(self, ref: Ref, attempt: Attempt, cloud_id: str) -> Wait | None:
        """A server of an undone create may be there and not be shown yet; its address may have outlived it."""
        if ref.id:
            return None
        address, name = attempt.parts.get(ADDRESS), name_of(ref.name)
        for one in self._cloudit.all("dna/adaptive-ips") if address else []:
            if one.get("ip") == address and one.get("name") == name:
                self._addresses.take_back(str(address))
        try:
            return self._terminate(cloud_id)
        except NotFound:
            return None

    def _terminate(self, cloud_id: str) -> Wait | None:
        """Raises NotFound."""
        try:
            self._cloudit.call("DELETE", "ace/servers/{}", cloud_id, asked=Asked(conflict=WrongState))
        except WrongState as busy:
            return Wait(LOOK_AGAIN_SECONDS, busy.message)
        return Wait(LOOK_AGAIN_SECONDS, "the server is terminating")

    def _servers(self) -> builtins.list[Thing]:
        """Without those that are gone."""
        return [one for one in self._cloudit.all("ace/servers") if status_of(one) is not VmStatus.TERMINATED]

    def _server(self, ref: Ref) -> Thing:
        """Raises NotFound."""
        found = self._cloudit.told("GET", "ace/servers/{}", ref.id) if ref.id else {}
        if not found or status_of(found) is VmStatus.TERMINATED:
            raise NotFound(f"VM {ref.id or ref.name} does not exist")
        return found

    def _id_by_token(self, token: str) -> str | None:
        return _made_by(self._servers(), token) if token else None

    def _as_vms(self, found: builtins.list[Thing]) -> builtins.list[Vm]:
        by_address = {str(one.get("addr")): one for one in self._subnets.all()} if found else {}
        with understood():
            return [as_vm(one, by_address, self._region) for one in found]


def _made_by(servers: Iterable[Thing], token: str) -> str | None:
    """The id of the server that an operation has made."""
    return next((str(one["id"]) for one in servers if marks.described(one).get(marks.TOKEN) == token), None)
