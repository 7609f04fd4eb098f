"""Security groups."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ..contract import Direction, InUse, Protocol, Rule
from .bench import Bench
from .case import LifecycleCases, claimed_if, offers


class SecurityGroupCases(LifecycleCases):
    kind = "security_group"

    def test_rules_are_those_asked_for(self, bench: Bench) -> None:
        made = bench.create("security_group")
        assert set(made.rules) >= set(bench.rules)
        assert len(made.rules) == len(set(made.rules)), "a rule stands twice"

    def test_a_rule_for_every_port_is_granted(self, bench: Bench) -> None:
        """However the cloud spells it."""
        every = Rule(Direction.INBOUND, Protocol.TCP, 1, 65535)
        made = bench.create("security_group", replace(bench.request("security_group"), rules=(every,)))
        (shown,) = [rule for rule in made.rules if rule.direction is Direction.INBOUND]
        assert shown.protocol is Protocol.TCP
        assert (shown.from_port <= 1, shown.to_port) == (True, 65535)

    def test_it_is_in_its_vpc(self, bench: Bench) -> None:
        made = bench.create("security_group")
        assert made.vpc.id in (bench.shared("vpc").iid.id, "")

    @claimed_if(offers("vm"))
    def test_a_group_in_use_by_a_vm_is_not_deleted(self, bench: Bench) -> None:
        bench.shared("vm")
        ref = bench.ref("security_group", bench.shared("security_group"))
        before, contents = bench.get("security_group", ref), bench.contents()
        with pytest.raises(InUse):
            bench.operation().run(bench.deleting("security_group", ref))
        assert bench.get("security_group", ref) == before
        bench.assert_contents(contents, "after a delete was refused")
