"""Subnets: what Cloudit has of a VPC. Their ids are shown, their addresses are what calls go by."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Collection, Iterable

from ..contract import (
    Attempt,
    Iid,
    InUse,
    Invalid,
    NoAnswer,
    NotFound,
    Part,
    SpiderError,
    Subnet,
    SubnetRequest,
    Unsupported,
)
from . import capability, details, marks
from .calls import Cloudit, Thing
from .errors import Asked

PART = "subnet "  # a subnet's part is this and its name
_ADDRESS = "address of subnet "  # noted before it is made

VPC_CIDR = "10.0.0.0/16"
PREFIX = 22
_LAST = "10.0.248.0"
LONGEST_NAME = capability.LONGEST_NAME - marks.LONGEST_MARK


class Subnets:
    """Those of the tenant."""

    def __init__(self, cloudit: Cloudit) -> None:
        self._cloudit = cloudit

    def all(self) -> list[Thing]:
        """Also those that Spider did not make."""
        return self._cloudit.all("dna/subnets")

    def own(self) -> list[Thing]:
        return [one for one in self.all() if is_own(one)]

    def part(self, request: SubnetRequest, attempt: Attempt, field: str) -> Part:
        """`field`: of the request, which names the range."""
        name, address = marks.marked(request.name, attempt.token), request.cidr.partition("/")[0]
        body: Thing = {"name": name, "addr": address, "prefix": str(PREFIX), "gateway": "", "protection": 0}

        def find() -> str | None:
            return next((str(one["id"]) for one in self.all() if one.get("name") == name), None)

        def make(_: str) -> str:
            attempt.note(_ADDRESS + request.name, address)
            asked = Asked(invalid=field, conflict=Invalid)
            try:
                made = self._cloudit.call("POST", "dna/subnets", body=body, asked=asked)
            except Invalid:  # perhaps the address was taken by an earlier try, shown only now
                with contextlib.suppress(SpiderError):
                    if ours := find():
                        return ours
                raise
            return made_id(made) or find() or lost(f"the subnet {name}")

        return Part(PART + request.name, make, find)

    def delete(self, address: str) -> None:
        """What is gone is no error."""
        with contextlib.suppress(NotFound):
            self._cloudit.call("DELETE", "dna/subnets/{}", address, asked=Asked(conflict=InUse))

    def refuse_in_use(self, addresses: Collection[str], title: str) -> None:
        """Raises InUse where a server is in a subnet of one of them."""
        servers = self._cloudit.all("ace/servers") if addresses else []
        users = sorted(str(one.get("name")) for one in servers if one.get("subnetAddr") in addresses)
        if users:
            raise InUse(f"{title} is in use by {', '.join(users)}")


def is_own(found: Thing) -> bool:
    return marks.unmarked(str(found.get("name"))) is not None


def made_by(found: Thing, token: str) -> bool:
    return marks.made_by(str(found.get("name")), token)


def noted(attempt: Attempt) -> dict[str, str]:
    """Id to address, of those that the attempt has made."""
    made = {part.removeprefix(PART): one for part, one in attempt.parts.items() if part.startswith(PART)}
    return {one: attempt.parts[_ADDRESS + name] for name, one in made.items() if _ADDRESS + name in attempt.parts}


def as_subnet(found: Thing) -> Subnet:
    name = str(found.get("name") or "")
    return Subnet(
        iid=Iid(marks.unmarked(name) or name, found["id"]),
        cidr=f"{found['addr']}/{found['prefix']}",
        details=details.told(found, but=("id", "addr", "prefix")),
    )


def network(cidr: str, field: str) -> ipaddress.IPv4Network:
    """Raises Invalid."""
    try:
        return ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise Invalid(str(error), field=field) from None


def check(request: SubnetRequest, field: str) -> None:
    """Raises Invalid, Unsupported."""
    if not request.name.strip() or len(request.name) > LONGEST_NAME:
        raise Invalid(
            f"the subnet's name '{request.name}' is not of 1 to {LONGEST_NAME} characters: Spider's mark has to fit "
            "behind it",
            field="name" if field == "cidr" else field,
        )
    wanted = network(request.cidr, field)
    last = ipaddress.IPv4Address(_LAST)
    if wanted.prefixlen != PREFIX or not wanted.subnet_of(network(VPC_CIDR, field)) or wanted.network_address > last:
        text = f"subnets of Cloudit are 10.0.0.0/{PREFIX}, 10.0.4.0/{PREFIX} and so on to {_LAST}/{PREFIX}"
        raise Invalid(f"'{request.cidr}' of the subnet '{request.name}' is none: {text}", field=field)
    refuse_tags(request.tags)


def check_free(request: SubnetRequest, shown: Iterable[Thing], token: str, field: str) -> None:
    """`shown`: what there is. Raises Invalid."""
    for one in shown:
        if f"{one['addr']}/{one['prefix']}" == request.cidr and not made_by(one, token):
            raise Invalid(f"'{request.cidr}' is taken by the subnet '{one.get('name')}'", field=field)


def refuse_tags(tags: object) -> None:
    """Raises Unsupported."""
    if tags:
        raise Unsupported("Cloudit has no tags, and nothing but servers a description to hold them", field="tags")


def made_id(answer: object) -> str:
    """Of what a create has answered; "" where it has answered nothing."""
    return str(answer.get("id") or "") if isinstance(answer, dict) else ""


def lost(what: str) -> str:
    """Raises NoAnswer: Cloudit has granted it, and neither says nor shows its id."""
    raise NoAnswer(f"Cloudit granted {what} with an empty answer, and does not show it yet")
