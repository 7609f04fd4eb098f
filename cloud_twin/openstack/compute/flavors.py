"""Flavors: those of the cloud, which nobody here can change."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...facade import Call
from .. import services
from ..errors import bad_request, not_found
from . import microversions, pages
from .microversions import Version
from .schema import check_query

if TYPE_CHECKING:
    from ..facade import OpenStack


@dataclass(frozen=True)
class Flavor:
    """`ram`: MiB; `disk`: GiB."""

    name: str
    ram: int
    disk: int
    vcpus: int

    @property
    def id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.name}.flavor.cloud-twin"))


FLAVORS = {
    one.id: one
    for one in (
        Flavor("m1.nano", 64, 1, 1),
        Flavor("m1.tiny", 512, 1, 1),
        Flavor("m1.small", 2048, 20, 1),
        Flavor("m1.medium", 4096, 40, 2),
        Flavor("m1.large", 8192, 80, 4),
    )
}
_SORT_KEYS: Mapping[str, Callable[[Flavor], Any]] = {
    "flavorid": lambda one: one.id,
    "name": lambda one: one.name,
    "memory_mb": lambda one: one.ram,
    "vcpus": lambda one: one.vcpus,
    "root_gb": lambda one: one.disk,
}
# By these all flavors are alike.
_OTHER_SORT_KEYS = (
    "created_at",
    "description",
    "disabled",
    "ephemeral_gb",
    "id",
    "is_public",
    "rxtx_factor",
    "swap",
    "updated_at",
    "vcpu_weight",
)
_QUERY = {
    "type": "object",
    "properties": {
        "limit": pages.NUMBER,
        "marker": pages.ANY,
        "is_public": pages.ANY,
        "minRam": pages.ANY,
        "minDisk": pages.ANY,
        "sort_key": {"type": "array", "items": {"type": "string", "enum": sorted((*_SORT_KEYS, *_OTHER_SORT_KEYS))}},
        "sort_dir": {"type": "array", "items": {"type": "string", "enum": ["asc", "desc"]}},
    },
}


def list_(cloud: OpenStack, call: Call) -> dict[str, Any]:
    shown, links = _page(cloud, call)
    version = microversions.asked(call.request)
    basic = [
        {"id": one.id, "name": one.name, "links": _links(call, one)}
        | ({"description": None} if version >= (2, 55) else {})
        for one in shown
    ]
    return pages.listed("flavors", basic, links)


def details(cloud: OpenStack, call: Call) -> dict[str, Any]:
    shown, links = _page(cloud, call)
    version = microversions.asked(call.request)
    return pages.listed("flavors", [_shown(call, one, version) for one in shown], links)


def get(_: OpenStack, call: Call) -> dict[str, Any]:
    return {"flavor": _shown(call, find(call.values["id"]), microversions.asked(call.request))}


def extra_specs(_: OpenStack, call: Call) -> dict[str, Any]:
    find(call.values["id"])
    return {"extra_specs": {}}


def extra_spec(_: OpenStack, call: Call) -> dict[str, Any]:
    flavor = find(call.values["id"])
    raise not_found(f"Flavor {flavor.id} has no extra specs with key {call.values['key']}.")


def find(flavor_id: str) -> Flavor:
    """Raises ComputeError."""
    found = FLAVORS.get(flavor_id)
    if found is None:
        raise not_found(f"Flavor {flavor_id} could not be found.")
    return found


def links_of(call: Call, flavor_id: str) -> list[dict[str, str]]:
    """The bookmark alone, as servers show it."""
    return [{"rel": "bookmark", "href": f"{services.base(call, 'compute')}/flavors/{flavor_id}"}]


def _page(cloud: OpenStack, call: Call) -> tuple[list[Flavor], list[dict[str, str]]]:
    strict = microversions.asked(call.request) >= (2, 75)
    check_query(pages.query_of(call), {**_QUERY, "additionalProperties": not strict})
    ram, disk = _least(call, "minRam"), _least(call, "minDisk")
    key, direction = call.query.get("sort_key", "flavorid"), call.query.get("sort_dir", "asc")
    fitting = [one for one in FLAVORS.values() if one.ram >= ram and one.disk >= disk]
    ordered = sorted(fitting, key=_SORT_KEYS.get(key, lambda _: 0), reverse=direction == "desc")
    return pages.page(cloud, call, ordered, lambda one: one.id)


def _least(call: Call, name: str) -> int:
    given = call.query.get(name, "0")
    try:
        return int(given)
    except ValueError:
        raise bad_request(f"Invalid {name} filter [{given}]") from None


def _shown(call: Call, flavor: Flavor, version: Version) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": flavor.id,
        "name": flavor.name,
        "ram": flavor.ram,
        "disk": flavor.disk,
        "swap": 0 if version >= (2, 75) else "",
        "OS-FLV-EXT-DATA:ephemeral": 0,
        "OS-FLV-DISABLED:disabled": False,
        "vcpus": flavor.vcpus,
        "os-flavor-access:is_public": True,
        "rxtx_factor": 1.0,
        "links": _links(call, flavor),
    }
    if version >= (2, 55):
        made["description"] = None
    return made | ({"extra_specs": {}} if version >= (2, 61) else {})


def _links(call: Call, flavor: Flavor) -> list[dict[str, str]]:
    url = f"{services.version_url(call, 'compute')}/flavors/{flavor.id}"
    return [{"rel": "self", "href": url}, *links_of(call, flavor.id)]
