"""VPCs with their subnets, which Alibaba calls VSwitches."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from ..contract import (
    Attempt,
    Iid,
    NotFound,
    Part,
    Ref,
    SubnetRequest,
    Vpc,
    VpcHandler,
    VpcRequest,
    Wait,
    converge,
    details,
    handling,
)
from . import building, subnets, tags
from .calls import Acs, Thing
from .dependents import interface_users, vpc_users
from .errors import Fields, made, understood

_FIELDS: Fields = {"invalidcidrblock": "cidr", "invalidvpcname": "name", "invalidtag": "tags", "invalid": "cidr"}
_IN_FIELDS = ("VpcId", "VpcName", "CidrBlock", "Tags", "VSwitchIds")


class AlibabaVpcs(VpcHandler):
    """`zone`: where subnets go that name none."""

    def __init__(self, acs: Acs, zone: str) -> None:
        self._acs = acs
        self._zone = zone

    def list(self) -> list[Vpc]:
        by_vpc: dict[str, list[Thing]] = {}
        vpcs, found = self._acs.all("vpc.DescribeVpcs"), self._acs.all("vpc.DescribeVSwitches")
        with understood():
            for one in found:
                by_vpc.setdefault(one["VpcId"], []).append(one)
            return [_vpc(one, by_vpc.get(one["VpcId"], [])) for one in vpcs]

    def get(self, ref: Ref) -> Vpc:
        cloud_id = handling.id_of(ref, "VPC")
        found, own = described(self._acs, cloud_id), subnets.of(self._acs, cloud_id)
        with understood():
            return _vpc(found, own)

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: vpc, one per subnet, visible."""
        subnets.refuse_without_zone(request.subnets, self._zone, subnets.OF_A_VPC)

        def vpc() -> str:
            return attempt.parts["vpc"]

        parts = [self._part(request, attempt)]
        for subnet in request.subnets:
            parts[-1] = replace(parts[-1], ready=lambda _: self._ready(vpc()))
            parts.append(subnets.part(self._acs, vpc, subnet, attempt, self._zone, subnets.OF_A_VPC))

        def complete(vpc: Vpc) -> bool:
            return available(vpc) and sum(map(subnets.available, vpc.subnets)) >= len(request.subnets)

        return building.create(parts, attempt, lambda cloud_id: self.get(Ref(request.name, cloud_id)), complete)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        cloud_id = ref.id or attempt.parts.get("vpc") or self._id_by_token(ref.token)
        # Nobody was told of the id of a VPC whose create failed, and the cloud itself refuses when others use it.
        if ref.id and not attempt.parts and (found := self._shown(ref.id)):
            handling.refuse_in_use("VPC", ref.id, vpc_users(self._acs, found))
        shown: dict[str, str] = {}
        if cloud_id and not building.begun(attempt, cloud_id):
            shown = {one["VSwitchId"]: str(one.get("Status")) for one in subnets.of(self._acs, cloud_id)}
        noted = {one for part, one in attempt.parts.items() if part.startswith(subnets.PART)}
        remove = partial(subnets.remove, self._acs, attempt, shown.get)
        parts = [converge.removal(cloud_id, partial(self._delete, attempt))] if cloud_id else []
        return building.delete([*parts, *(converge.removal(one, remove) for one in sorted({*noted, *shown}))], attempt)

    def add_subnet(self, ref: Ref, request: SubnetRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: the subnet, visible."""
        cloud_id = handling.id_of(ref, "VPC")
        described(self._acs, cloud_id)
        subnets.refuse_without_zone([request], self._zone, subnets.ALONE)
        part = subnets.part(self._acs, lambda: cloud_id, request, attempt, self._zone, subnets.ALONE)

        def complete(vpc: Vpc) -> bool:
            made = (one for one in vpc.subnets if one.iid.id == attempt.parts[part.name])
            return available(vpc) and any(map(subnets.available, made))

        return building.create([part], attempt, lambda _: self.get(ref), complete)

    def remove_subnet(self, ref: Ref, subnet: Ref, attempt: Attempt) -> Wait | None:
        vpc = handling.id_of(ref, "VPC")
        made = attempt.parts.get(subnets.PART + subnet.name)
        cloud_id = subnet.id or made or subnets.id_by_token(self._acs, subnet.token, subnet.name)
        if subnet.id and not building.begun(attempt, subnet.id):
            described(self._acs, vpc)
            if subnets.elsewhere(self._acs, subnet.id, vpc):
                return None
            handling.refuse_in_use("subnet", subnet.id, interface_users(self._acs, VSwitchId=subnet.id))
        remove = partial(subnets.remove, self._acs, attempt, partial(subnets.status, self._acs))
        return building.delete([converge.removal(cloud_id, remove)] if cloud_id else [], attempt)

    def _part(self, request: VpcRequest, attempt: Attempt) -> Part:
        def send(client_token: str) -> str:
            answer = self._acs.call(
                "vpc.CreateVpc",
                _FIELDS,
                CidrBlock=request.cidr,
                VpcName=request.name,
                ClientToken=client_token,
                Tag=tags.made(attempt.token, request.tags),
            )
            return made(answer, "VpcId")

        return building.part(attempt, "vpc", send, lambda: self._id_by_token(attempt.token))

    def _ready(self, cloud_id: str) -> Wait | None:
        """For the next VSwitch. A new one puts its VPC back to Pending for a while."""
        status = described(self._acs, cloud_id).get("Status")
        if status == "Available":
            return None
        return Wait(building.LOOK_AGAIN_SECONDS, f"the VPC is {status}")

    def _delete(self, attempt: Attempt, cloud_id: str) -> Wait | None:
        def status() -> str | None:
            found = self._shown(cloud_id)
            return str(found.get("Status")) if found else None

        def send() -> None:
            self._acs.call("vpc.DeleteVpc", VpcId=cloud_id)

        return building.gone(attempt, cloud_id, send, status, ("Available",))

    def _shown(self, cloud_id: str) -> Thing | None:
        with contextlib.suppress(NotFound):
            return described(self._acs, cloud_id)
        return None

    def _id_by_token(self, token: str) -> str | None:
        found = self._acs.all("vpc.DescribeVpcs", Tag=tags.by_token(token)) if token else []
        return str(found[0]["VpcId"]) if found else None


def described(acs: Acs, cloud_id: str) -> Thing:
    """Raises NotFound."""
    found = acs.all("vpc.DescribeVpcs", VpcId=cloud_id)
    if not found:
        raise handling.missing("VPC", cloud_id)
    return found[0]


def available(vpc: Vpc) -> bool:
    return vpc.details.get("Status") == "Available"


def _vpc(found: Thing, own: Iterable[Thing]) -> Vpc:
    return Vpc(
        iid=Iid(found.get("VpcName", ""), found["VpcId"]),
        cidr=found["CidrBlock"],
        subnets=tuple(subnets.as_subnet(one) for one in own),
        tags=tags.users(found),
        details=details.told(found, but=_IN_FIELDS),
    )
