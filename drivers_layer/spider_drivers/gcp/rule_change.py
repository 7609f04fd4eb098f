"""Rules added to a security group or taken from it: one firewall each, and all of them or none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from ..contract import (
    AlreadyExists,
    Attempt,
    Conflict,
    MissingReference,
    NoAnswer,
    Part,
    Refused,
    Rule,
    SecurityGroup,
    SpiderError,
    Throttled,
    Unavailable,
    Unreachable,
    Unsupported,
    Wait,
)
from ..contract import errors as contract_errors
from . import firewalls, rules
from .building import Building, Deleting, Send
from .firewalls import Firewalls, Group

CHECKED = "checked"  # noted before anything is changed: a try that died without it has changed nothing
REFUSED = "refused"  # noted with the error that is raised once all has been taken back
ADDED, RESTORED = "add ", "restore "

# After these the operation goes on, perhaps in another process.
_PASSING = (Conflict, NoAnswer, Throttled, Unavailable, Unreachable)


class RuleChange:
    """`group`: as it is now."""

    def __init__(
        self, walls: Firewalls, group: Group, wanted: Sequence[Rule], attempt: Attempt, *, adding: bool
    ) -> None:
        self._walls = walls
        self._group = group
        self._name = str(group.anchor["name"])
        self._network = firewalls.network_of(group)
        self._wanted = list(dict.fromkeys(rule.normal() for rule in wanted))
        self._attempt = attempt
        self._adding = adding
        self._deleting = Deleting(walls.gce, attempt)

    def made(self, read: Any) -> SecurityGroup | Wait:
        """What `read` shows, once that is as it should be. Raises what was refused, with nothing changed."""
        self._refuse_foreign()
        if REFUSED not in self._attempt.parts:
            try:
                return self._change(read)
            except _PASSING:
                raise
            except SpiderError as refusal:
                if CHECKED not in self._attempt.parts:
                    raise
                self._attempt.note(REFUSED, _kept(refusal))
        if wait := self._take_back():
            return wait
        raise _raised(self._attempt.parts[REFUSED])

    def _change(self, read: Any) -> SecurityGroup | Wait:
        build = Building(self._walls.gce, self._attempt)
        parts = [Part(CHECKED, self._check)]
        if self._adding:
            parts += additions(build, self._walls, self._name, self._network, self._wanted, self._attempt, ADDED)
        else:
            parts.append(Part("removed", make=str, ready=lambda _: self._deleting.together(self._removals())))
        return build.create(parts, read, self._complete)

    def _complete(self, group: SecurityGroup) -> bool:
        if self._adding:
            return {*self._wanted} <= {*group.rules}
        return not {*self._wanted} & {*group.rules}

    def _refuse_foreign(self) -> None:
        if self._group.foreign:
            raise Unsupported(f"the firewall {self._name} was not made by Spider: its rules cannot be changed here")

    def _check(self, _: str) -> str:
        """Raises AlreadyExists or MissingReference."""
        present = self._group.rules()
        refused = [rule for rule in self._wanted if (rule in present) is self._adding]
        if refused and self._adding:
            raise AlreadyExists(f"the security group {self._name} already has {firewalls.named(refused)}")
        if refused:
            text = f"the security group {self._name} does not have {firewalls.named(refused)}"
            raise MissingReference(text, field="rules")
        if not self._adding:
            self._refuse_shared()
        return self._name

    def _refuse_shared(self) -> None:
        """A firewall that somebody has changed may say more than one rule: it goes as a whole or not at all."""
        told = [one for one in self._group.members if {*rules.shown(one)} & {*self._wanted}]
        more = [one["name"] for one in told if not {*rules.shown(one)} <= {*self._wanted}]
        if more:
            raise Refused(f"the firewalls {', '.join(more)} say more than the rules to be removed")

    def _removals(self) -> dict[str, Send]:
        present = self._group.rules()
        shown = {present[rule] for rule in self._wanted if rule in present}
        return self._walls.deletions(sorted(shown | self._deleting.names("firewalls")))

    def _take_back(self) -> Wait | None:
        by_name = {rules.name_of(self._name, rule): rule for rule in self._wanted}
        if self._adding:
            added = [name for name in by_name if ADDED + name in self._attempt.parts]
            return self._deleting.together(self._walls.deletions(added))
        removed = [rule for name, rule in by_name.items() if name in self._deleting.names("firewalls")]
        build = Building(self._walls.gce, self._attempt)
        parts = additions(build, self._walls, self._name, self._network, removed, self._attempt, RESTORED)
        left = build.create(parts, lambda: None)
        return left if isinstance(left, Wait) else None


def additions(
    build: Building, walls: Firewalls, group: str, network: str, wanted: Sequence[Rule], attempt: Attempt, word: str
) -> list[Part]:
    """One part per rule. `word`: what a part's name begins with; the rest is the firewall's."""
    return [
        build.unnamed(
            word + rules.name_of(group, rule),
            partial(walls.add_rule, group, network, rule, attempt),
            partial(walls.is_ours, rules.name_of(group, rule), attempt.token),
            firewalls.FIELDS,
        )
        for rule in wanted
    ]


def _kept(refusal: SpiderError) -> str:
    told = {"message": refusal.message, "field": refusal.field, "code": refusal.code, "text": refusal.text}
    known = next(one for one in type(refusal).__mro__ if one.__module__ == contract_errors.__name__)
    return json.dumps([known.__name__, told])


def _raised(kept: str) -> SpiderError:
    name, told = json.loads(kept)
    kind: type[SpiderError] = getattr(contract_errors, name)
    return kind(told.pop("message"), **told)
