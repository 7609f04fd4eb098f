"""Subnets: inside a virtual network, without tags. Those of the user's stand among the network's own, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..contract import AlreadyExists, Attempt, Invalid, NotFound, Part, Ref, SubnetRequest, converge, handling
from . import building, tags
from .calls import Arm, Thing
from .errors import Asked
from .place import VNET, Place, same

PART = "subnet "  # a subnet's part is this and its name
CHECKED = "checked"
_OPERATIONS = "network.subnets"


def of(vnet: Thing) -> list[Thing]:
    return list(vnet["properties"].get("subnets") or [])


def named(vnet: Thing, name: str) -> Thing | None:
    return next((one for one in of(vnet) if same(one["name"], name)), None)


def body(request: SubnetRequest) -> Thing:
    return {"name": request.name, "properties": {"addressPrefix": request.cidr}}


def cidr(subnet: Thing) -> str:
    properties = subnet["properties"]
    return str(properties.get("addressPrefix") or (properties.get("addressPrefixes") or [""])[0])


def kept_tags(request: SubnetRequest) -> dict[str, str]:
    """What the network's tags keep of a subnet's. Raises Invalid for more than a tag can hold."""
    if not request.tags:
        return {}
    text = json.dumps(request.tags, separators=(",", ":"))
    if len(text) > tags.LONGEST_VALUE:
        raise Invalid(f"the tags of subnet '{request.name}' are longer than {tags.LONGEST_VALUE} as JSON", field="tags")
    return {tags.SUBNET_TAGS + request.name: text}


def tags_of(vnet: Thing, name: str) -> dict[str, str]:
    kept = {key.casefold(): value for key, value in tags.of(vnet).items()}
    read = json.loads(kept.get((tags.SUBNET_TAGS + name).casefold(), "{}"))
    return {str(key): str(value) for key, value in read.items()}


def users(place: Place, subnet: Thing) -> Iterator[str]:
    """Ids of the interfaces, load balancers, … that have addresses in a subnet, and of what is delegated to."""
    properties = subnet["properties"]
    for configuration in properties.get("ipConfigurations") or []:
        found = place.read(configuration["id"])
        yield place.id(found.type, found.name) if found and found.group == place.group else configuration["id"]
    for member in ("privateEndpoints", "serviceAssociationLinks", "resourceNavigationLinks"):
        yield from (str(one["id"]) for one in properties.get(member) or [])


class Adding:
    """The parts of a subnet in a virtual network that is there.

    Nothing in a subnet can say who made it, so a part `checked` is noted, with the range, once its name is seen absent.
    What has that name and range after that is this operation's.
    """

    def __init__(self, arm: Arm, vnet: Thing, request: SubnetRequest, attempt: Attempt) -> None:
        self._arm = arm
        self._vnet = vnet
        self._at = arm.place.read(vnet["id"])
        self._request = request
        self._attempt = attempt

    def parts(self) -> list[Part]:
        name = PART + self._request.name
        parts = [Part(CHECKED, self._check), Part(name, self._make, self._found)]
        if kept := kept_tags(self._request):
            parts.append(Part(f"tags of {name}", lambda _: self._tag(kept)))
        return parts

    def _cloud_id(self) -> str:
        return self._arm.place.spelled(f"{self._vnet['id']}/subnets/{self._request.name}")

    def _check(self, _: str) -> str:
        kept_tags(self._request)
        if self._shown() is not None:
            raise AlreadyExists(f"the subnet {self._cloud_id()} already exists", field="name")
        return self._request.cidr

    def _shown(self) -> Thing | None:
        return named(self._vnet, self._request.name)

    def _found(self) -> str | None:
        shown = self._shown()
        return self._cloud_id() if shown and cidr(shown) == self._attempt.parts[CHECKED] else None

    def _make(self, _: str) -> str:
        shown = self._shown()
        if shown and cidr(shown) != self._attempt.parts[CHECKED]:
            raise AlreadyExists(f"the subnet {self._cloud_id()} already exists", field="name")
        group, vnet, name = _path(self._arm.place, self._vnet, self._request.name)
        put = f"{_OPERATIONS}.begin_create_or_update"
        self._arm.begin(put, group, vnet, name, body(self._request), asked=Asked(invalid="cidr"))
        return self._cloud_id()

    def _tag(self, kept: dict[str, str]) -> str:
        tags.change(self._arm, str(self._vnet["id"]), "Merge", kept)
        return self._cloud_id()


def removal(arm: Arm, vnet: Thing, subnet: Ref, attempt: Attempt) -> list[Part]:
    """`vnet`: as it is now. None for a subnet of another network. Raises InUse for one that others are in."""
    name = _removed(arm.place, vnet, subnet, attempt)
    if name is None:
        return []
    group, network, name = _path(arm.place, vnet, name)
    there = named(vnet, name)
    if subnet.id and there:
        handling.refuse_in_use("subnet", subnet.id, users(arm.place, there))

    def look() -> Thing:
        if there is None:
            raise NotFound(f"the subnet {name} is not there")
        return there

    def send() -> bool:
        return arm.remove(f"{_OPERATIONS}.begin_delete", group, network, name)

    gone = building.removal(f"subnet {name}", name, look, send, noted=not subnet.id)
    return [*_tags_removal(arm, vnet, name), gone]


def _tags_removal(arm: Arm, vnet: Thing, name: str) -> list[Part]:
    """Else the next subnet of that name would seem to have the tags of this one."""
    key = (tags.SUBNET_TAGS + name).casefold()
    kept = {one: value for one, value in tags.of(vnet).items() if one.casefold() == key}

    def remove(_: str) -> None:
        tags.change(arm, str(vnet["id"]), "Delete", kept)

    return [converge.removal("tags", remove)] if kept else []


def _removed(place: Place, vnet: Thing, subnet: Ref, attempt: Attempt) -> str | None:
    if subnet.id:
        found, network = place.read(subnet.id), place.read(vnet["id"])
        if found is None or network is None or found.type != VNET:
            return None
        inside = same(found.name, network.name) and same(found.group, network.group)
        return found.inner if inside and found.inner else None
    # Undone is an add whose name was seen absent before: what has that name and range now is its own.
    shown = named(vnet, subnet.name)
    wanted = attempt.parts.get(CHECKED)
    if wanted is None or (shown and cidr(shown) != wanted):
        return None
    return subnet.name


def _path(place: Place, vnet: Thing, name: str) -> tuple[str, str, str]:
    found = place.read(vnet["id"])
    if found is None:
        raise AssertionError(f"{vnet['id']} is no id of the subscription's")
    return found.group, found.name, name
