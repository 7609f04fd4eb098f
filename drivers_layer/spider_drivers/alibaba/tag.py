"""Tags that are set on what is there already, or taken from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..contract import Attempt, Invalid, Part, Ref, TagHandler, Unsupported, Wait, handling
from . import building, key_pair, security_group, subnets, tags, vm, vpc
from .calls import Acs, Thing
from .errors import Fields

_FIELDS: Fields = {"invalidtagkey": "key", "invalidtagvalue": "value", "invalidtag": "key", "duplicate": "key"}


@dataclass(frozen=True)
class _Kind:
    """How a kind's resource is described by its id, the product that has it, and what that calls it."""

    described: Callable[[Acs, str], Thing]
    product: str
    type: str

    @property
    def untag(self) -> str:
        return "vpc.UnTagResources" if self.product == "vpc" else "ecs.UntagResources"


_KINDS: Mapping[str, _Kind] = {
    "vpc": _Kind(vpc.described, "vpc", "VPC"),
    "subnet": _Kind(subnets.described, "vpc", "VSWITCH"),
    "security_group": _Kind(security_group.described, "ecs", "securitygroup"),
    "key_pair": _Kind(key_pair.described, "ecs", "keypair"),
    "vm": _Kind(vm.described, "ecs", "instance"),
}


class AlibabaTags(TagHandler):
    """TagResources overwrites and UntagResources grants what is gone already: both are sent again after an unclean
    try."""

    def __init__(self, acs: Acs) -> None:
        self._acs = acs

    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        tag = tags.listed({key: value})

        def send(found: _Kind, cloud_id: str) -> None:
            api = f"{found.product}.TagResources"
            self._acs.call(api, _FIELDS, ResourceType=found.type, ResourceId=[cloud_id], Tag=tag)

        return self._change(kind, ref, key, attempt, send, lambda shown: shown.get(key) == value)

    def remove(self, kind: str, ref: Ref, key: str, attempt: Attempt) -> Wait | None:
        def send(found: _Kind, cloud_id: str) -> None:
            self._acs.call(found.untag, _FIELDS, ResourceType=found.type, ResourceId=[cloud_id], TagKey=[key])

        return self._change(kind, ref, key, attempt, send, lambda shown: key not in shown)

    def _change(
        self,
        kind: str,
        ref: Ref,
        key: str,
        attempt: Attempt,
        send: Callable[[_Kind, str], None],
        done: Callable[[dict[str, str]], bool],
    ) -> Wait | None:
        """`done`: of the tags that are shown."""
        if tags.own(key):
            raise Invalid(f"the tag '{key}' is Spider's own: {tags.OWN}… cannot be changed", field="key")
        if kind not in _KINDS:
            raise Unsupported(f"tags of the kind {kind} cannot be changed on this cloud")
        found, cloud_id = _KINDS[kind], handling.id_of(ref, kind)
        found.described(self._acs, cloud_id)

        def make(_: str) -> str:
            send(found, cloud_id)
            return cloud_id

        def shown(_: str) -> dict[str, str]:
            return tags.of(found.described(self._acs, cloud_id))

        left = building.create([Part("tag", make)], attempt, shown, done)
        return left if isinstance(left, Wait) else None
