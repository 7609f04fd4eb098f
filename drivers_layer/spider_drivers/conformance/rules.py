"""Rules that are added to a security group and removed from it."""

from __future__ import annotations

import pytest

from ..contract import AlreadyExists, Direction, MissingReference, NotFound, Protocol, Rule, RulesRequest, SecurityGroup
from .bench import RULES, Bench
from .case import Cases
from .runner import Operation, many
from .well_formed import assert_well_formed

# One of each direction, for clouds that take a direction at a time.
MORE = (
    Rule(Direction.INBOUND, Protocol.TCP, 8000, 8010, "10.1.0.0/16"),
    Rule(Direction.OUTBOUND, Protocol.UDP, 53, 53, "10.2.0.0/16"),
)
SOME = (RULES[0], RULES[-1])


class RulesCases(Cases):
    def test_added_rules_are_shown_with_the_others(self, bench: Bench) -> None:
        group = _Group(bench)
        before = group.rules()
        assert group.add(MORE) == group.rules() == before | set(MORE)

    def test_adding_a_rule_that_is_there_changes_nothing(self, bench: Bench) -> None:
        group = _Group(bench)
        before = group.rules()
        for there in SOME:
            with pytest.raises(AlreadyExists):
                group.add((*MORE, there))
            assert group.rules() == before

    def test_removed_rules_are_absent_and_the_others_stay(self, bench: Bench) -> None:
        group = _Group(bench)
        before = group.rules()
        group.remove(SOME)
        assert group.rules() == before - set(SOME)

    def test_removing_a_rule_that_is_not_there_changes_nothing(self, bench: Bench) -> None:
        group = _Group(bench)
        before = group.rules()
        for absent in MORE:
            with pytest.raises(MissingReference) as refused:
                group.remove((*SOME, absent))
            assert refused.value.field == "rules"
            assert group.rules() == before

    def test_the_same_change_of_rules_again_answers_the_same(self, bench: Bench) -> None:
        group, adding, removing = _Group(bench), bench.operation(), bench.operation()
        assert group.add(MORE, adding) == group.add(MORE, adding)
        before = group.rules()
        group.remove(MORE, removing)
        group.remove(MORE, removing)
        assert group.rules() == before - set(MORE)

    def test_rules_of_a_group_that_is_gone_are_not_found(self, bench: Bench) -> None:
        group = _Group(bench)
        bench.delete("security_group", group.ref)
        with pytest.raises(NotFound):
            group.add(MORE)
        with pytest.raises(NotFound):
            group.remove(SOME)

    def test_adding_rules_survives_a_death_at_any_step(self, bench: Bench) -> None:
        group = _Group(bench)
        for when, operation in bench.dying():
            group.assert_added(operation, when)

    def test_adding_rules_survives_many_deaths(self, bench: Bench) -> None:
        operation = bench.operation(many())
        _Group(bench).assert_added(operation, "after many deaths")
        assert operation.died > 1, "it did not die: it noted no part and recorded no call"

    def test_removing_rules_survives_a_death_at_any_step(self, bench: Bench) -> None:
        group = _Group(bench)
        for when, operation in bench.dying():
            group.assert_removed(operation, when)

    def test_removing_rules_survives_many_deaths(self, bench: Bench) -> None:
        operation = bench.operation(many())
        _Group(bench).assert_removed(operation, "after many deaths")
        assert operation.died, "it did not die: it noted no part and recorded no call"


class _Group:
    """A security group of the bench's, to be changed."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.ref = bench.ref("security_group", bench.create("security_group"))

    def rules(self) -> set[Rule]:
        """As get and list show them."""
        got: SecurityGroup = self._bench.get("security_group", self.ref)
        listed = [group for group in self._bench.list("security_group") if group.iid.id == self.ref.id]
        assert [set(got.rules)] == [set(group.rules) for group in listed], "get and list disagree"
        return set(got.rules)

    def add(self, rules: tuple[Rule, ...], operation: Operation | None = None) -> set[Rule]:
        made = (operation or self._bench.operation()).run(
            lambda connection, attempt: connection.handler("security_group").add_rules(
                self.ref, RulesRequest(rules), attempt
            )
        )
        assert isinstance(made, SecurityGroup), f"the add answered {made!r}"
        assert_well_formed(made)
        assert len(made.rules) == len(set(made.rules)), "a rule stands twice"
        return set(made.rules)

    def remove(self, rules: tuple[Rule, ...], operation: Operation | None = None) -> None:
        (operation or self._bench.operation()).run(
            lambda connection, attempt: connection.handler("security_group").remove_rules(
                self.ref, RulesRequest(rules), attempt
            )
        )

    def assert_added(self, operation: Operation, when: str) -> None:
        before = self.rules()
        self.add(MORE, operation)
        assert self.rules() == before | set(MORE), f"{when} of an add the rules are others"
        self.remove(MORE)

    def assert_removed(self, operation: Operation, when: str) -> None:
        before = self.rules()
        self.remove(SOME, operation)
        assert self.rules() == before - set(SOME), f"{when} of a removal the rules are others"
        self.add(SOME)
