"""Rules added to a security group or taken from it: one PUT of the group, then one of each VM's own group that is made
of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from ..contract import AlreadyExists, Attempt, MissingReference, NotFound, Part, Rule, Wait, handling
from . import building, rules, vm_group
from .calls import Arm, Thing
from .resources import Resources

CHECKED = "checked"
_NONE = "none"


class RuleChange:
    """Parts: checked, rules, vms.

    `checked` is noted before anything is changed, so that a try which died without it has changed nothing.
    """

    def __init__(
        self, groups: Resources, group: Thing, wanted: Iterable[Rule], attempt: Attempt, *, adding: bool
    ) -> None:
        self._groups = groups
        self._group = group
        self._wanted = list(dict.fromkeys(rule.normal() for rule in wanted))
        self._attempt = attempt
        self._adding = adding

    def parts(self) -> list[Part]:
        return [
            Part(CHECKED, self._check),
            Part("rules", self._make, lambda: None if self._left(self._group) else self._name()),
            Part("vms", self._refresh, ready=self._refreshed),
        ]

    def complete(self, group: Thing) -> Wait | None:
        if wait := building.provisioned(group, "the security group"):
            return wait
        return Wait(1.0, "the cloud does not show the change of rules yet") if self._left(group) else None

    @property
    def _arm(self) -> Arm:
        return self._groups.arm

    def _name(self) -> str:
        return self._arm.place.short(self._group["id"])

    def _check(self, _: str) -> str:
        """Raises AlreadyExists or MissingReference."""
        present = {*rules.shown(self._group)}
        refused = [rule for rule in self._wanted if (rule in present) is self._adding]
        named = handling.named(refused)
        if refused and self._adding:
            raise AlreadyExists(f"the security group {self._name()} already has {named}")
        if refused:
            raise MissingReference(f"the security group {self._name()} does not have {named}", field="rules")
        return self._name()

    def _left(self, group: Thing) -> list[Rule]:
        present = {*rules.shown(group)}
        return [rule for rule in self._wanted if (rule in present) is not self._adding]

    def _make(self, _: str) -> str:
        left = self._left(self._group)
        change = {"add": left} if self._adding else {"remove": left}
        if left:
            vm_group.put(self._arm, self._group, rules.changed(self._group, **change))
        return self._name()

    def _refresh(self, _: str) -> str:
        """The names of the VMs' own groups, with a comma between them."""
        own = vm_group.users(self._groups.listed(), self._name())
        if not own:
            return _NONE
        # Read again: a change is told by what stands there now.
        known = {self._name().casefold(): self._groups.named(self._name())}
        if self._left(known[self._name().casefold()]):
            raise NotFound("the cloud does not show the change of rules yet")
        for one in own:
            vm_group.refresh(self._arm, one, known)
        return ",".join(one["name"] for one in own)

    def _refreshed(self, made: str) -> Wait | None:
        for name in () if made == _NONE else made.split(","):
            there = building.found(partial(self._groups.named, name))
            if there and (wait := building.provisioned(there, f"the security group {name}")):
                return wait
        return None
