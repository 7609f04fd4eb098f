"""Rules added to a security group or taken from it: all of them or none."""

from __future__ import annotations

from collections.abc import Iterable

from ..contract import (
    AlreadyExists,
    Attempt,
    MissingReference,
    NoAnswer,
    Part,
    Rule,
    SecurityGroup,
    SpiderError,
    Throttled,
    Unavailable,
    Unreachable,
    handling,
)
from . import rules
from .calls import Thing
from .groups import Groups

CHECKED, CHANGED = "checked", "changed"
# After these the operation goes on, perhaps in another process.
_PASSING = (NoAnswer, Throttled, Unavailable, Unreachable)


class RuleChange:
    """`group`: as it is now. The part `checked` is noted before anything is changed, so that a try which died without
    it has changed nothing."""

    def __init__(self, groups: Groups, group: Thing, wanted: Iterable[Rule], attempt: Attempt, *, adding: bool) -> None:
        self._groups = groups
        self._id = str(group["id"])
        self._present = rules.shown(group)
        self._wanted = list(dict.fromkeys(map(rules.normal, wanted)))
        self._attempt = attempt
        self._adding = adding

    def parts(self) -> list[Part]:
        return [Part(CHECKED, self._check), Part(CHANGED, self._change, lambda: None if self._left() else self._id)]

    def complete(self, group: SecurityGroup) -> bool:
        if self._adding:
            return {*self._wanted} <= {*group.rules}
        return not {*self._wanted} & {*group.rules}

    def _left(self) -> list[Rule]:
        return [rule for rule in self._wanted if (rule in self._present) is not self._adding]

    def _check(self, _: str) -> str:
        """Raises AlreadyExists or MissingReference."""
        refused = [rule for rule in self._wanted if (rule in self._present) is self._adding]
        if refused and self._adding:
            raise AlreadyExists(f"the security group {self._id} already has {handling.named(refused)}")
        if refused:
            raise MissingReference(
                f"the security group {self._id} does not have {handling.named(refused)}", field="rules"
            )
        return self._id

    def _change(self, _: str) -> str:
        if self._adding:
            self._groups.add(self._id, self._left())
        else:
            self._remove()
        return self._id

    def _remove(self) -> None:
        """One call per rule: what was removed before one is refused is added again."""
        gone: list[Rule] = []
        try:
            for rule in self._left():
                for cloud_id in self._present[rule]:
                    self._groups.remove_rule(cloud_id)
                gone.append(rule)
        except _PASSING:
            raise
        except SpiderError:
            self._groups.add(self._id, gone)
            raise
