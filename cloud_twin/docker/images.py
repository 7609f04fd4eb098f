"""Images: kept by the digest of their configuration, called by any number of names."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import State, Thing
from ..facade import Call
from . import catalogue, files, filters, ids, reading, references, times
from .answers import nothing
from .errors import EngineError, no_image, no_space
from .host import ARCHITECTURE, DATA, OS, VERSION
from .shapes import NO_CONFIG

if TYPE_CHECKING:
    from .facade import Docker

_FILTERS = frozenset({"before", "dangling", "label", "reference", "since"})


def add(
    cloud: Docker,
    image_id: str,
    config: dict[str, Any],
    image_files: dict[str, files.File],
    layers: list[tuple[str, int]],
    **more: Any,
) -> Thing:
    """`layers`: digest and bytes of each. The one that is there already is kept. Raises EngineError."""
    if found := cloud.centre.find(f"images/{image_id}"):
        return found
    quota = cloud.settings.quotas.get("images")
    if quota is not None and len(cloud.centre.of_kind("images")) >= quota:
        raise no_space(f"overlay2/{ids.new()}")
    body = {
        "Id": image_id,
        "Config": config,
        "files": image_files,
        "layers": layers,
        "tags": [],
        "digests": [],
        "tagged": None,
        "Parent": "",
        "Comment": "",
        "Author": "",
        "Container": "",
        "ContainerConfig": NO_CONFIG,
        "DockerVersion": VERSION,
        "Architecture": ARCHITECTURE,
        **more,
    }
    thing: Thing = cloud.centre.new("images", f"images/{image_id}", body)
    thing.state = State.READY
    return cloud.centre.add(thing)


def add_known(cloud: Docker, known: catalogue.Known) -> Thing:
    """Raises EngineError."""
    config, layers = known.full_config(), [(known.layer, known.size)]
    image = add(cloud, known.id, config, known.files(), layers, DockerVersion="")
    name = known.name
    image.body["digests"] = sorted({*image.body["digests"], f"{name.rpartition(':')[0]}@{known.digest}"})
    return image if name in image.body["tags"] else give_name(cloud, image, name)


def give_name(cloud: Docker, image: Thing, name: str) -> Thing:
    """Another image of this name loses it."""
    for one in cloud.centre.of_kind("images"):
        if name in one.body["tags"]:
            one.body["tags"].remove(name)
    image.body["tags"] = sorted({*image.body["tags"], name})
    image.body["tagged"] = cloud.centre.clock.now()
    return image


def find(cloud: Docker, name: str) -> Thing | None:
    """By name, id, or the beginning of an id that no other has."""
    found = cloud.centre.of_kind("images")
    for one in found:
        if name == one.body["Id"] or f"sha256:{name}" == one.body["Id"]:
            return one
    try:
        whole = references.joined(*references.parsed(name))
    except EngineError:
        whole = name
    for one in found:
        if whole in one.body["tags"] or whole in one.body["digests"]:
            return one
    bare = name.removeprefix("sha256:")
    begun = [one for one in found if bare and one.body["Id"].removeprefix("sha256:").startswith(bare)]
    return begun[0] if len(begun) == 1 else None


def named(cloud: Docker, name: str, *, status: int = 400) -> Thing:
    """Raises EngineError, with `status` for what is no name."""
    found = find(cloud, name)
    if found is None:
        if name.startswith("sha256:"):
            raise no_image(name)
        raise no_image(references.joined(*references.parsed(name, status)))
    return found


def list_(cloud: Docker, call: Call) -> list[dict[str, Any]]:
    """Newest first. What others were made of and has no name is left out without `all`."""
    given = reading.filters(call, _FILTERS)
    for word in given.get("dangling", ()):
        if word not in ("true", "false", "1", "0"):
            raise EngineError(400, f"Invalid filter 'dangling=[{word}]'")
    parents = {one.body["Parent"] for one in cloud.centre.of_kind("images")}
    return [
        _listed(one, given)
        for one in sorted(_between(cloud, given), key=lambda one: one.number, reverse=True)
        if (reading.flag(call, "all") or one.body["tags"] or one.body["Id"] not in parents) and _fits(one, given)
    ]


def _between(cloud: Docker, given: filters.Given) -> list[Thing]:
    found = cloud.centre.of_kind("images")
    for name in given.get("before", ()):
        found = [one for one in found if one.number < named(cloud, name).number]
    for name in given.get("since", ()):
        found = [one for one in found if one.number > named(cloud, name).number]
    return found


def _fits(image: Thing, given: filters.Given) -> bool:
    dangling = "false" if image.body["tags"] or image.body["digests"] else "true"
    words = {"1": "true", "0": "false"}
    return (
        filters.labelled(given, image.body["Config"]["Labels"])
        and ("dangling" not in given or any(words.get(word, word) == dangling for word in given["dangling"]))
        and ("reference" not in given or bool(_chosen(image, given)))
    )


def _chosen(image: Thing, given: filters.Given) -> list[str]:
    """Names that the filter `reference` leaves; all without it."""
    patterns = given.get("reference")
    if patterns is None:
        return list(image.body["tags"])
    return [
        tag
        for tag in image.body["tags"]
        if any(fnmatch.fnmatchcase(one, word) for word in patterns for one in (tag, tag.rpartition(":")[0]))
    ]


def _listed(image: Thing, given: filters.Given) -> dict[str, Any]:
    size = sum(size for _, size in image.body["layers"])
    tags, digests = _chosen(image, given), image.body["digests"]
    nameless = not tags and not digests
    return {
        "Containers": -1,
        "Created": int(image.made.timestamp()),
        "Id": image.body["Id"],
        "Labels": image.body["Config"]["Labels"],
        "ParentId": image.body["Parent"],
        "RepoDigests": ["<none>@<none>"] if nameless else digests or None,
        "RepoTags": ["<none>:<none>"] if nameless else tags or None,
        "SharedSize": -1,
        "Size": size,
        "VirtualSize": size,
    }


def inspect(cloud: Docker, call: Call) -> dict[str, Any]:
    name = call.values["name"]
    try:
        image = named(cloud, name)
    except EngineError as error:
        raise EngineError(error.status, f"no such image: {name}: {error.message}") from None
    body = image.body
    size = sum(size for _, size in body["layers"])
    return {
        "Id": body["Id"],
        "RepoTags": body["tags"],
        "RepoDigests": body["digests"],
        "Parent": body["Parent"],
        "Comment": body["Comment"],
        "Created": times.shown(image.made),
        "Container": body["Container"],
        "ContainerConfig": body["ContainerConfig"],
        "DockerVersion": body["DockerVersion"],
        "Author": body["Author"],
        "Config": body["Config"],
        "Architecture": body["Architecture"],
        "Os": OS,
        "Size": size,
        "VirtualSize": size,
        "GraphDriver": graph_driver(body["layers"][-1][0].removeprefix("sha256:")),
        "RootFS": {"Type": "layers", "Layers": [digest for digest, _ in body["layers"]]},
        "Metadata": {"LastTagTime": times.shown(body["tagged"])},
    }


def graph_driver(folder: str, inside: str = "") -> dict[str, Any]:
    """Where a layer would be on the disk."""
    names = {"MergedDir": "merged", "UpperDir": "diff", "WorkDir": "work"}
    data = {name: f"{DATA}/overlay2/{folder}/{word}" for name, word in names.items()}
    lower = {"LowerDir": f"{DATA}/overlay2/{inside}/diff"} if inside else {}
    return {"Data": {**lower, **data}, "Name": "overlay2"}


def history(cloud: Docker, call: Call) -> list[dict[str, Any]]:
    """Newest first."""
    image: Thing | None = named(cloud, call.values["name"])
    shown = []
    while image:
        shown.append(
            {
                "Comment": image.body["Comment"],
                "Created": int(image.made.timestamp()),
                "CreatedBy": " ".join(image.body["ContainerConfig"]["Cmd"] or ()),
                "Id": image.body["Id"],
                "Size": image.body["layers"][-1][1],
                "Tags": image.body["tags"] or None,
            }
        )
        image = cloud.centre.find(f"images/{image.body['Parent']}")
    return shown


def tag(cloud: Docker, call: Call) -> Response:
    image = named(cloud, call.values["name"])
    repository, word = call.query.get("repo", ""), call.query.get("tag", "")
    give_name(
        cloud, image, references.joined(*references.parsed(f"{repository}:{word}" if word else repository, status=500))
    )
    return nothing(201)
