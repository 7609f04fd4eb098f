"""Rules added to a security group or taken from it: one call per direction.

ECS grants the addition of a rule that is there already without doing anything, so that call may be sent again. Of the
removal of one that is not there its reference says both, that it is granted and that it is refused
(InvalidSecurityGroupRule.RuleNotExist): only rules that are shown are removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..contract import (
    EVERYTHING_OUT,
    AlreadyExists,
    Attempt,
    Conflict,
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
from .calls import Acs, Thing
from .errors import Fields

CHECKED = "checked"

_FIELDS: Fields = {"invalidsecuritygroup": None, "invalid": "rules", "authorization": "rules"}
_CALLS = {Direction.INBOUND: "SecurityGroup", Direction.OUTBOUND: "SecurityGroupEgress"}
# Permissions of one call. ECS takes 100, but the SDK writes them into the URL, of which servers take 8 KiB for sure.
_MOST = 25
# After these the operation goes on, perhaps in another process.
_PASSING = (Conflict, NoAnswer, NotFound, Throttled, Unavailable, Unreachable)


class RuleChange:
    """`shown`: the group as it is now.

    A part `checked` is noted before anything is changed, so that a try which died without it has changed nothing.
    """

    def __init__(
        self, acs: Acs, shown: SecurityGroup, wanted: Iterable[Rule], attempt: Attempt, *, adding: bool
    ) -> None:
        self._acs = acs
        self._shown = shown
        self._wanted = list(dict.fromkeys(map(rules.normal, wanted)))
        self._attempt = attempt
        self._adding = adding

    def parts(self) -> list[Part]:
        of_all = {direction: [one for one in self._wanted if one.direction is direction] for direction in Direction}
        calls = [self._part(direction, wanted) for direction, wanted in of_all.items() if wanted]
        return [Part(CHECKED, self._check), *calls]

    def complete(self, group: SecurityGroup) -> bool:
        if self._adding:
            return {*self._wanted} <= {*group.rules}
        return not {*self._wanted} & {*group.rules}

    def _group(self) -> str:
        return self._shown.iid.id

    def _check(self, _: str) -> str:
        """Raises AlreadyExists or MissingReference."""
        refused = [rule for rule in self._wanted if (rule in self._shown.rules) is self._adding]
        named = handling.named(refused)
        if refused and self._adding:
            raise AlreadyExists(f"the security group {self._group()} already has {named}")
        if refused:
            raise MissingReference(f"the security group {self._group()} does not have {named}", field="rules")
        return self._group()

    def _part(self, direction: Direction, wanted: Sequence[Rule]) -> Part:
        def make(_: str) -> str:
            try:
                self._send(direction, wanted, adding=self._adding)
            except _PASSING:
                raise
            except SpiderError:
                self._undo(direction)
                raise
            return self._group()

        return Part(direction.value, make)

    def _undo(self, refused: Direction) -> None:
        """What was refused leaves the group as it was: what was done before, by this call's forerunners or for the
        other direction, is taken back."""
        for direction in Direction:
            wanted = [rule for rule in self._wanted if rule.direction is direction]
            forerunners = direction is refused and len(wanted) > _MOST
            if forerunners or (direction is not refused and direction.value in self._attempt.parts):
                self._send(direction, wanted, adding=not self._adding)

    def _send(self, direction: Direction, wanted: Sequence[Rule], *, adding: bool) -> None:
        if adding:
            authorize(self._acs, self._group(), direction, map(rules.permission, wanted))
            return
        # Their priorities may be others than Spider's.
        found = permissions(self._acs, self._group())
        _each(self._acs, "Revoke", self._group(), direction, rules.revoked(found, wanted, direction))
        if EVERYTHING_OUT in wanted:
            authorize(self._acs, self._group(), direction, rules.nothing_else_out())


def permissions(acs: Acs, group: str) -> list[Thing]:
    """All of a group's. Raises NotFound."""
    return acs.all("ecs.DescribeSecurityGroupAttribute", SecurityGroupId=group, Direction="all")


def authorize(acs: Acs, group: str, direction: Direction, wanted: Iterable[Thing]) -> None:
    """`wanted`: elements of Permissions."""
    _each(acs, "Authorize", group, direction, list(wanted))


def _each(acs: Acs, verb: str, group: str, direction: Direction, wanted: Sequence[Thing]) -> None:
    for first in range(0, len(wanted), _MOST):
        acs.call(
            f"ecs.{verb}{_CALLS[direction]}",
            _FIELDS,
            SecurityGroupId=group,
            Permissions=list(wanted[first : first + _MOST]),
        )
