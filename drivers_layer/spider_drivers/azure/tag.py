"""Tags that are set on what is there already, or taken from it, by the Tags API: a PATCH of the resource itself may
replace all that it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..contract import Attempt, Invalid, Ref, TagHandler, Unsupported, Wait
from ..contract import Part as ContractPart
from . import building, resources, tags
from .calls import Arm, Thing
from .errors import Asked
from .resources import Resources

_KINDS: Mapping[str, Callable[[Arm], Resources]] = {
    "vpc": resources.vnets,
    "security_group": resources.security_groups,
    "key_pair": resources.keys,
    "vm": resources.machines,
}


class AzureTags(TagHandler):
    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        refuse_own(key)

        def send(there: Thing) -> None:
            field = "value" if len(value) > tags.LONGEST_VALUE else "key"
            tags.change(self._arm, there["id"], "Merge", {_spelled(there, key): value}, Asked(invalid=field))

        return self._change(kind, ref, attempt, send, lambda shown: shown.get(key.casefold()) == value)

    def remove(self, kind: str, ref: Ref, key: str, attempt: Attempt) -> Wait | None:
        refuse_own(key)

        def send(there: Thing) -> None:
            name = _spelled(there, key)
            if name in tags.of(there):
                tags.change(self._arm, there["id"], "Delete", {name: tags.of(there)[name]}, Asked(invalid="key"))

        return self._change(kind, ref, attempt, send, lambda shown: key.casefold() not in shown)

    def _change(
        self,
        kind: str,
        ref: Ref,
        attempt: Attempt,
        send: Callable[[Thing], None],
        done: Callable[[dict[str, str]], bool],
    ) -> Wait | None:
        """`done`: of the tags that Azure shows, by their names in lower case."""
        if kind not in _KINDS:
            raise Unsupported(f"tags of the kind {kind} cannot be changed on this cloud")
        handled = _KINDS[kind](self._arm)
        there = handled.described(ref)

        def make(_: str) -> str:
            send(there)
            return str(there["id"])

        def complete(now: Thing) -> Wait | None:
            shown = {name.casefold(): value for name, value in tags.of(now).items()}
            return None if done(shown) else Wait(1.0, "the cloud does not show the change of tags yet")

        changed = building.create([ContractPart("tag", make)], attempt, lambda: handled.described(ref), complete)
        return changed if isinstance(changed, Wait) else None


def refuse_own(key: str) -> None:
    """Raises Invalid."""
    if tags.own(key):
        raise Invalid(f"the tag '{key}' is Spider's own: {tags.OWN}… cannot be changed", field="key")


def _spelled(there: Thing, key: str) -> str:
    """The name of a tag that is there, in whose case it was made: to Azure they are the same."""
    return next((name for name in tags.of(there) if name.casefold() == key.casefold()), key)
