"""VMs and the verbs that control them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from ..contract import Capability, Invalid, MissingReference, NotFound, Ref, Vm, VmStatus, WrongState
from .bench import Bench
from .case import LifecycleCases, claimed_if
from .runner import Operation, acting, is_read, once

_ROUNDS = 600


def _has_a_default_network(capability: Capability) -> bool:
    return capability.default_network


class VmCases(LifecycleCases):
    kind = "vm"

    def test_a_created_vm_runs_and_has_its_addresses(self, bench: Bench) -> None:
        vm: Vm = bench.create("vm")
        assert vm.status is VmStatus.RUNNING
        assert vm.private_ip or vm.public_ip, "the VM has no address"
        assert vm.user == "cb-user"

    def test_a_vm_refers_to_what_was_asked_for(self, bench: Bench) -> None:
        request = bench.request("vm")
        vm: Vm = bench.create("vm", request)
        assert vm.image.id == request.image.id
        assert vm.spec == request.spec
        assert vm.vpc.id == request.vpc.id
        assert vm.subnet.id == request.subnet.id
        assert {group.id for group in vm.security_groups} >= {group.id for group in request.security_groups}
        assert not request.key_pair.id or vm.key_pair.id == request.key_pair.id

    @claimed_if(_has_a_default_network)
    def test_a_vm_without_vpc_and_subnet_runs(self, bench: Bench) -> None:
        request = replace(bench.request("vm"), vpc=Ref(""), subnet=Ref(""), security_groups=())
        vm: Vm = bench.create("vm", request)
        assert vm.status is VmStatus.RUNNING
        assert vm.private_ip or vm.public_ip, "the VM has no address"
        assert bench.get("vm", bench.ref("vm", vm)).iid == vm.iid

    def test_an_unknown_image_is_named(self, bench: Bench) -> None:
        request = replace(bench.request("vm"), image=Ref("spider-no-such-image", "spider-no-such-image"))
        assert bench.refused("vm", request, MissingReference, Invalid).field == "image"

    def test_an_unknown_spec_is_named(self, bench: Bench) -> None:
        request = replace(bench.request("vm"), spec="spider-no-such-spec")
        assert bench.refused("vm", request, MissingReference, Invalid).field == "spec"

    def test_a_subnet_that_is_gone_is_missing(self, bench: Bench) -> None:
        """Its VPC is gone too, unless the cloud has a single one."""
        other = bench.create("vpc")
        bench.delete("vpc", bench.ref("vpc", other))
        request = replace(bench.request("vm"), subnet=Ref("", other.subnets[0].iid.id), vpc=Ref("", other.iid.id))
        bench.refused("vm", replace(request, security_groups=()), MissingReference, Invalid)

    def test_statuses_are_those_of_the_list(self, bench: Bench) -> None:
        made = {bench.create("vm").iid.id for _ in range(2)}
        with acting(bench.cloud):
            statuses = {iid.id: status for iid, status in bench.read("vm").statuses()}
        assert statuses == {vm.iid.id: vm.status for vm in bench.list("vm")}
        assert statuses.keys() >= made

    def test_a_terminated_vm_has_no_status(self, bench: Bench) -> None:
        ref = bench.ref("vm", bench.create("vm"))
        bench.delete("vm", ref)
        with acting(bench.cloud), pytest.raises(NotFound):
            bench.read("vm").status(ref)
        with acting(bench.cloud):
            assert ref.id not in {iid.id for iid, _ in bench.read("vm").statuses()}

    def test_suspend_and_resume(self, bench: Bench) -> None:
        ref = _to_control(bench)
        assert _control(bench, "suspend", ref) in (VmStatus.SUSPENDING, VmStatus.SUSPENDED)
        _await(bench, ref, VmStatus.SUSPENDED)
        assert _control(bench, "resume", ref) in (VmStatus.RESUMING, VmStatus.RUNNING)
        _await(bench, ref, VmStatus.RUNNING)

    def test_reboot(self, bench: Bench) -> None:
        ref = _to_control(bench)
        status, calls = _changes(bench, "reboot", ref)
        assert status in (VmStatus.REBOOTING, VmStatus.RUNNING)
        assert calls, "nothing was sent"
        _await(bench, ref, VmStatus.RUNNING)

    def test_a_state_already_reached_is_success_without_a_call(self, bench: Bench) -> None:
        ref = _to_control(bench)
        assert _changes(bench, "resume", ref) == (VmStatus.RUNNING, [])
        _control(bench, "suspend", ref)
        _await(bench, ref, VmStatus.SUSPENDED)
        assert _changes(bench, "suspend", ref) == (VmStatus.SUSPENDED, [])

    def test_a_suspended_vm_is_not_rebooted(self, bench: Bench) -> None:
        ref = _to_control(bench)
        _control(bench, "suspend", ref)
        _await(bench, ref, VmStatus.SUSPENDED)
        with pytest.raises(WrongState):
            _control(bench, "reboot", ref)
        assert bench.get("vm", ref).status is VmStatus.SUSPENDED

    def test_a_suspended_vm_can_be_deleted(self, bench: Bench) -> None:
        ref = bench.ref("vm", bench.create("vm"))
        _control(bench, "suspend", ref)
        bench.delete("vm", ref)
        assert ref.id not in bench.ids("vm")

    def test_a_verb_on_a_vm_that_is_gone_is_not_found(self, bench: Bench) -> None:
        ref = bench.ref("vm", bench.create("vm"))
        bench.delete("vm", ref)
        for verb in ("suspend", "resume", "reboot"):
            with pytest.raises(NotFound):
                _control(bench, verb, ref)

    def test_suspend_and_resume_survive_a_death_at_any_step(self, bench: Bench) -> None:
        ref = _to_control(bench)
        for step in itertools.count(1):
            operations = bench.operation(once(step)), bench.operation(once(step))
            _control(bench, "suspend", ref, operations[0])
            _await(bench, ref, VmStatus.SUSPENDED)
            _control(bench, "resume", ref, operations[1])
            _await(bench, ref, VmStatus.RUNNING)
            if not any(operation.died for operation in operations):
                assert step > 1, "neither died: they noted no part and recorded no call"
                return


def _to_control(bench: Bench) -> Ref:
    """A VM that runs: what lasts, which runs again in the end, or the bench's own."""
    ref = bench.ref("vm", bench.shared("vm"))
    if bench.lasting("vm"):
        assert bench.get("vm", ref).status is VmStatus.RUNNING, "another case has left it like that"
        bench.in_the_end(lambda: _run(bench, ref))
    return ref


def _run(bench: Bench, ref: Ref) -> None:
    _control(bench, "resume", ref)
    _await(bench, ref, VmStatus.RUNNING)


def _control(bench: Bench, verb: str, ref: Ref, operation: Operation | None = None) -> VmStatus:
    def step(connection: Any, attempt: Any) -> Any:
        return getattr(connection.vm, verb)(ref, attempt)

    status = (operation or bench.operation()).run(step)
    assert isinstance(status, VmStatus), f"{verb} answered {status!r}"
    return status


def _changes(bench: Bench, verb: str, ref: Ref) -> tuple[VmStatus, list[str]]:
    """The verb's answer, and the calls other than reads that it cost."""
    seen = len(bench.cloud.records)
    status = _control(bench, verb, ref)
    return status, [record.api for record in bench.cloud.records[seen:] if not is_read(record.api)]


def _await(bench: Bench, ref: Ref, wanted: VmStatus) -> None:
    """Until the cloud shows that state; it may take time, and reads may lag."""
    for _ in range(_ROUNDS):
        status = bench.get("vm", ref).status
        if status is wanted:
            return
        bench.cloud.wait(1.0)
    raise AssertionError(f"the VM stays {status}, not {wanted}")
