"""How images go: a name first, with the last one the image, unless somebody needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..centre import Thing
from ..facade import Call
from . import filters, ids, reading, references
from .errors import EngineError
from .images import named

if TYPE_CHECKING:
    from .facade import Docker

Gone = list[dict[str, str]]


def remove(cloud: Docker, call: Call) -> Gone:
    name, force = call.values["name"], reading.flag(call, "force")
    image = named(cloud, name)
    by_id = image.body["Id"].removeprefix("sha256:").startswith(name.removeprefix("sha256:"))
    return _by_id(cloud, image, force=force) if by_id else _by_name(cloud, image, name, force=force)


def _by_name(cloud: Docker, image: Thing, name: str, *, force: bool) -> Gone:
    """Raises EngineError."""
    body, whole = image.body, references.joined(*references.parsed(name))
    last = (len(body["tags"]) == 1 and whole in body["tags"]) or not body["tags"]
    if last and not force and (users := _users(cloud, image)):
        short = ids.short(users[0].body["Id"])
        told = f'unable to remove repository reference "{whole}" (must force) - container {short}'
        raise EngineError(409, f"conflict: {told} is using its referenced image {ids.short(body['Id'])}")
    gone = _without_name(body, whole)
    if body["tags"] or (whole not in body["digests"] and body["digests"] and not last):
        return gone
    gone += _without_names(body)
    return gone if _users(cloud, image) or _children(cloud, image) else gone + _deleted(cloud, image)


def _by_id(cloud: Docker, image: Thing, *, force: bool) -> Gone:
    """Raises EngineError."""
    body, short = image.body, ids.short(image.body["Id"])
    told = f"conflict: unable to delete {short}"
    if _children(cloud, image):
        raise EngineError(409, f"{told} (cannot be forced) - image has dependent child images")
    users = _users(cloud, image)
    for one in users:
        if one.body["state"] in ("running", "paused"):
            why = f"image is being used by running container {ids.short(one.body['Id'])}"
            raise EngineError(409, f"{told} (cannot be forced) - {why}")
    if not force:
        if len({tag.rpartition(":")[0] for tag in body["tags"]}) > 1:
            raise EngineError(409, f"{told} (must be forced) - image is referenced in multiple repositories")
        if users:
            why = f"image is being used by stopped container {ids.short(users[0].body['Id'])}"
            raise EngineError(409, f"{told} (must be forced) - {why}")
    gone = [{"Untagged": tag} for tag in body["tags"]]
    body["tags"] = []
    return [*gone, *_without_names(body), *_deleted(cloud, image)]


def _without_name(body: dict[str, Any], name: str) -> Gone:
    for kind in ("tags", "digests"):
        if name in body[kind]:
            body[kind].remove(name)
    return [{"Untagged": name}]


def _without_names(body: dict[str, Any]) -> Gone:
    gone = [{"Untagged": digest} for digest in body["digests"]]
    body["digests"] = []
    return gone


def _deleted(cloud: Docker, image: Thing) -> Gone:
    """With its own layer, and what it was made of, if nobody else needs it and it has no name."""
    gone, layer, parent = [{"Deleted": image.body["Id"]}], image.body["layers"][-1][0], image.body["Parent"]
    cloud.centre.remove(image.key)
    if not any(layer == other for one in cloud.centre.of_kind("images") for other, _ in one.body["layers"]):
        gone.append({"Deleted": layer})
    made_of = cloud.centre.find(f"images/{parent}")
    if made_of and not made_of.body["tags"] and not _users(cloud, made_of) and not _children(cloud, made_of):
        gone += [*_without_names(made_of.body), *_deleted(cloud, made_of)]
    return gone


def _users(cloud: Docker, image: Thing) -> list[Thing]:
    return [one for one in cloud.centre.of_kind("containers") if one.body["ImageId"] == image.body["Id"]]


def _children(cloud: Docker, image: Thing) -> bool:
    return any(one.body["Parent"] == image.body["Id"] for one in cloud.centre.of_kind("images"))


def prune(cloud: Docker, call: Call) -> dict[str, Any]:
    """Those without a name; with `dangling=false` all that no container uses."""
    given = reading.filters(call, frozenset({"dangling", "label", "until"}))
    named_too = any(word in ("false", "0") for word in given.get("dangling", ()))
    gone: Gone = []
    for image in cloud.centre.of_kind("images"):
        nameless = not image.body["tags"] and not image.body["digests"]
        needed = _users(cloud, image) or _children(cloud, image) or not cloud.centre.find(image.key)
        if (nameless or named_too) and not needed and filters.labelled(given, image.body["Config"]["Labels"]):
            gone += [{"Untagged": name} for name in image.body["tags"]]
            gone += [*_without_names(image.body), *_deleted(cloud, image)]
    return {"ImagesDeleted": gone or None, "SpaceReclaimed": 0}
