"""The mock driver, broken on purpose: each class has one fault that drivers are known to have."""

from __future__ import annotations

import builtins
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    CallRecorder,
    CloudConnection,
    ConnectionInfo,
    Iid,
    Image,
    InUse,
    Invalid,
    KeyPair,
    KeyPairRequest,
    NotFound,
    Ref,
    Refused,
    SecurityGroup,
    SecurityGroupRequest,
    Spec,
    SpiderError,
    Vm,
    VmRequest,
    VmStatus,
    Vpc,
    VpcRequest,
    Wait,
    WrongState,
    converge,
)
from spider_drivers.mock import MockDriver
from spider_drivers.mock.connection import Client, MockConnection
from spider_drivers.mock.image import MockImages
from spider_drivers.mock.key_pair import MockKeyPairs
from spider_drivers.mock.memory import Row
from spider_drivers.mock.security_group import MockSecurityGroups
from spider_drivers.mock.spec import MockSpecs
from spider_drivers.mock.vm import MockVms
from spider_drivers.mock.vpc import MockVpcs

HANDLERS = ("image", "spec", "vpc", "security_group", "key_pair", "vm", "tag", "region_zone")


class BrokenDriver(MockDriver):
    """The mock driver with another client or other handlers."""

    def __init__(self, client: type[Client] = Client, **handlers: Any) -> None:
        self._client = client
        self._handlers = handlers

    def __str__(self) -> str:
        changed = [] if self._client is Client else [self._client]
        return "_".join(part.__name__ for part in (*changed, *self._handlers.values()))

    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        connection = MockConnection(info, recorder)
        connection.client = self._client(info, recorder)
        for kind in HANDLERS:
            handler = self._handlers.get(kind, type(getattr(connection, kind)))
            setattr(connection, kind, handler(connection.client))
        return connection


class TakesSomeIdentity(MockDriver):
    """Without a credential it uses what it finds on the machine."""

    def connect(self, info: ConnectionInfo, recorder: CallRecorder) -> CloudConnection:
        return super().connect(replace(info, credential={"MockName": "the-machine-s-own", **info.credential}), recorder)


# Clients


class SkipsTheLastPage(Client):
    def all(self, api: str, filters: Mapping[str, str] | None = None) -> list[Row]:
        rows: list[Row] = []
        page = ""
        while True:
            answer = self.call(api, filters=filters, page=page)
            if page and not answer["next_page"]:
                return rows
            rows += answer["items"]
            page = answer["next_page"]
            if not page:
                return rows


class ReadsOnePage(Client):
    def all(self, api: str, filters: Mapping[str, str] | None = None) -> list[Row]:
        rows: list[Row] = self.call(api, filters=filters)["items"]
        return rows


class ReadsPagesTwice(Client):
    def all(self, api: str, filters: Mapping[str, str] | None = None) -> list[Row]:
        super().all(api, filters)
        return super().all(api, filters)


class DropsTheCode(Client):
    def call(self, api: str, **params: Any) -> dict[str, Any]:
        try:
            return super().call(api, **params)
        except SpiderError as error:
            error.code = error.text = ""
            raise


class RewordsTheText(Client):
    def call(self, api: str, **params: Any) -> dict[str, Any]:
        try:
            return super().call(api, **params)
        except SpiderError as error:
            error.text = "the cloud said no"
            raise


class ShowsTheCredential(Client):
    def __init__(self, info: ConnectionInfo, recorder: CallRecorder) -> None:
        super().__init__(info, recorder)
        self._name = info.credential["MockName"]

    def call(self, api: str, **params: Any) -> dict[str, Any]:
        try:
            return super().call(api, **params)
        except SpiderError as error:
            error.args = (f"{error} (as {self._name})",)
            raise


class RedactsNothing(Client):
    """Passes the cloud's text on as it is."""

    def call(self, api: str, **params: Any) -> dict[str, Any]:
        try:
            return super().call(api, **params)
        except SpiderError as error:
            error.text = str(error.__cause__)
            raise


class RefusesWithoutAKind(Client):
    """Every refusal is Refused, the one word."""

    def call(self, api: str, **params: Any) -> dict[str, Any]:
        try:
            return super().call(api, **params)
        except (NotFound, InUse):
            raise
        except SpiderError as error:
            raise Refused(str(error), code=error.code, text=error.text) from None


class RecordsOutOfScope(Client):
    """A thread of one's own does not inherit the scope."""

    def call(self, api: str, **params: Any) -> dict[str, Any]:
        answers: list[dict[str, Any] | SpiderError] = []

        def run() -> None:
            try:
                answers.append(super(RecordsOutOfScope, self).call(api, **params))
            except SpiderError as error:
                answers.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if isinstance(answers[0], SpiderError):
            raise answers[0]
        return answers[0]


class RecordsTwoAsOne(Client):
    """Retries on its own and records once: here, a call that no record tells of."""

    def call(self, api: str, **params: Any) -> dict[str, Any]:
        self._cloud.call("describe_account", {}, self.knobs, self._recorder.clock.now())
        return super().call(api, **params)


class RefusesToBeChecked(Client):
    def call(self, api: str, **params: Any) -> dict[str, Any]:
        if api == "describe_account":
            raise Refused("not allowed to look at the account")
        return super().call(api, **params)


# Images and specs


class AnswersAnyImage(MockImages):
    def get(self, ref: Ref) -> Image:
        return replace(self.list()[-1], iid=Iid(ref.name, f"image/{ref.name}"))


class LooksThroughTheListTwice(MockImages):
    """For any image."""

    def any(self) -> Image:
        return self.get(Ref("", self.list()[0].iid.id))


class OffersWhatItDoesNotList(MockImages):
    def any(self) -> Image:
        return replace(super().any(), iid=Iid("another", "another"))


class AnswersAnySpec(MockSpecs):
    def get(self, ref: Ref) -> Spec:
        return self.list()[0]

    def raw_get(self, ref: Ref) -> Any:
        return self.get(ref)


# VPCs


class DoesNotLookAfterADeath(MockVpcs):
    def _find(self, token: str) -> str | None:
        return None


class DoesNotAwaitTheLag(MockVpcs):
    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        wait = converge.create(self._create_parts(request, attempt), attempt)
        return wait or self.get(Ref(request.name, attempt.parts["vpc"]))


class NotesNothing(MockVpcs):
    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        return super().create(request, Attempt(attempt.token, clock=attempt.clock))


class FindsByName(MockVpcs):
    """Takes what has the name, whoever made it."""

    def _find(self, token: str) -> str | None:
        rows = self._client.all("describe_vpcs")
        return rows[-1]["id"] if rows else None


class SwallowsInUse(MockVpcs):
    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        try:
            return super().delete(ref, attempt)
        except InUse:
            return None


class DeletesSubnetsFirst(MockVpcs):
    """Learns only from the VPC's own refusal that something is in use; by then a free subnet is gone."""

    def _refuse_if_used(self, vpc_id: str) -> None:
        pass


class GivesAnotherId(MockVpcs):
    def get(self, ref: Ref) -> Vpc:
        vpc = super().get(ref)
        return replace(vpc, iid=Iid(vpc.iid.name, vpc.iid.id.upper()))


class AnswersUnseen(MockVpcs):
    """Answers from the request, before the cloud shows anything."""

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        parts = (part for part in self._create_parts(request, attempt) if part.name != converge.VISIBLE)
        wait = converge.create(parts, attempt, lag_seconds=self._client.lag)
        return wait or Vpc(Iid(request.name, attempt.parts["vpc"]), request.cidr)


class KnowsGoodIdsOnly(MockVpcs):
    def get(self, ref: Ref) -> Vpc:
        if not (ref.id or "").startswith("vpc-"):
            raise Invalid("no id of a VPC", field="id")
        return super().get(ref)


class MergesSubnets(MockVpcs):
    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        subnets = {subnet.cidr: subnet for subnet in request.subnets}
        return super().create(replace(request, subnets=tuple(subnets.values())), attempt)


class LeavesTheVpc(MockVpcs):
    """Undoes only what was noted."""

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        return super().delete(ref, attempt) if ref.id or "vpc" in attempt.parts else None


class UndoesWhatIsNoted(MockVpcs):
    """It does not look for what carries the token."""

    def _find(self, token: str) -> str | None:
        return None


class Sleeps(MockVpcs):
    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        while isinstance(made := super().create(request, attempt), Wait):
            time.sleep(made.seconds)
        return made


# Security groups and key pairs


class ForgetsRules(MockSecurityGroups):
    def create(self, request: SecurityGroupRequest, attempt: Attempt) -> SecurityGroup | Wait:
        return super().create(replace(request, rules=request.rules[:1]), attempt)


class KnowsNoRanges(MockSecurityGroups):
    """It opens a range's first port."""

    def create(self, request: SecurityGroupRequest, attempt: Attempt) -> SecurityGroup | Wait:
        rules = tuple(replace(rule, to_port=rule.from_port) for rule in request.rules)
        return super().create(replace(request, rules=rules), attempt)


class SwallowsGroupInUse(MockSecurityGroups):
    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        try:
            return super().delete(ref, attempt)
        except InUse:
            return None


class IsInAnotherVpc(MockSecurityGroups):
    def get(self, ref: Ref) -> SecurityGroup:
        return replace(super().get(ref), vpc=Iid("", "vpc-of-somebody"))


class DeletesAll(MockKeyPairs):
    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        for key in self.list():
            super().delete(Ref("", key.iid.id), attempt)
        return None


class GivesAnotherKey(MockKeyPairs):
    def create(self, request: KeyPairRequest, attempt: Attempt) -> KeyPair | Wait:
        words = request.public_key.split()
        words[1:2] = [word[:-4] + "AAAA" for word in words[1:2]]
        return super().create(replace(request, public_key=" ".join(words)), attempt)


class TakesOverANamesake(MockKeyPairs):
    """The name is taken, so it must be ours."""

    def create(self, request: KeyPairRequest, attempt: Attempt) -> KeyPair | Wait:
        try:
            return super().create(request, attempt)
        except AlreadyExists:
            return next(key for key in self.list() if key.iid.name == request.name)


class UndoesByName(MockKeyPairs):
    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        namesakes = [key.iid.id for key in self.list() if key.iid.name == ref.name]
        return super().delete(Ref(ref.name, ref.id or (namesakes[0] if namesakes else None), ref.token), attempt)


class FailsWhenGone(MockKeyPairs):
    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        if ref.id:
            self.get(ref)
        return super().delete(ref, attempt)


# VMs


class ShowsTerminated(MockVms):
    def list(self) -> builtins.list[Vm]:
        return [self._vm(row) for row in self._client.all("describe_vms")]

    def get(self, ref: Ref) -> Vm:
        return self._vm(self._client.one("describe_vms", ref))


class RunsWithoutAClientToken(MockVms):
    def _run(self, request: VmRequest, attempt: Attempt, client_token: str) -> str:
        return super()._run(request, attempt, f"{client_token}-{time.perf_counter_ns()}")


class LeavesTheAddress(MockVms):
    def _release(self, address_id: str) -> Wait | None:
        return None


class TerminatesFirst(MockVms):
    """Finds the address by the VM, which is gone after a death between the two."""

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        vm_id = ref.id or attempt.parts.get("machine") or self._client.made_by("describe_vms", ref.token)
        try:
            vm = self.get(Ref("", vm_id))
        except NotFound:
            return None
        wait = self._terminate(vm.iid.id)
        for row in self._client.all("describe_addresses", {"vm_id": vm.iid.id}):
            self._release(row["id"])
        return wait


class DoesNotAwaitTheMachine(MockVms):
    def _running(self, vm_id: str) -> Wait | None:
        return None


class DeletesWhatRuns(MockVms):
    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        if any(vm.status is VmStatus.SUSPENDED for vm in self.list()):
            raise WrongState("resume it first")
        return super().delete(ref, attempt)


class SuspendsNothing(MockVms):
    """What is not there is not running."""

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        try:
            return super().suspend(ref, attempt)
        except NotFound:
            return VmStatus.SUSPENDED


class ResumesInWordsOnly(MockVms):
    def resume(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return VmStatus.RUNNING

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return VmStatus.RUNNING


class SendsBlindly(MockVms):
    """Does not look at the state: after a death the call goes out once more."""

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        if "sent" not in attempt.parts:
            attempt.check()
            self._client.call("suspend_vm", vm_id=ref.id)
            attempt.note("sent", "yes")
        return VmStatus.SUSPENDING


class AsksForEachVm(MockVms):
    def list(self) -> builtins.list[Vm]:
        return [self.get(Ref("", vm.iid.id)) for vm in super().list()]


class SaysWordsOfItsOwn(MockVms):
    words: ClassVar[dict[VmStatus, Any]] = {VmStatus.RUNNING: "ACTIVE"}

    def _vm(self, row: Row) -> Vm:
        vm = super()._vm(row)
        return replace(vm, status=self.words.get(vm.status, vm.status))


class GivesNoSuchAddress(MockVms):
    def _vm(self, row: Row) -> Vm:
        return replace(super()._vm(row), public_ip="203.0.113.400")


class SendsAlways(MockVms):
    """Stops what is stopped already."""

    def suspend(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        if self.status(ref) is VmStatus.SUSPENDED:
            try:
                self._client.call("suspend_vm", vm_id=ref.id)
            except SpiderError:
                return VmStatus.SUSPENDED
        return super().suspend(ref, attempt)


class RebootsAsStart(MockVms):
    """Starts what was to be rebooted, whatever state it is in."""

    def reboot(self, ref: Ref, attempt: Attempt) -> VmStatus | Wait:
        return self.resume(ref, attempt)


class CountsFromMemory(MockVms):
    """Statuses are those of the last list."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._last = super().list()

    def statuses(self) -> builtins.list[tuple[Iid, VmStatus]]:
        return [(vm.iid, vm.status) for vm in self._last]


class IgnoresTheImage(MockVms):
    def create(self, request: VmRequest, attempt: Attempt) -> Vm | Wait:
        return super().create(replace(request, image=Ref("mock-vmimage-02", "mock-vmimage-02")), attempt)
