"""Persistent disks: those that machines boot from. They are made with their machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Effect, Thing
from ..facade import Call
from . import fingerprints, lists, operations
from .catalogue.images import Image
from .catalogue.places import ALL_ZONES
from .errors import in_use
from .links import find, link, number_id, shown_time

if TYPE_CHECKING:
    from .facade import Gcp


def new(cloud: Gcp, key: str, image: Image, size_gb: int, type_key: str, params: dict[str, Any]) -> Thing:
    body = {
        "name": key.rpartition("/")[2],
        "sizeGb": str(size_gb),
        "type": type_key,
        "labels": params.get("labels", {}),
        "image": image.key,
        "image_id": number_id(image.number),
        "features": list(image.features),
        "license": image.license,
        "arm": image.arm,
        **({"description": params["description"]} if "description" in params else {}),
    }
    return cloud.centre.new("disks", key, body)


def get(cloud: Gcp, call: Call) -> dict[str, Any]:
    return _shown(cloud, _named(cloud, call))


def list_(cloud: Gcp, call: Call) -> dict[str, Any]:
    collection = f"{cloud.scope(call)}/disks"
    found = [_shown(cloud, one) for one in cloud.centre.of_kind("disks") if one.key.startswith(f"{collection}/")]
    return lists.answer(cloud, call, "compute#diskList", collection, found)


def aggregated(cloud: Gcp, call: Call) -> dict[str, Any]:
    found = [_shown(cloud, one) for one in cloud.centre.of_kind("disks")]
    scopes = [f"zones/{zone}" for zone in ALL_ZONES]
    return lists.aggregated(cloud, call, "compute#diskAggregatedList", "disks", scopes, found)


def delete(cloud: Gcp, call: Call) -> dict[str, Any]:
    thing = _named(cloud, call)
    operations.refuse_while_busy(cloud, thing)
    if users := sorted(one.key for one in _users(cloud, thing)):
        raise in_use("disk", thing.key, users[0])
    return operations.begin(cloud, call, "delete", thing, Effect.REMOVE)


def _named(cloud: Gcp, call: Call) -> Thing:
    return find(cloud, f"{cloud.scope(call)}/disks", call.values["disk"])


def _users(cloud: Gcp, disk: Thing) -> list[Thing]:
    return [one for one in cloud.centre.of_kind("instances") if disk.key in one.uses]


def _shown(cloud: Gcp, thing: Thing) -> dict[str, Any]:
    body = thing.body
    made: dict[str, Any] = {
        "kind": "compute#disk",
        "id": number_id(thing.number),
        "creationTimestamp": shown_time(thing.made),
        "name": body["name"],
        "sizeGb": body["sizeGb"],
        "zone": link(thing.key.rpartition("/disks/")[0]),
        "status": "READY",
        "sourceImage": link(body["image"]),
        "sourceImageId": body["image_id"],
        "selfLink": link(thing.key),
        "type": link(body["type"]),
        "licenses": [link(body["license"])],
        "guestOsFeatures": [{"type": one} for one in body["features"]],
        "lastAttachTimestamp": shown_time(thing.made),
        "labelFingerprint": fingerprints.of(body["labels"]),
        "physicalBlockSizeBytes": "4096",
        "architecture": "ARM64" if body["arm"] else "X86_64",
        "enableConfidentialCompute": False,
    }
    made |= {name: body[name] for name in ("description", "labels") if body.get(name)}
    if users := [link(one.key) for one in _users(cloud, thing)]:
        made["users"] = users
    return made
