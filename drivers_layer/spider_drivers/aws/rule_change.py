"""Rules added to a security group or taken from it: one call per direction, which does all that it names or nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable

from ..contract import (
    AlreadyExists,
    Attempt,
    Direction,
    MissingReference,
    NoAnswer,
    NotFound,
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
from .calls import Ec2

CHECKED = "checked"

_FIELDS = {"InvalidGroup": None, "Invalid": "rules"}
_SIDES = {Direction.INBOUND: "ingress", Direction.OUTBOUND: "egress"}
# InvalidPermission.Duplicate, InvalidPermission.NotFound: for one rule that is there already, or gone already, EC2
# refuses all of the call.
_PARTLY = (AlreadyExists, MissingReference)
# After these the operation goes on, perhaps in another process.
_PASSING = (NoAnswer, NotFound, Throttled, Unavailable, Unreachable)


class RuleChange:
    """`group`: its id, asked for when a call is made.

    A part `checked` is noted before anything is changed, so that a try which died without it has changed nothing.
    A new group needs none: it takes the parts that `calls` answers.
    """

    def __init__(
        self,
        ec2: Ec2,
        group: Callable[[], str],
        wanted: Iterable[Rule],
        attempt: Attempt,
        *,
        adding: bool = True,
    ) -> None:
        self._ec2 = ec2
        self._group = group
        self._wanted = list(dict.fromkeys(rule.normal() for rule in wanted))
        self._attempt = attempt
        self._adding = adding

    def parts(self) -> list[Part]:
        return [Part(CHECKED, self._check), *self.calls()]

    def calls(self) -> list[Part]:
        return [self._part(direction) for direction in Direction if self._of(direction)]

    def complete(self, group: SecurityGroup) -> bool:
        if self._adding:
            return {*self._wanted} <= {*group.rules}
        return not {*self._wanted} & {*group.rules}

    def _check(self, _: str) -> str:
        """Raises AlreadyExists or MissingReference."""
        present = self._shown()
        refused = [rule for rule in self._wanted if (rule in present) is self._adding]
        if refused and self._adding:
            raise AlreadyExists(f"the security group {self._group()} already has {handling.named(refused)}")
        if refused:
            raise MissingReference(
                f"the security group {self._group()} does not have {handling.named(refused)}", field="rules"
            )
        return self._group()

    def _of(self, direction: Direction) -> list[Rule]:
        return [rule for rule in self._wanted if rule.direction is direction]

    def _part(self, direction: Direction) -> Part:
        def make(_: str) -> str:
            try:
                self._change(direction)
            except _PASSING:
                raise
            except SpiderError:
                self._undo(direction)
                raise
            return self._group()

        return Part(direction.value, make, lambda: None if self._left(direction) else self._group())

    def _change(self, direction: Direction) -> None:
        try:
            self._send(direction, self._of(direction), authorize=self._adding)
        except _PARTLY:
            if not self._begun():
                raise
            self._change_the_rest(direction)

    def _change_the_rest(self, direction: Direction) -> None:
        """Raises NotFound where EC2 does not show yet what it refuses."""
        try:
            if left := self._left(direction):
                self._send(direction, left, authorize=self._adding)
        except _PARTLY as late:
            raise NotFound(late.message, code=late.code, text=late.text) from None

    def _begun(self) -> bool:
        """Whether a try may have changed something already, so that a rule which is there or gone may be its work."""
        changed = any(direction.value in self._attempt.parts for direction in Direction)
        return changed or self._attempt.unclean_since is not None

    def _shown(self) -> set[Rule]:
        found = self._ec2.call("describe_security_groups", GroupIds=[self._group()])["SecurityGroups"]
        return {rule for one in found for rule in rules.shown(one)}

    def _left(self, direction: Direction) -> list[Rule]:
        present = self._shown()
        return [rule for rule in self._of(direction) if (rule in present) is not self._adding]

    def _undo(self, refused: Direction) -> None:
        """What was refused leaves the group as it was: the other direction, done before, is taken back."""
        if CHECKED not in self._attempt.parts:
            return  # of a new group, which is deleted
        for direction in Direction:
            if direction is not refused and direction.value in self._attempt.parts:
                with contextlib.suppress(*_PARTLY):
                    self._send(direction, self._of(direction), authorize=not self._adding)

    def _send(self, direction: Direction, wanted: list[Rule], *, authorize: bool) -> None:
        operation = f"{'authorize' if authorize else 'revoke'}_security_group_{_SIDES[direction]}"
        self._ec2.call(operation, _FIELDS, GroupId=self._group(), IpPermissions=rules.permissions(wanted))
