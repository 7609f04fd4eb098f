"""The conformance suite on a cloud that has one VPC at most: a mock that keeps this rule passes, one that breaks it
fails."""

from __future__ import annotations

from dataclasses import replace

import pytest
from spider_drivers.conformance import Bench, Cloud, cases_for
from spider_drivers.contract import (
    AlreadyExists,
    Attempt,
    Capability,
    ConnectionInfo,
    Vpc,
    VpcRequest,
    Wait,
)
from spider_drivers.mock import MockDriver
from spider_drivers.mock.cloud import cloud as cloud_named
from spider_drivers.mock.cloud import fresh_name
from spider_drivers.mock.vpc import MockVpcs

from tests.drivers.broken_mocks import BrokenDriver


class OneVpc(MockVpcs):
    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        if not attempt.parts and any(vpc.iid.name != request.name for vpc in self.list()):
            raise AlreadyExists("there is a VPC already")
        return super().create(request, attempt)


class AdoptsTheFirst(MockVpcs):
    """Takes the VPC that is there for what it was to make."""

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        if not attempt.parts and (there := self.list()):
            return there[0]
        return super().create(request, attempt)


class SingleVpcDriver(BrokenDriver):
    def capability(self) -> Capability:
        return replace(super().capability(), single_vpc=True)


def _cloud(driver: MockDriver) -> Cloud:
    name = fresh_name()
    mock = cloud_named(name)
    found = Cloud(
        driver,
        ConnectionInfo("mock-connection", "MOCK", {"MockName": name}, {"Region": "default"}),
        image="mock-vmimage-01",
        spec="mock-vmspec-01",
        contents=lambda: set(mock.contents(found.clock.now())),
        network=lambda: "10.0.0.0/16",
        subnet_prefix=22,
    )
    return found


@pytest.fixture
def cloud() -> Cloud:
    return _cloud(SingleVpcDriver(vpc=OneVpc))


_CASES = cases_for(SingleVpcDriver(vpc=OneVpc).capability())
_OF_VPCS = ("TestSingleVpc", "TestSubnet", "TestVm", "TestVpc", "TestVpcRecovery")
globals().update({name: _CASES[name] for name in _OF_VPCS})


@pytest.mark.parametrize("vpc", [MockVpcs, AdoptsTheFirst])
def test_a_cloud_of_several_vpcs_fails(vpc: type[MockVpcs]) -> None:
    cases = _CASES["TestSingleVpc"]()
    with pytest.raises((AssertionError, pytest.fail.Exception)), Bench(_cloud(SingleVpcDriver(vpc=vpc))) as bench:
        cases.test_a_second_vpc_is_refused_and_the_first_stays(bench, [])


def test_lists_of_vpcs_are_not_made_long() -> None:
    assert "TestVpcPaging" not in _CASES
    assert vars(_CASES["TestVpc"])["test_deleting_one_leaves_the_other"] is None
