"""Rules added to a security group or taken from it: a call for each."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from ..contract import (
    AlreadyExists,
    Attempt,
    MissingReference,
    NoAnswer,
    NotFound,
    Part,
    Refused,
    Rule,
    SecurityGroup,
    SpiderError,
    Throttled,
    Unavailable,
    Unreachable,
    Wait,
    converge,
    handling,
)
from . import capability, marks, rules
from .calls import Cloudit, Thing
from .errors import Asked, understood

CHECKED, REFUSED = "checked", "refused"
# After these the operation goes on, perhaps in another process, or nothing is known.
_PASSING = (NoAnswer, NotFound, Throttled, Unavailable, Unreachable)


class RuleChange:
    """`wanted`: as `rules.wanted` answers them.

    A part `checked` is noted before anything is changed, so that a try which died without it has changed nothing.
    """

    def __init__(self, cloudit: Cloudit, group: str, wanted: Sequence[Rule], attempt: Attempt, *, adding: bool) -> None:
        self._cloudit = cloudit
        self._group = group
        self._wanted = wanted
        self._attempt = attempt
        self._adding = adding

    def made(self, read: Callable[[], SecurityGroup]) -> SecurityGroup | Wait:
        """The group, once it shows the change. When Cloudit refuses a rule, those before it are taken back."""
        seen: list[SecurityGroup] = []

        def shown(_: str) -> bool:
            seen.append(read())
            present = {*self._wanted} & {*seen[-1].rules}
            return len(present) == (len(self._wanted) if self._adding else 0)

        parts = [Part(CHECKED, self._check, self._check), *self._calls()]
        parts.append(converge.visible(lambda: self._group, shown))
        if REFUSED in self._attempt.parts:
            self._take_back()
            raise Refused(self._attempt.parts[REFUSED])
        try:
            wait = converge.create(parts, self._attempt, lag_seconds=capability.LAG_SECONDS)
            return wait or seen[-1]
        except _PASSING:
            raise
        except SpiderError as refusal:
            if CHECKED in self._attempt.parts:
                # Noted first: a try that dies while it takes back is followed by one that takes back too.
                self._attempt.note(REFUSED, refusal.message)
                self._take_back()
            raise

    def _check(self, _: str = "") -> str:
        """Raises AlreadyExists, MissingReference; NotFound for the group."""
        present = rules.shown(self._shown())
        refused = [rule for rule in self._wanted if (rule in present) is self._adding]
        if refused and self._adding:
            raise AlreadyExists(f"the security group {self._group} already has {handling.named(refused)}")
        if refused:
            text = f"the security group {self._group} does not have {handling.named(refused)}"
            raise MissingReference(text, field="rules")
        return CHECKED

    def _calls(self) -> list[Part]:
        one = self._addition if self._adding else self._removal
        return [one(number, rule) for number, rule in enumerate(self._wanted)]

    def _addition(self, number: int, rule: Rule) -> Part:
        name = marks.rule_name(self._attempt.token, number)

        def make(_: str) -> str:
            self._add(number, rule)
            return name

        return Part(f"add {number}", make, lambda: name if any(one["name"] == name for one in self._shown()) else None)

    def _removal(self, number: int, rule: Rule) -> Part:
        def make(_: str) -> str:
            for one in self._shown():
                if rules.as_rule(one) == rule:
                    self._remove(one)
            return f"remove {number}"

        # Looking again does no harm, and what is gone stays gone: nothing need be waited for.
        return Part(f"remove {number}", make, lambda: make(""))

    def _take_back(self) -> None:
        if self._adding:
            for one in self._shown():
                if marks.is_rule_of(one, self._attempt.token):
                    self._remove(one)
            return
        present = rules.shown(self._shown())
        for number, rule in enumerate(self._wanted):
            if rule not in present:
                with contextlib.suppress(AlreadyExists):
                    self._add(number, rule)

    def _shown(self) -> list[Thing]:
        """Raises NotFound for the group."""
        found = self._cloudit.all("iam/securitygroups/{}", self._group)
        with understood():
            return [{**one, "name": str(one.get("name", ""))} for one in found]

    def _add(self, number: int, rule: Rule) -> None:
        body = rules.body(rule, self._attempt.token, number)
        asked = Asked(invalid="rules", conflict=AlreadyExists)
        self._cloudit.call("POST", f"iam/securitygroups/{{}}/{rule.direction}", self._group, body=body, asked=asked)

    def _remove(self, found: Thing) -> None:
        with contextlib.suppress(NotFound):
            self._cloudit.call("DELETE", "iam/securitygroups/{}/{}", self._group, str(found["id"]))
