"""VPCs: sets of bridge networks. Docker has no thing that is the VPC, so each network says in labels where it belongs.

Containers of one subnet reach each other by address and name; bridge networks are isolated, those of one VPC too.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import re
from collections.abc import Iterable
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
    Subnet,
    SubnetRequest,
    Vpc,
    VpcHandler,
    VpcRequest,
    Wait,
    converge,
)
from . import labels
from .calls import Engine, Thing
from .capability import CAPABILITY
from .container import attached_to
from .errors import Asked, understood

SUBNET = "subnet "  # a subnet's part is this and its name


class DockerVpcs(VpcHandler):
    """Networks that Spider did not make are no VPCs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Vpc]:
        vpcs: dict[str, list[Thing]] = {}
        for network in _networks(self._engine, labels.by(labels.VPC)):
            vpcs.setdefault(labels.of(network)[labels.VPC], []).append(network)
        with understood():
            return [_vpc(networks) for networks in vpcs.values()]

    def get(self, ref: Ref) -> Vpc:
        networks = _networks(self._engine, labels.by(labels.VPC, ref.id)) if ref.id else []
        if not networks:
            raise NotFound(f"VPC {ref.id or ref.name} does not exist")
        with understood():
            return _vpc(networks)

    def create(self, request: VpcRequest, attempt: Attempt) -> Vpc | Wait:
        """Parts: one per subnet, visible. The id is the operation's own, the same over all tries."""
        _check(request)
        cloud_id = f"vpc-{attempt.client_token('vpc').replace('-', '')[-12:]}"
        ref = Ref(request.name, cloud_id)
        parts = [self._subnet(request, subnet, cloud_id, attempt.token) for subnet in request.subnets]
        whole = converge.visible(lambda: cloud_id, lambda _: len(self.get(ref).subnets) == len(request.subnets))
        return converge.create([*parts, whole], attempt) or self.get(ref)

    def delete(self, ref: Ref, attempt: Attempt) -> Wait | None:
        found = {cloud_id: "" for part, cloud_id in attempt.parts.items() if part.startswith(SUBNET)}
        ours = labels.by(labels.VPC, ref.id) if ref.id else labels.by(labels.TOKEN, ref.token)
        if ref.id or ref.token:
            found |= {network["Id"]: network.get("Name", "") for network in _networks(self._engine, ours)}
        self._refuse_in_use(ref, {*found, *found.values()} - {""})
        parts = [
            Part(f"remove {cloud_id}", make=str, find=partial(str, cloud_id), remove=self._remove)
            for cloud_id in sorted(found)
        ]
        return converge.delete(parts, attempt)

    def _subnet(self, request: VpcRequest, subnet: SubnetRequest, vpc: str, token: str) -> Part:
        name = f"{request.name}.{re.sub(r'[^a-zA-Z0-9_.-]', '-', subnet.name)}"
        told = labels.made(
            subnet.name,
            token,
            subnet.tags,
            vpc=vpc,
            vpc_name=request.name,
            vpc_cidr=request.cidr,
            vpc_subnets=json.dumps([each.name for each in request.subnets]),
            vpc_tags=json.dumps(request.tags),
        )

        def find() -> str | None:
            made = _networks(self._engine, labels.by(labels.TOKEN, token))
            return next((one["Id"] for one in made if labels.of(one).get(labels.NAME) == subnet.name), None)

        def make(_: str) -> str:
            try:
                return self._engine.created(
                    "create_network",
                    name,
                    driver="bridge",
                    ipam={"Driver": "default", "Config": [{"Subnet": subnet.cidr}]},
                    check_duplicate=True,  # Engines before 25 would make a second one of the name
                    labels=told,
                    asked=Asked(conflict=AlreadyExists),
                )
            except AlreadyExists:
                if ours := find():
                    return ours
                raise

        return Part(SUBNET + subnet.name, make, find)

    def _refuse_in_use(self, ref: Ref, networks: set[str]) -> None:
        """`networks`: ids and names. Stopped containers count: without its network none could start again."""
        if not networks:
            return
        with understood():
            users = [
                one["Names"][0].removeprefix("/")
                for one in self._engine.listed("containers", all=True)
                if one.get("State") != "removing" and networks & attached_to(one)
            ]
        if users:
            raise InUse(f"VPC {ref.name or ref.id} is in use by {', '.join(sorted(users))}")

    def _remove(self, cloud_id: str) -> None:
        with contextlib.suppress(NotFound):
            self._engine.call("remove_network", cloud_id, asked=Asked(conflict=InUse))


def _networks(engine: Engine, filters: dict[str, str]) -> list[Thing]:
    return engine.listed("networks", filters=filters)


def _check(request: VpcRequest) -> None:
    """Raises Invalid."""
    for field, cidr in (("cidr", request.cidr), *(("subnets", subnet.cidr) for subnet in request.subnets)):
        try:
            ipaddress.IPv4Network(cidr)
        except ValueError as error:
            raise Invalid(f"{cidr} is no range of IPv4 addresses: {error}", field=field) from None
    request.check(CAPABILITY)
    names = [subnet.name for subnet in request.subnets]
    if not names:
        raise Invalid("a VPC is the set of its subnets at Docker: it needs at least one", field="subnets")
    if len(set(names)) < len(names):
        raise Invalid("two subnets of the VPC have the same name", field="subnets")


def _vpc(networks: Iterable[Thing]) -> Vpc:
    subnets = sorted(networks, key=lambda network: (_place(network), network["Id"]))
    told = labels.of(subnets[0])
    shown = {labels.of(network).get(labels.NAME) for network in subnets}
    lacking = [name for name in json.loads(told[labels.VPC_SUBNETS]) if name not in shown]
    return Vpc(
        iid=Iid(told[labels.VPC_NAME], told[labels.VPC]),
        cidr=told[labels.VPC_CIDR],
        subnets=tuple(_subnet(network) for network in subnets),
        tags=json.loads(told.get(labels.VPC_TAGS, "{}")),
        details={"MissingSubnets": ", ".join(lacking)} if lacking else {},
    )


def _place(network: Thing) -> int:
    """Of a subnet among those asked for."""
    told = labels.of(network)
    names: list[str] = json.loads(told[labels.VPC_SUBNETS])
    return names.index(told[labels.NAME])


def _subnet(network: Thing) -> Subnet:
    told = labels.of(network)
    return Subnet(
        iid=Iid(told[labels.NAME], network["Id"]),
        cidr=network["IPAM"]["Config"][0]["Subnet"],
        tags=labels.users(told),
        details={key: network[key] for key in ("Name", "Driver", "Created") if network.get(key)},
    )
