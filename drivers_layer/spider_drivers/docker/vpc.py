"""VPCs: sets of bridge networks. Docker has no thing that is the VPC: it is there while one of its networks is.

Containers of one subnet reach each other by address and name; bridge networks are isolated, those of one VPC too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from ..contract import (
    AlreadyExists,
    Attempt,
    Iid,
    InUse,
    Invalid,
    NotFound,
    Part,
    Ref,
    SubnetRequest,
    Vpc,
    VpcHandler,
    VpcRequest,
    Wait,
    converge,
)
from . import labels, network
from .calls import Engine, Thing
from .capability import CAPABILITY
from .errors import understood


class DockerVpcs(VpcHandler):
    """Networks that Spider did not make are no VPCs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Vpc]:
        vpcs: dict[str, list[Thing]] = {}
        for found in network.listed(self._engine, labels.VPC):
            vpcs.setdefault(labels.of(found)[labels.VPC], []).append(found)
        with understood():
            return [_vpc(networks) for networks in vpcs.values()]

    def get(self, ref: Ref) -> Vpc:
        networks = self._existing(ref)
        with understood():
            return _vpc(networks)

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: one per subnet, visible. The id is the operation's own, the same over all tries."""
        _check(request)
        cloud_id = f"vpc-{attempt.client_token('vpc').replace('-', '')[-12:]}"
        owner = network.Owner.asked_for(request, cloud_id)
        parts = [
            network.part(self._engine, owner, subnet, attempt.token, place, "subnets")
            for place, subnet in enumerate(request.subnets)
        ]
        return self._built(Ref(request.name, cloud_id), parts, attempt)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        noted = [cloud_id for part, cloud_id in attempt.parts.items() if part.startswith(network.PART)]
        found = self._networks(ref)
        if not ref.id and ref.token:
            found = network.listed(self._engine, labels.TOKEN, ref.token)
        return self._removed(noted, found, f"VPC {ref.name or ref.id}", attempt)

    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: the subnet, visible. The new network says of the VPC what the others say."""
        networks = self._existing(ref)
        with understood():
            owner = network.Owner.of(networks[0])
            others = [one for one in networks if labels.of(one).get(labels.TOKEN) != attempt.token]
            place = 1 + max(map(network.place, others), default=-1)
            _check_added(request, owner, others)
        return self._built(ref, [network.part(self._engine, owner, request, attempt.token, place, "cidr")], attempt)

    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        """The last subnet of a VPC is InUse: it is the VPC. Undoing an `add_subnet` takes it all the same."""
        what = f"subnet {subnet.name or subnet.id}"
        if not subnet.id:
            noted = attempt.parts.get(network.PART + subnet.name)
            found = network.made_by(self._engine, subnet.token, subnet.name)
            return self._removed([noted] if noted else [], found, what, attempt)
        networks = self._networks(ref)
        found = [one for one in networks if one["Id"] == subnet.id]
        if found and len(networks) == 1:
            raise InUse(f"{what} is all that is left of VPC {ref.name or ref.id}: delete the VPC instead")
        return self._removed([], found, what, attempt)

    def _networks(self, ref: Ref) -> Sequence[Thing]:
        return network.listed(self._engine, labels.VPC, ref.id) if ref.id else []

    def _existing(self, ref: Ref) -> Sequence[Thing]:
        """At least one: raises NotFound."""
        found = self._networks(ref)
        if not found:
            raise NotFound(f"VPC {ref.id or ref.name} does not exist")
        return found

    def _built(self, ref: Ref, parts: Sequence[Part], attempt: Attempt) -> Vpc | Wait:
        """The VPC, once all that these parts have made is shown."""
        seen: list[Vpc] = []

        def shown(_: str) -> bool:
            seen.append(self.get(ref))
            return {attempt.parts[part.name] for part in parts} <= {subnet.iid.id for subnet in seen[-1].subnets}

        whole = converge.visible(lambda: ref.id or "", shown)
        return converge.create([*parts, whole], attempt) or seen[-1]

    def _removed(self, noted: Iterable[str], found: Iterable[Thing], what: str, attempt: Attempt) -> Wait | None:
        """Networks whose ids were noted, and those that the Engine shows. Raises InUse of `what`."""
        names = {one["Id"]: one.get("Name", "") for one in found}
        ids = {*noted, *names}
        network.refuse_in_use(self._engine, {*ids, *names.values()}, what)
        return converge.delete([network.removal(self._engine, cloud_id) for cloud_id in sorted(ids)], attempt)


def _check(request: VpcRequest) -> None:
    """Raises Invalid."""
    network.addresses(request.cidr, "cidr")
    for subnet in request.subnets:
        network.addresses(subnet.cidr, "subnets")
    request.check(CAPABILITY)
    names = [subnet.name for subnet in request.subnets]
    if not names:
        raise Invalid("a VPC is the set of its subnets at Docker: it needs at least one", field="subnets")
    if len(set(names)) < len(names):
        raise Invalid("two subnets of the VPC have the same name", field="subnets")


def _check_added(request: SubnetRequest, owner: network.Owner, others: Iterable[Thing]) -> None:
    """Raises AlreadyExists, Invalid."""
    wanted = network.addresses(request.cidr, "cidr")
    if not wanted.subnet_of(network.addresses(owner.cidr, "cidr")):
        raise Invalid(f"subnet '{request.name}' ({wanted}) lies outside its VPC ({owner.cidr})", field="cidr")
    for other in map(network.as_subnet, others):
        if other.iid.name == request.name:
            raise AlreadyExists(f"subnet '{request.name}' already exists in the VPC", field="name")
        if wanted.overlaps(network.addresses(other.cidr, "cidr")):
            text = f"subnets '{request.name}' ({wanted}) and '{other.iid.name}' ({other.cidr}) overlap"
            raise Invalid(text, field="cidr")


def _vpc(networks: Iterable[Thing]) -> Vpc:
    subnets = sorted(networks, key=lambda found: (network.place(found), found["Id"]))
    told = labels.of(subnets[0])
    return Vpc(
        iid=Iid(told[labels.VPC_NAME], told[labels.VPC]),
        cidr=told[labels.VPC_CIDR],
        subnets=tuple(network.as_subnet(found) for found in subnets),
        tags=json.loads(told.get(labels.VPC_TAGS, "{}")),
    )
