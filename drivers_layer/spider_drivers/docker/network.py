"""Bridge networks: one is a subnet, and says in its labels, which cannot change, of which VPC it is."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..contract import AlreadyExists, Iid, InUse, Invalid, NotFound, Part, Subnet, SubnetRequest, VpcRequest
from . import labels
from .calls import Engine, Thing
from .container import attached_to
from .errors import Asked, understood

PART = "subnet "  # a subnet's part is this and its name

# What makes a VPC what it is: the same on each of its networks.
_OF_VPC = (labels.VPC, labels.VPC_NAME, labels.VPC_CIDR, labels.VPC_TAGS)


@dataclass(frozen=True)
class Owner:
    """The VPC of a network to be made. `told`: the labels in which all its networks tell of it."""

    told: Mapping[str, str]

    @classmethod
    def asked_for(cls, request: VpcRequest, cloud_id: str) -> Owner:
        values = (cloud_id, request.name, request.cidr, json.dumps(request.tags))
        return cls(dict(zip(_OF_VPC, values, strict=True)))

    @classmethod
    def of(cls, network: Thing) -> Owner:
        told = labels.of(network)
        return cls({label: told[label] for label in _OF_VPC})

    @property
    def cidr(self) -> str:
        return self.told[labels.VPC_CIDR]

    def network(self, subnet: str) -> str:
        """The name of the network that is the subnet of this name. Two subnets may have to be called the same."""
        return f"{self.told[labels.VPC_NAME]}.{re.sub(r'[^a-zA-Z0-9_.-]', '-', subnet)}"


def listed(engine: Engine, label: str, value: str | None = None) -> list[Thing]:
    return engine.listed("networks", filters=labels.by(label, value))


def part(engine: Engine, owner: Owner, request: SubnetRequest, token: str, place: int, field: str) -> Part:
    """`place`: among the VPC's subnets. `field`: of the request, that says which addresses the network is to have."""
    told = {**labels.made(request.name, token, request.tags), **owner.told, labels.VPC_PLACE: str(place)}

    def find() -> str | None:
        return next((one["Id"] for one in made_by(engine, token, request.name)), None)

    def make(_: str) -> str:
        try:
            return engine.created(
                "create_network",
                owner.network(request.name),
                driver="bridge",
                ipam={"Driver": "default", "Config": [{"Subnet": request.cidr}]},
                check_duplicate=True,  # Engines before 25 would make a second one of the name
                labels=told,
                asked=Asked(conflict=AlreadyExists, invalid=field),
            )
        except AlreadyExists:
            if ours := find():
                return ours
            raise

    return Part(PART + request.name, make, find)


def removal(engine: Engine, cloud_id: str) -> Part:
    """A part of deletes."""

    def remove(cloud_id: str) -> None:
        with contextlib.suppress(NotFound):
            engine.call("remove_network", cloud_id, asked=Asked(conflict=InUse))

    return Part(f"remove {cloud_id}", make=str, find=lambda: cloud_id, remove=remove)


def made_by(engine: Engine, token: str, subnet: str) -> list[Thing]:
    """What the operation of this token has made for the subnet of this name: one, or none."""
    found = listed(engine, labels.TOKEN, token) if token else []
    return [one for one in found if labels.of(one).get(labels.NAME) == subnet]


def refuse_in_use(engine: Engine, networks: Iterable[str], what: str) -> None:
    """`networks`: ids and names. Stopped containers count: without its network none could start again.

    Raises InUse of `what`.
    """
    wanted = {*networks} - {""}
    if not wanted:
        return
    with understood():
        users = [
            one["Names"][0].removeprefix("/")
            for one in engine.listed("containers", all=True)
            if one.get("State") != "removing" and wanted & attached_to(one)
        ]
    if users:
        raise InUse(f"{what} is in use by {', '.join(sorted(users))}")


def addresses(cidr: str, field: str) -> ipaddress.IPv4Network:
    """Raises Invalid of `field`."""
    try:
        return ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise Invalid(f"{cidr} is no range of IPv4 addresses: {error}", field=field) from None


def place(network: Thing) -> int:
    """Among its VPC's subnets."""
    return int(labels.of(network).get(labels.VPC_PLACE) or 0)


def as_subnet(network: Thing) -> Subnet:
    told = labels.of(network)
    return Subnet(
        iid=Iid(told[labels.NAME], network["Id"]),
        cidr=network["IPAM"]["Config"][0]["Subnet"],
        tags=labels.users(told),
        details={key: network[key] for key in ("Name", "Driver", "Created") if network.get(key)},
    )
