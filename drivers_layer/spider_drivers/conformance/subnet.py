"""Subnets that are added to a VPC and removed from it."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable
from dataclasses import replace

import pytest

from ..contract import AlreadyExists, InUse, Invalid, NotFound, Ref, SpiderError, Subnet, SubnetRequest, VmStatus, Vpc
from .bench import Bench
from .case import Cases, claimed_if, offers
from .runner import Died, Operation, Step, many, once
from .vpc import several, takes_cidrs
from .well_formed import assert_well_formed


class SubnetCases(Cases):
    def test_an_added_subnet_is_shown_with_the_others(self, bench: Bench) -> None:
        vpc = _Vpc(bench)
        before, request = vpc.shown(), vpc.free()
        assert vpc.add(request) == vpc.shown()
        new = vpc.new(before)
        assert new.cidr == request.cidr
        assert new.iid.name in (request.name, "")

    def test_an_added_subnet_of_a_taken_range_changes_nothing(self, bench: Bench) -> None:
        vpc = _Vpc(bench)
        taken = vpc.shown().subnets[0].cidr
        vpc.refused(replace(vpc.free(), cidr=taken), SpiderError)

    @pytest.mark.parametrize("deaths", [(), once(1)], ids=["at_once", "after_a_death"])
    def test_an_added_subnet_of_a_taken_name_loses_nothing(self, bench: Bench, deaths: list[int]) -> None:
        """Either the VPC has both, or AlreadyExists is raised, and undoing the second leaves the first alone."""
        vpc = _Vpc(bench)
        first = vpc.free()
        vpc.add(first)
        before, second, operation = vpc.shown(), vpc.free(first.name), bench.operation(deaths)
        try:
            vpc.add(second, operation)
        except AlreadyExists:
            vpc.undo(second, operation)
            assert vpc.shown() == before
        else:
            assert vpc.new(before).cidr == second.cidr

    @claimed_if(takes_cidrs)
    def test_an_added_subnet_outside_its_vpc_is_invalid(self, bench: Bench) -> None:
        _Vpc(bench).refused(SubnetRequest(bench.name(), "192.168.77.0/24"), Invalid)

    def test_nothing_is_added_to_a_vpc_that_is_gone(self, bench: Bench) -> None:
        vpc = _Vpc(bench, bench.create("vpc"))
        request = vpc.free()
        bench.delete("vpc", vpc.ref)
        with pytest.raises(NotFound):
            vpc.add(request)

    def test_the_same_add_of_a_subnet_again_answers_the_same(self, bench: Bench) -> None:
        vpc, operation = _Vpc(bench), bench.operation()
        request = vpc.free()
        first, before = vpc.add(request, operation), bench.contents()
        assert vpc.add(request, operation) == first
        bench.assert_contents(before, "after the same add again")

    @claimed_if(offers("vm"))
    def test_a_vm_runs_in_an_added_subnet(self, bench: Bench) -> None:
        vpc = _Vpc(bench, bench.shared("vpc"))
        added = vpc.add_one()
        vm = bench.create("vm", replace(bench.request("vm"), subnet=added))
        assert vm.status is VmStatus.RUNNING
        assert vm.subnet.id == added.id

    def test_a_removed_subnet_is_absent_and_the_others_stay(self, bench: Bench) -> None:
        vpc = _Vpc(bench, bench.create("vpc"))
        before = vpc.shown()
        added = vpc.add_one()
        for gone in (Ref(before.subnets[0].iid.name, before.subnets[0].iid.id), added):
            vpc.remove(gone)
        assert vpc.shown() == replace(before, subnets=before.subnets[1:])

    def test_removing_a_subnet_that_is_gone_is_success(self, bench: Bench) -> None:
        vpc = _Vpc(bench)
        added = vpc.add_one()
        vpc.remove(added)
        before = bench.contents()
        vpc.remove(added)
        vpc.remove(Ref(bench.name(), None, "an-operation-that-made-nothing"))
        bench.assert_contents(before, "after what is gone was removed")

    @claimed_if(several)
    def test_a_subnet_of_another_vpc_is_not_removed(self, bench: Bench) -> None:
        vpc, other = _Vpc(bench), _Vpc(bench, bench.create("vpc"))
        before, foreign = bench.contents(), other.shown().subnets[0].iid
        with contextlib.suppress(SpiderError):
            vpc.remove(Ref(foreign.name, foreign.id))
        bench.assert_contents(before, "after a subnet of another VPC was to be removed")

    @claimed_if(offers("vm"))
    def test_a_subnet_in_use_by_a_vm_is_not_removed(self, bench: Bench) -> None:
        vpc = _Vpc(bench, bench.shared("vpc"))
        added = vpc.add_one()
        bench.create("vm", replace(bench.request("vm"), subnet=added))
        before, contents = vpc.shown(), bench.contents()
        with pytest.raises(InUse):
            vpc.remove(added)
        assert vpc.shown() == before
        bench.assert_contents(contents, "after a removal was refused")


class SubnetRecoveryCases(Cases):
    def test_adding_and_removing_a_subnet_survive_a_death_at_any_step(self, bench: Bench) -> None:
        vpc = _Vpc(bench)
        before = vpc.shown()
        for when, adding, removing in bench.dying_in_both():
            vpc.assert_added_once(adding, when, removing)
            assert vpc.shown() == before

    def test_adding_a_subnet_survives_many_deaths(self, bench: Bench) -> None:
        vpc, operation = _Vpc(bench), bench.operation(many())
        vpc.assert_added_once(operation, "after many deaths")
        assert operation.died > 1, "it did not die: it noted no part and recorded no call"

    def test_removing_a_subnet_survives_many_deaths(self, bench: Bench) -> None:
        vpc, operation = _Vpc(bench), bench.operation(many())
        vpc.assert_removed(operation, "after many deaths")
        assert operation.died, "it did not die: it noted no part and recorded no call"

    def test_a_dead_add_of_a_subnet_is_undone(self, bench: Bench) -> None:
        self._undo_at_any_step(bench, dying_too=False)

    def test_a_dead_add_of_a_subnet_is_undone_though_undoing_dies_too(self, bench: Bench) -> None:
        self._undo_at_any_step(bench, dying_too=True)

    def _undo_at_any_step(self, bench: Bench, *, dying_too: bool) -> None:
        vpc = _Vpc(bench)
        before, contents = vpc.shown(), bench.contents()
        for when, operation in bench.dying():
            request = vpc.free()
            with contextlib.suppress(Died):
                operation.run_until_death(vpc.adding(request))
            vpc.undo(request, operation, many() if dying_too else ())
            bench.assert_contents(contents, f"{when} of an add, then undone")
            assert vpc.shown() == before


class SingleVpcCases(Cases):
    """Of a cloud that has one VPC at most."""

    @pytest.mark.parametrize("deaths", [(), once(1)], ids=["at_once", "after_a_death"])
    def test_a_second_vpc_is_refused_and_the_first_stays(self, bench: Bench, deaths: list[int]) -> None:
        first = _Vpc(bench)
        before, contents, operation = first.shown(), bench.contents(), bench.operation(deaths)
        request = replace(bench.request("vpc"), subnets=(first.free(),))
        with pytest.raises(AlreadyExists):
            bench.create("vpc", request, operation)
        bench.undo("vpc", request.name, operation)
        assert first.shown() == before
        bench.assert_contents(contents, "after a second VPC was refused")

    def test_a_vpc_can_be_made_again(self, bench: Bench) -> None:
        for _ in range(2):
            bench.delete("vpc", bench.ref("vpc", bench.create("vpc")))


class _Vpc:
    """A VPC to be changed: what lasts, which is restored in the end, or the bench's own."""

    def __init__(self, bench: Bench, made: Vpc | None = None) -> None:
        self._bench = bench
        lasting = bench.lasting("vpc")
        made = made or lasting or bench.create("vpc")
        self.ref = bench.ref("vpc", made)
        self._size = 0
        if made is lasting:
            bench.in_the_end(lambda: self._remove_all_but(made.subnets))

    def shown(self) -> Vpc:
        """As get and list show it."""
        got, listed = self._bench.get("vpc", self.ref), self._bench.list("vpc")
        assert _plain(got) in [_plain(vpc) for vpc in listed], "get and list disagree"
        return _plain(got)

    def new(self, before: Vpc) -> Subnet:
        """The one subnet that it has beside those that it had before, which are as they were."""
        now = {subnet.iid.id: subnet for subnet in self.shown().subnets}
        for old in before.subnets:
            assert now.pop(old.iid.id, None) == old, f"the subnet {old} is not what it was"
        assert len(now) == 1, f"{len(now)} subnets are new, not one"
        return now.popitem()[1]

    def free(self, name: str = "") -> SubnetRequest:
        """A subnet that it must be given: a free range of the /16 that the bench's subnets lie in."""
        taken = [ipaddress.ip_network(subnet.cidr) for subnet in self.shown().subnets]
        whole = taken[0].supernet(new_prefix=16)
        parts = whole.subnets(new_prefix=self._bench.cloud.subnet_prefix)
        free = next(each for each in parts if not any(each.overlaps(one) for one in taken))
        return SubnetRequest(name or self._bench.name(), str(free))

    def adding(self, request: SubnetRequest) -> Step[Vpc]:
        return lambda connection, attempt: connection.handler("vpc").add_subnet(self.ref, request, attempt)

    def add(self, request: SubnetRequest, operation: Operation | None = None) -> Vpc:
        made = (operation or self._bench.operation()).run(self.adding(request))
        assert isinstance(made, Vpc), f"the add answered {made!r}"
        assert_well_formed(made)
        return _plain(made)

    def add_one(self) -> Ref:
        before, request, operation = self.shown(), self.free(), self._bench.operation()
        self.add(request, operation)
        return Ref(request.name, self.new(before).iid.id, operation.token)

    def remove(self, subnet: Ref, operation: Operation | None = None) -> None:
        (operation or self._bench.operation()).run(
            lambda connection, attempt: connection.handler("vpc").remove_subnet(self.ref, subnet, attempt)
        )

    def _remove_all_but(self, kept: Iterable[Subnet]) -> None:
        ids = {subnet.iid.id for subnet in kept}
        for subnet in self.shown().subnets:
            if subnet.iid.id not in ids:
                self.remove(Ref(subnet.iid.name, subnet.iid.id))

    def undo(self, request: SubnetRequest, operation: Operation, deaths: Iterable[int] = ()) -> None:
        """Compensates an add that has failed or died."""
        self.remove(Ref(request.name, None, operation.token), operation.undoing(deaths))

    def refused(self, request: SubnetRequest, *expected: type[SpiderError]) -> None:
        """An add that the cloud must refuse. When it has been undone, nothing is changed."""
        before, contents, operation = self.shown(), self._bench.contents(), self._bench.operation()
        with pytest.raises(expected):
            self.add(request, operation)
        self.undo(request, operation)
        assert self.shown() == before
        self._bench.assert_contents(contents, "after an add was refused")

    def assert_added_once(self, operation: Operation, when: str, removing: Operation | None = None) -> None:
        """Adds one and removes it again; what an add makes at the cloud is learnt from one that does not die."""
        if not self._size:
            self._size = self._added(self._bench.operation())
        size = self._added(operation, removing)
        assert size == self._size, f"{when} of an add the cloud holds {size} things more, not {self._size}"

    def _added(self, operation: Operation, removing: Operation | None = None) -> int:
        before, contents, request = self.shown(), self._bench.contents(), self.free()
        self.add(request, operation)
        size = len(self._bench.contents() - contents)
        self.remove(Ref(request.name, self.new(before).iid.id, operation.token), removing)
        self._bench.assert_contents(contents, "after an add and its removal")
        return size

    def assert_removed(self, operation: Operation, when: str) -> None:
        """Adds one, which `operation` removes."""
        before, contents = self.shown(), self._bench.contents()
        self.remove(self.add_one(), operation)
        self._bench.assert_contents(contents, f"{when} of a removal")
        assert self.shown() == before


def _plain(vpc: Vpc) -> Vpc:
    """Without details, which the cloud may change, and in an order of our own."""
    plain = [replace(subnet, details={}) for subnet in vpc.subnets]
    by_range = sorted(plain, key=lambda subnet: (subnet.cidr, subnet.iid.id))
    return replace(vpc, subnets=tuple(by_range), details={})
