"""Images at the Engine. Name and id at once is `repository:tag`; an image with several tags is several of them."""

from __future__ import annotations

import contextlib
from typing import Any

from ..contract import (
    Architecture,
    Attempt,
    Iid,
    Image,
    ImageHandler,
    ImageRequest,
    ImageStatus,
    InUse,
    NotFound,
    Part,
    Platform,
    Ref,
    Wait,
    converge,
)
from . import reference
from .calls import Engine, Thing
from .errors import Asked, understood

MISSING = "missing"
_NONE = "<none>"
# Go's names (GOARCH), which the Engine has from the image's configuration.
_ARCHITECTURES = {
    "amd64": Architecture.X86_64,
    "386": Architecture.X86_32,
    "arm64": Architecture.ARM64,
    "arm": Architecture.ARM32,
}
_PLATFORMS = {"linux": Platform.LINUX, "windows": Platform.WINDOWS}
_GIB = 1024**3


class DockerImages(ImageHandler):
    """To create is to pull, or with a URL to import; what is there is not pulled again. Lists do not tell architecture
    and platform: the Engine would have to be asked for each image."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Image]:
        """Images without a name are left out: what an image was before its tag went to a newer one."""
        with understood():
            return [_image(name, found) for found in self._engine.listed("images") for name in _names(found)]

    def get(self, ref: Ref) -> Image:
        name = reference.normal(ref.id or ref.name)
        with understood():
            return _image(name, described(self._engine, name))

    def create(self, request: ImageRequest, attempt: Attempt) -> Image | Wait:
        """Parts: missing (the image was not there before), image."""
        ref = Ref(request.name, reference.normal(request.name))
        if MISSING not in attempt.parts:
            with contextlib.suppress(NotFound):
                return self.get(ref)

        def fetch(_: str) -> str:
            self._engine.create_image(_source(request.name, str(ref.id)), attempt.check)
            return str(ref.id)

        parts = [Part(MISSING, make=lambda _: str(ref.id)), Part("image", make=fetch)]
        return converge.create(parts, attempt) or self.get(ref)

    def delete(self, ref: Ref, attempt: Attempt) -> None:
        """Only the name goes while the image has others. A create is undone if the image was not there before it, and
        nobody uses it by now."""
        name = ref.id or attempt.parts.get(MISSING)
        if not name:
            return
        attempt.check()
        with contextlib.suppress(NotFound, *(() if ref.id else (InUse,))):
            self._engine.call("remove_image", reference.normal(name), asked=Asked(conflict=InUse))


def described(engine: Engine, name: str, field: str | None = None) -> Thing:
    """Raises NotFound, or MissingReference of `field` where a request names the image."""
    return engine.told("inspect_image", name, asked=Asked(missing=field))


def _source(given: str, name: str) -> dict[str, str]:
    """Query of POST /images/create."""
    repository, tag = reference.split(name)
    if reference.is_url(given):
        return {"fromSrc": given, "repo": repository, "tag": tag}
    return {"fromImage": repository, "tag": tag}


def _names(found: Thing) -> list[str]:
    tags = [tag for tag in found.get("RepoTags") or () if _NONE not in tag]
    return tags or [digest for digest in found.get("RepoDigests") or () if _NONE not in digest]


def _image(name: str, found: Thing) -> Image:
    return Image(
        iid=Iid(name, name),
        architecture=_ARCHITECTURES.get(found.get("Architecture", ""), Architecture.UNKNOWN),
        platform=_PLATFORMS.get(found.get("Os", ""), Platform.UNKNOWN),
        distribution=name,
        disk_gib=-(-int(found["Size"]) // _GIB),
        status=ImageStatus.AVAILABLE,
        details=_details(found),
    )


def _details(found: Thing) -> dict[str, str]:
    config = found.get("Config") or {}
    told: dict[str, Any] = {
        "ImageID": found["Id"],
        "SizeBytes": found["Size"],
        "RepoDigests": ", ".join(found.get("RepoDigests") or ()),
        "ExposedPorts": ", ".join(sorted(config.get("ExposedPorts") or ())),
    }
    return {key: str(value) for key, value in told.items() if value}
