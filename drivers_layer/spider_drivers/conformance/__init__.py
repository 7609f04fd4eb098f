"""The suite that any driver must pass. A driver's tests supply one fixture and name its capability:

@pytest.fixture
def cloud() -> Cloud:
    return Cloud(HelloDriver(), ConnectionInfo(...), image="...", spec="...")

globals().update(cases_for(HelloDriver().capability()))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

_SUITE = (
    "bench", "case", "connection", "image", "key_pair", "paging", "recovery", "region_zone", "rules", "runner",
    "security_group", "spec", "subnet", "tag", "vm", "vpc", "well_formed",
)  # fmt: skip
pytest.register_assert_rewrite(*(f"{__name__}.{name}" for name in _SUITE))

# Imported only now: pytest explains the assertions of no module that was loaded before it was told.
from ..contract import Capability  # noqa: E402
from .bench import CREATED, RULES, Bench, public_key  # noqa: E402
from .case import Cases, LifecycleCases, declares  # noqa: E402
from .cloud import Cloud  # noqa: E402
from .connection import ConnectionCases  # noqa: E402
from .image import ImageCases  # noqa: E402
from .key_pair import KeyPairCases  # noqa: E402
from .paging import PagingCases  # noqa: E402
from .recovery import RecoveryCases  # noqa: E402
from .region_zone import RegionZoneCases  # noqa: E402
from .rules import RulesCases  # noqa: E402
from .runner import Died, Operation, many, once  # noqa: E402
from .security_group import SecurityGroupCases  # noqa: E402
from .spec import SpecCases  # noqa: E402
from .subnet import SingleVpcCases, SubnetCases, SubnetRecoveryCases  # noqa: E402
from .tag import TagCases  # noqa: E402
from .vm import VmCases  # noqa: E402
from .vpc import VpcCases  # noqa: E402

__all__ = [
    "CREATED",
    "RULES",
    "Bench",
    "Cases",
    "Cloud",
    "ConnectionCases",
    "Died",
    "ImageCases",
    "KeyPairCases",
    "LifecycleCases",
    "Operation",
    "PagingCases",
    "RecoveryCases",
    "RegionZoneCases",
    "RulesCases",
    "SecurityGroupCases",
    "SingleVpcCases",
    "SpecCases",
    "SubnetCases",
    "SubnetRecoveryCases",
    "TagCases",
    "VmCases",
    "VpcCases",
    "cases_for",
    "many",
    "once",
    "public_key",
]

_BY_KIND: dict[str, type[Cases]] = {
    "image": ImageCases,
    "spec": SpecCases,
    "vpc": VpcCases,
    "security_group": SecurityGroupCases,
    "key_pair": KeyPairCases,
    "vm": VmCases,
    "region_zone": RegionZoneCases,
}
_SUBNETS, _RULES = declares("vpc", "add_subnet"), declares("security_group", "add_rules")


def cases_for(capability: Capability) -> dict[str, type]:
    """Test classes by name: every case that a driver with this capability claims to pass, and no other."""
    found = {"TestConnection": _claimed(ConnectionCases, capability)}
    for kind, cases in _BY_KIND.items():
        if kind in capability.kinds and kind not in capability.kept:
            name = _class_name(kind)
            found[name] = _claimed(cases, capability, kind=kind)
            if kind in CREATED:
                found[f"{name}Recovery"] = _claimed(RecoveryCases, capability, kind=kind)
            if kind in CREATED and capability.paged and not (kind == "vpc" and capability.single_vpc):
                found[f"{name}Paging"] = _claimed(PagingCases, capability, kind=kind)
    if _SUBNETS(capability):
        found["TestSubnet"] = _claimed(SubnetCases, capability)
        found["TestSubnetRecovery"] = _claimed(SubnetRecoveryCases, capability)
    if capability.single_vpc:
        found["TestSingleVpc"] = _claimed(SingleVpcCases, capability)
    if _RULES(capability):
        found["TestRules"] = _claimed(RulesCases, capability)
    for kind in sorted(capability.tagged):
        found[f"{_class_name(kind)}Tags"] = _claimed(TagCases, capability, kind=kind)
    return found


def _class_name(kind: str) -> str:
    return "Test" + kind.title().replace("_", "")


def _claimed(cases: type[Cases], capability: Capability, **members: Any) -> type:
    for name in dir(cases):
        condition: Callable[[Capability], bool] | None = getattr(getattr(cases, name), "claimed_if", None)
        if condition and not condition(capability):
            members[name] = None  # pytest does not collect it
    return type(cases.__name__, (cases,), {**members, "__doc__": cases.__doc__, "__module__": cases.__module__})
