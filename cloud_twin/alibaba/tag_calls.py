"""TagResources and its like, of both products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..centre import Thing
from . import ids, key_pairs, lists, tags
from .errors import AlibabaError
from .parameters import Given

if TYPE_CHECKING:
    from .facade import Alibaba

MOST_RESOURCES = 50
BY_TOKEN, DEFAULT_SIZE = range(1, 51), 50
# ResourceType to the centre's kind.
ECS_TYPES: Mapping[str, str] = {
    "instance": "instances",
    "disk": "disks",
    "securitygroup": "security_groups",
    "eni": "network_interfaces",
    "keypair": key_pairs.KIND,
}
VPC_TYPES: Mapping[str, str] = {"VPC": "vpcs", "VSWITCH": "vswitches", "ROUTETABLE": "route_tables", "EIP": "eips"}


def add_ecs(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _add(cloud, given, ECS_TYPES)


def add_vpc(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _add(cloud, given, VPC_TYPES)


def remove_ecs(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _remove(cloud, given, ECS_TYPES)


def remove_vpc(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _remove(cloud, given, VPC_TYPES)


def list_ecs(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _list(cloud, given, ECS_TYPES)


def list_vpc(cloud: Alibaba, given: Given) -> dict[str, Any]:
    return _list(cloud, given, VPC_TYPES)


def _add(cloud: Alibaba, given: Given, types: Mapping[str, str]) -> dict[str, Any]:
    """A key that is there already gets the new value."""
    things, new = _named(cloud, given, types), tags.read(given)
    for thing in things:
        tags.check_count({**thing.body["tags"], **new})
    for thing in things:
        thing.body["tags"] = {**thing.body["tags"], **new}
    return {}


def _remove(cloud: Alibaba, given: Given, types: Mapping[str, str]) -> dict[str, Any]:
    things, keys = _named(cloud, given, types), given.texts("TagKey")
    if not keys and not given.flag("All"):
        raise AlibabaError(404, "MissingParameter.Tags", "The parameter - Tags should not be null")
    for thing in things:
        kept = {key: value for key, value in thing.body["tags"].items() if keys and key not in keys}
        thing.body["tags"] = kept
    return {}


def _list(cloud: Alibaba, given: Given, types: Mapping[str, str]) -> dict[str, Any]:
    """Of the resources that are named, or of all that have the tags that are."""
    wanted = given.texts("ResourceId")
    if not wanted and not given.objects("Tag"):
        text = "The parameter Tag.n or ResourceId.n is needed."
        raise AlibabaError(400, "MissingParameter.TagOrResourceId", text)
    kind = _kind(given, types)
    shown_type = given.text("ResourceType")
    found = {
        f"{thing.number:012}/{key}": _shown(thing, shown_type, key)
        for thing in ids.in_region(cloud, kind, given.region)
        if (not wanted or _name(thing) in wanted) and tags.fits(thing, given)
        for key in thing.body["tags"]
    }
    shown, page = lists.names_by_token(cloud, given, list(found), BY_TOKEN, DEFAULT_SIZE)
    return {"TagResources": {"TagResource": [found[one] for one in shown]}, **page}


def _shown(thing: Thing, shown_type: str, key: str) -> dict[str, str]:
    value = thing.body["tags"][key]
    return {"ResourceType": shown_type, "ResourceId": _name(thing), "TagKey": key, "TagValue": value}


def _name(thing: Thing) -> str:
    """A key pair has no id."""
    return str(thing.body["name"]) if thing.kind == key_pairs.KIND else thing.key


def _kind(given: Given, types: Mapping[str, str]) -> str:
    kind = types.get(given.text("ResourceType"))
    if kind is None:
        text = "The ResourceType provided does not exist in our records."
        raise AlibabaError(404, "InvalidResourceType.NotFound", text)
    return kind


def _named(cloud: Alibaba, given: Given, types: Mapping[str, str]) -> list[Thing]:
    """Raises AlibabaError."""
    kind, wanted = _kind(given, types), given.texts("ResourceId")
    if len(wanted) > MOST_RESOURCES:
        text = f"The ResourceIds parameter's number is exceed , Valid : {MOST_RESOURCES}"
        raise AlibabaError(400, "NumberExceed.ResourceIds", text)
    found = [one for one in ids.in_region(cloud, kind, given.region) if _name(one) in wanted]
    if len(found) < len(set(wanted)):
        text = "The specified ResourceIds are not found in our records."
        raise AlibabaError(404, "InvalidResourceId.NotFound", text)
    return found
