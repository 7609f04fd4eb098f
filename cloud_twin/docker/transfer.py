"""Images that come to the Engine: pulled, imported, loaded, made of a container; and archives of what is there."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..centre import Thing
from ..facade import Call
from . import archives, catalogue, changes, containers, files, ids, images, reading, references, shapes, times
from .answers import as_json, streamed
from .errors import EngineError, unserved
from .power import all_files

if TYPE_CHECKING:
    from .facade import Docker


def create(cloud: Docker, call: Call) -> Response:
    """POST /images/create pulls, or imports."""
    if source := call.query.get("fromSrc"):
        if source != "-":
            raise unserved("images from a URL: it fetches nothing. Send the archive with fromSrc=-")
        return streamed([{"status": _import(cloud, call).body["Id"]}])
    name, tag = call.query.get("fromImage", ""), call.query.get("tag", "")
    if not name:
        raise EngineError(500, 'Get "http:": http: no Host in request URL')
    joint = "@" if tag.startswith("sha256:") else ":"
    repository, word = references.parsed(f"{name}{joint}{tag}" if tag else name)
    return streamed(_pull(cloud, repository, word))


def _pull(cloud: Docker, repository: str, tag: str) -> list[dict[str, Any]]:
    """What the Engine tells while it pulls. Raises EngineError."""
    if host := references.registry(repository):
        raise EngineError(500, f'Get "https://{host}/v2/": dial tcp: lookup {host}: no such host')
    known = _known(repository, tag)
    there = cloud.centre.find(f"images/{known.id}")
    whole = references.joined(repository, tag)
    fresh = there is None or whole not in there.body["tags"] + there.body["digests"]
    layer = {"progressDetail": {}, "id": ids.short(known.layer)}
    whole_bar = {"progressDetail": {"current": known.size, "total": known.size}, "id": layer["id"]}
    path = repository if "/" in repository else f"library/{repository}"
    told: list[dict[str, Any]] = [{"status": f"Pulling from {path}", "id": tag}]
    if there is None:
        told += [{"status": "Pulling fs layer", **layer}, {"status": "Downloading", **whole_bar}]
        told += [{"status": "Verifying Checksum", **layer}, {"status": "Download complete", **layer}]
        told += [{"status": "Extracting", **whole_bar}, {"status": "Pull complete", **layer}]
    images.add_known(cloud, known)
    told.append({"status": f"Digest: {known.digest}"})
    outcome = "Downloaded newer image" if fresh else "Image is up to date"
    return [*told, {"status": f"Status: {outcome} for {whole}"}]


def _known(repository: str, tag: str) -> catalogue.Known:
    """Raises EngineError in the words of Docker Hub."""
    of_repository = [one for one in catalogue.KNOWN.values() if one.name.rpartition(":")[0] == repository]
    if not of_repository:
        why = "repository does not exist or may require 'docker login'"
        denied = "denied: requested access to the resource is denied"
        raise EngineError(404, f"pull access denied for {repository}, {why}: {denied}")
    for one in of_repository:
        if tag in (one.name.rpartition(":")[2], one.digest):
            return one
    whole = references.joined(repository, tag)
    raise EngineError(404, f"manifest for {whole} not found: manifest unknown: manifest unknown")


def _import(cloud: Docker, call: Call) -> Thing:
    """Raises EngineError."""
    repository, tag = call.query.get("repo", ""), call.query.get("tag", "")
    name = references.joined(*references.parsed(f"{repository}:{tag}" if tag else repository)) if repository else ""
    config = shapes.filled(changes.applied({}, call.request.args.getlist("changes")), shapes.CONFIG)
    archive = call.request.get_data()
    found = archives.unpacked(archive)
    layer = (_digest(archive), files.size(found.values()))
    comment = call.query.get("message") or "Imported from -"
    image_id = _id_of(config, [layer[0]], times.shown(cloud.centre.clock.now()))
    image = images.add(cloud, image_id, config, found, [layer], Comment=comment)
    return images.give_name(cloud, image, name) if name else image


def commit(cloud: Docker, call: Call) -> Response:
    """An image of a container as it stands."""
    container = containers.named(cloud, call.query.get("container", ""))
    repository, tag = call.query.get("repo", ""), call.query.get("tag", "")
    name = references.joined(*references.parsed(f"{repository}:{tag}" if tag else repository)) if repository else ""
    sent = reading.body(call, "Config", shapes.types(shapes.CONFIG), status=500) if call.request.get_data() else {}
    theirs = container.body["Config"]
    config = {name: value for name, value in theirs.items() if name not in _NOT_COMMITTED} | sent
    for member in ("Labels", "ExposedPorts", "Volumes"):
        if merged := {**(theirs.get(member) or {}), **(sent.get(member) or {})}:
            config[member] = merged
    config = shapes.filled(changes.applied(config, call.request.args.getlist("changes")), shapes.CONFIG)
    written = container.body["files"]
    parent = cloud.centre.find(f"images/{container.body['ImageId']}")
    below = parent.body["layers"] if parent else [(_digest(b""), files.size(container.body["base"].values()))]
    layer = (_digest(container.body["Id"].encode() + ids.new().encode()), files.size(written.values()))
    image = images.add(
        cloud,
        _id_of(config, [digest for digest, _ in [*below, layer]], times.shown(cloud.centre.clock.now())),
        config,
        all_files(container),
        [*below, layer],
        Parent=container.body["ImageId"] if parent else "",
        Container=container.body["Id"],
        ContainerConfig=theirs,
        Author=call.query.get("author", ""),
        Comment=call.query.get("comment", ""),
    )
    if name:
        images.give_name(cloud, image, name)
    return as_json({"Id": image.body["Id"]}, 201)


# What is of a container and not of what is made of it.
_NOT_COMMITTED = ("Hostname", "Domainname", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "Image")


def save(cloud: Docker, call: Call) -> Response:
    """GET /images/{name}/get: an archive as `docker save` writes it."""
    name = call.values["name"]
    image = images.named(cloud, name)
    layer = files.pack(image.body["files"], "/") if image.body["files"] else b""
    digest = ids.short(image.body["Id"])
    rootfs = {"type": "layers", "diff_ids": [one for one, _ in image.body["layers"]]}
    told = {"architecture": image.body["Architecture"], "os": "linux", "config": image.body["Config"]}
    config = {**told, "created": times.shown(image.made), "rootfs": rootfs, "comment": image.body["Comment"]}
    whole = image.body["Id"].removeprefix("sha256:")
    manifest = [{"Config": f"{whole}.json", "RepoTags": image.body["tags"], "Layers": [f"{digest}/layer.tar"]}]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for path, content in (
            (f"{whole}.json", json.dumps(config).encode()),
            (f"{digest}/layer.tar", layer),
            ("manifest.json", json.dumps(manifest).encode()),
        ):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return Response(out.getvalue(), content_type="application/x-tar")


def load(cloud: Docker, call: Call) -> Response:
    """POST /images/load. What is wrong with the archive comes in the stream, after the status has said success."""
    try:
        told = [image for archive in [_members(call.request.get_data())] for image in _loaded(cloud, archive)]
    except (tarfile.TarError, EngineError, EOFError, OSError, KeyError, ValueError):
        why = "Error processing tar file(exit status 1): unexpected EOF"
        return streamed([{"errorDetail": {"message": why}, "error": why}])
    return streamed(told)


def _members(archive: bytes) -> Mapping[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {one.name: found.read() for one in tar if one.isreg() and (found := tar.extractfile(one))}


def _loaded(cloud: Docker, archive: Mapping[str, bytes]) -> Iterable[dict[str, Any]]:
    for one in json.loads(archive["manifest.json"]):
        told = json.loads(archive[one["Config"]])
        found: dict[str, files.File] = {}
        sizes: list[int] = []
        for path in one["Layers"]:
            layer = files.unpack(archive[path])
            found, sizes = {**found, **layer}, [*sizes, files.size(layer.values())]
        digests = told["rootfs"]["diff_ids"]
        whole_sizes = [*sizes, *[0] * (len(digests) - len(sizes))]
        image_id = f"sha256:{one['Config'].removesuffix('.json').rpartition('/')[2]}"
        config = shapes.filled(told.get("config") or {}, shapes.CONFIG)
        layers = list(zip(digests, whole_sizes, strict=True))
        image = images.add(cloud, image_id, config, found, layers, Comment=told.get("comment", ""))
        for name in one.get("RepoTags") or ():
            images.give_name(cloud, image, name)
            yield {"stream": f"Loaded image: {name}\n"}
        if not one.get("RepoTags"):
            yield {"stream": f"Loaded image ID: {image_id}\n"}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _id_of(config: Any, layers: list[str], created: str) -> str:
    return _digest(json.dumps([config, layers, created]).encode())
