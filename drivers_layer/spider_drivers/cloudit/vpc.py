"""The one VPC of a tenant. Cloudit has nothing that is it: it is there while a subnet is that Spider has made.

Subnets of others are none of the VPC's: neither shown nor removed.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from ..contract import (
    AlreadyExists,
    Attempt,
    Iid,
    InUse,
    Invalid,
    NotFound,
    Part,
    Ref,
    Refused,
    SubnetRequest,
    Vpc,
    VpcHandler,
    VpcRequest,
    Wait,
    converge,
)
from . import capability, subnets
from .calls import Cloudit, Thing
from .errors import understood
from .subnets import VPC_CIDR, Subnets

# As CB-Spider calls it.
ID = "Default-VPC"
CHECKED = "checked"
LOOK_AGAIN_SECONDS = 1.0


class CloudItVpcs(VpcHandler):
    def __init__(self, cloudit: Cloudit) -> None:
        self._subnets = Subnets(cloudit)

    def list(self) -> builtins.list[Vpc]:
        with understood():
            own = self._subnets.own()
            return [_vpc(own)] if own else []

    def get(self, ref: Ref) -> Vpc:
        if ref.id == ID:
            for vpc in self.list():
                return vpc
        raise NotFound(f"VPC {ref.id or ref.name} does not exist")

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: checked, one per subnet, visible."""
        _check(request)
        return self._built(request.subnets, attempt, partial(self._refuse_second, attempt), "subnets")

    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: checked, the subnet, visible."""
        subnets.check(request, "cidr")
        self.get(ref)
        return self._built((request,), attempt, partial(_refuse_taken, request.name, attempt), "cidr")

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        if ref.id and ref.id != ID:
            return None
        shown = self._subnets.all()
        with understood():
            going = [one for one in shown if (subnets.is_own(one) if ref.id else subnets.made_by(one, ref.token))]
            return self._removed(going, shown, f"VPC {ref.name or ref.id}", attempt)

    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        """The last subnet is InUse: it is the VPC. Undoing an `add_subnet` takes it all the same."""
        shown, title = self._subnets.all(), f"subnet {subnet.name or subnet.id}"
        own = [one for one in shown if subnets.is_own(one)]
        if subnet.id:
            going = [one for one in own if one.get("id") == subnet.id]
            if going and len(own) == 1:
                raise InUse(f"{title} is all that is left of the VPC: delete the VPC instead")
        else:
            going = [one for one in own if subnets.made_by(one, subnet.token)]
        with understood():
            return self._removed(going, shown, title, attempt)

    def _built(
        self,
        requests: Sequence[SubnetRequest],
        attempt: Attempt,
        refuse: Callable[[builtins.list[Thing]], None],
        field: str,
    ) -> Vpc | Wait:
        """`refuse`: raises where what is shown does not allow it."""
        seen: builtins.list[Vpc] = []

        def checked(_: str = "") -> str:
            shown = self._subnets.all()
            with understood():
                refuse(shown)
                for request in requests:
                    subnets.check_free(request, shown, attempt.token, field)
            return CHECKED

        def shown(_: str) -> bool:
            seen.append(self.get(Ref("", ID)))
            wanted = {attempt.parts[subnets.PART + request.name] for request in requests}
            return wanted <= {subnet.iid.id for subnet in seen[-1].subnets}

        # A try that died before the first part was noted has made nothing: there is nothing to wait for.
        parts = [Part(CHECKED, checked, checked)]
        parts += [self._subnets.part(request, attempt, field) for request in requests]
        parts.append(converge.visible(lambda: ID, shown))
        return converge.create(parts, attempt, lag_seconds=capability.LAG_SECONDS) or seen[-1]

    def _refuse_second(self, attempt: Attempt, shown: builtins.list[Thing]) -> None:
        others = [one for one in shown if subnets.is_own(one) and not subnets.made_by(one, attempt.token)]
        if others:
            raise AlreadyExists(f"the tenant already has its VPC: Cloudit has one at most ({_named(others)})")

    def _removed(
        self, going: builtins.list[Thing], shown: Iterable[Thing], title: str, attempt: Attempt
    ) -> Wait | None:
        """What the attempt has noted besides, and is not shown yet, goes too. Raises Refused, InUse."""
        if protected := [one for one in going if one.get("protection")]:
            raise Refused(f"{title} is protected at Cloudit ({_named(protected)})")
        ids = {one["id"] for one in going}
        others = {one["addr"] for one in shown if one["id"] not in ids}
        hidden = {cloud_id: address for cloud_id, address in subnets.noted(attempt).items() if address not in others}
        addresses = {**hidden, **{one["id"]: one["addr"] for one in going}}
        self._subnets.refuse_in_use({*addresses.values()}, title)
        parts = [_removal(cloud_id, partial(self._remove, address)) for cloud_id, address in addresses.items()]
        if wait := converge.delete(parts, attempt, lag_seconds=capability.LAG_SECONDS):
            return wait
        if going and ids & {one.get("id") for one in self._subnets.all()}:
            return Wait(LOOK_AGAIN_SECONDS, "the cloud still shows a subnet")
        return None

    def _remove(self, address: str) -> None:
        self._subnets.delete(address)


def _removal(cloud_id: str, remove: Callable[[], None]) -> Part:
    return Part(f"remove {cloud_id}", make=str, find=lambda: cloud_id, remove=lambda _: remove())


def _refuse_taken(name: str, attempt: Attempt, shown: Iterable[Thing]) -> None:
    """Raises AlreadyExists."""
    for one in shown:
        taken = subnets.is_own(one) and subnets.as_subnet(one).iid.name == name
        if taken and not subnets.made_by(one, attempt.token):
            raise AlreadyExists(f"subnet '{name}' already exists in the VPC", field="name")


def _check(request: VpcRequest) -> None:
    """Raises Invalid, Unsupported."""
    if subnets.network(request.cidr or VPC_CIDR, "cidr") != subnets.network(VPC_CIDR, "cidr"):
        raise Invalid(f"the VPC of Cloudit is {VPC_CIDR}, not {request.cidr}", field="cidr")
    for subnet in request.subnets:
        subnets.check(subnet, "subnets")
    request.check(capability.CAPABILITY)
    names = [subnet.name for subnet in request.subnets]
    if not names:
        raise Invalid("a VPC is the set of its subnets at Cloudit: it needs at least one", field="subnets")
    if len(set(names)) < len(names):
        raise Invalid("two subnets of the VPC have the same name", field="subnets")
    subnets.refuse_tags(request.tags)


def _named(found: Iterable[Thing]) -> str:
    return ", ".join(sorted(str(one.get("name")) for one in found))


def _vpc(own: Iterable[Thing]) -> Vpc:
    """Subnets in the order of their addresses."""
    shown = sorted((subnets.as_subnet(one) for one in own), key=lambda one: subnets.network(one.cidr, "cidr"))
    return Vpc(iid=Iid("", ID), cidr=VPC_CIDR, subnets=tuple(shown))
