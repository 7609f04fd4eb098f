"""VPCs and subnets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ..contract import Capability, InUse, Invalid, SpiderError, SubnetRequest
from .bench import Bench
from .case import LifecycleCases, claimed_if, offers


def takes_cidrs(capability: Capability) -> bool:
    return capability.vpc_cidr


def several(capability: Capability) -> bool:
    return not capability.single_vpc


class VpcCases(LifecycleCases):
    kind = "vpc"

    @claimed_if(several)
    def test_deleting_one_leaves_the_other(self, bench: Bench) -> None:
        super().test_deleting_one_leaves_the_other(bench)

    def test_subnets_are_those_asked_for(self, bench: Bench) -> None:
        request = bench.request("vpc")
        made = bench.create("vpc", request)
        assert sorted(subnet.cidr for subnet in made.subnets) == sorted(subnet.cidr for subnet in request.subnets)
        named = {subnet.iid.name: subnet.cidr for subnet in made.subnets if subnet.iid.name}
        assert named.items() <= {subnet.name: subnet.cidr for subnet in request.subnets}.items()
        if made.cidr:
            assert made.cidr == request.cidr

    @claimed_if(takes_cidrs)
    def test_a_bad_cidr_is_invalid(self, bench: Bench) -> None:
        bench.refused("vpc", replace(bench.request("vpc"), cidr="10.300.0.0/16"), Invalid)

    @claimed_if(takes_cidrs)
    def test_a_subnet_outside_its_vpc_is_invalid(self, bench: Bench) -> None:
        outside = SubnetRequest(bench.name(), "192.168.77.0/24")
        request = bench.request("vpc")
        bench.refused("vpc", replace(request, subnets=(*request.subnets, outside)), Invalid)

    def test_overlapping_subnets_are_refused(self, bench: Bench) -> None:
        request = bench.request("vpc")
        twin = replace(request.subnets[0], name=bench.name())
        bench.refused("vpc", replace(request, subnets=(*request.subnets, twin)), SpiderError)

    @claimed_if(offers("vm"))
    def test_a_vpc_in_use_by_a_vm_is_not_deleted(self, bench: Bench) -> None:
        bench.shared("vm")
        ref = bench.ref("vpc", bench.shared("vpc"))
        before, contents = bench.get("vpc", ref), bench.contents()
        with pytest.raises(InUse):
            bench.operation().run(bench.deleting("vpc", ref))
        assert bench.get("vpc", ref) == before
        bench.assert_contents(contents, "after a delete was refused")
