"""Tags that are set on what is there already, or taken from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..contract import Attempt, Invalid, Part, Ref, TagHandler, Unsupported, Wait, converge, handling
from . import key_pair, security_group, subnets, tags, vm, vpc
from .calls import Ec2

Resource = dict[str, Any]

LONGEST_VALUE = 256  # "Tag restrictions", EC2 user guide

# How a kind's resource is described by its id in Spider, and the member of it that is its id to CreateTags.
_KINDS: Mapping[str, tuple[Callable[[Ec2, str], Resource], str]] = {
    "vpc": (vpc.described, "VpcId"),
    "subnet": (subnets.described, "SubnetId"),
    "security_group": (security_group.described, "GroupId"),
    "key_pair": (key_pair.described, "KeyPairId"),
    "vm": (vm.described, "InstanceId"),
}


class AwsTags(TagHandler):
    """CreateTags overwrites and DeleteTags grants what is gone already: both are sent again after an unclean try."""

    def __init__(self, ec2: Ec2) -> None:
        self._ec2 = ec2

    def add(self, kind: str, ref: Ref, key: str, value: str, attempt: Attempt) -> Wait | None:
        refuse_own(key)

        def send(cloud_id: str) -> None:
            create(self._ec2, cloud_id, {key: value})

        return self._change(kind, ref, attempt, send, lambda shown: shown.get(key) == value)

    def remove(self, kind: str, ref: Ref, key: str, attempt: Attempt) -> Wait | None:
        refuse_own(key)

        def send(cloud_id: str) -> None:
            self._ec2.call("delete_tags", {"Invalid": "key"}, Resources=[cloud_id], Tags=[{"Key": key}])

        return self._change(kind, ref, attempt, send, lambda shown: key not in shown)

    def _change(
        self,
        kind: str,
        ref: Ref,
        attempt: Attempt,
        send: Callable[[str], None],
        done: Callable[[dict[str, str]], bool],
    ) -> Wait | None:
        """`done`: of the tags that EC2 shows."""
        describe, member = _described(kind)
        cloud_id = handling.id_of(ref, kind)
        resource = str(describe(self._ec2, cloud_id)[member])

        def make(_: str) -> str:
            send(resource)
            return resource

        def shown(_: str) -> bool:
            return done(tags.of(describe(self._ec2, cloud_id)))

        return converge.create([Part("tag", make), converge.visible(lambda: resource, shown)], attempt)


def create(ec2: Ec2, cloud_id: str, wanted: Mapping[str, str]) -> None:
    """Raises SpiderErrors whose field is `key` or `value`."""
    too_long = any(len(value) > LONGEST_VALUE for value in wanted.values())
    fields = {"InvalidParameterValue": "value" if too_long else "key"}
    ec2.call("create_tags", fields, Resources=[cloud_id], Tags=tags.listed(wanted))


def refuse_own(key: str) -> None:
    """Raises Invalid."""
    if tags.own(key):
        raise Invalid(f"the tag '{key}' is Spider's own: {tags.NAME} and {tags.OWN}… cannot be changed", field="key")


def _described(kind: str) -> tuple[Callable[[Ec2, str], Resource], str]:
    if kind not in _KINDS:
        raise Unsupported(f"tags of the kind {kind} cannot be changed on this cloud")
    return _KINDS[kind]
