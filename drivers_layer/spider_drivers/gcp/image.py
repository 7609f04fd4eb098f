"""Images. Name and id at once is an image's URL, as Compute Engine lists it: names are unique within a project only."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from ..contract import (
    Architecture,
    Iid,
    Image,
    ImageHandler,
    ImageStatus,
    MissingReference,
    NotFound,
    Platform,
    Ref,
    SpiderError,
    details,
)
from .calls import Gce, Thing
from .errors import understood

# Where Google and its partners keep what everybody may use ("Operating system details" in Compute Engine's
# documentation), and how names of images begin there.
PUBLIC = {
    "debian-cloud": ("debian-",),
    "ubuntu-os-cloud": ("ubuntu-",),
    "rocky-linux-cloud": ("rocky-linux-",),
    "centos-cloud": ("centos-",),
    "rhel-cloud": ("rhel-",),
    "suse-cloud": ("sles-",),
    "opensuse-cloud": ("opensuse-",),
    "cos-cloud": ("cos-",),
    "fedora-coreos-cloud": ("fedora-coreos-",),
    "windows-cloud": ("windows-",),
    "windows-sql-cloud": ("sql-",),
}

# Of the public families those that are kept longest.
_LASTING = (("debian-cloud", "debian-12"), ("ubuntu-os-cloud", "ubuntu-2404-lts-amd64"))
_ARCHITECTURES = {"X86_64": Architecture.X86_64, "ARM64": Architecture.ARM64}
# A link, a part of one, `p/family`, or a short name; https://cloud.google.com/compute/docs/reference/rest/v1/instances
# (initializeParams.sourceImage) has the first two.
_LINK = re.compile(r"(?:https?://[^/]+/compute/[^/]+/)?(?:projects/([^/]+)/)?global/images/(family/)?([^/]+)")
_FAMILY = re.compile(r"([^/]+)/([^/]+)")
_SHORT = re.compile(r"[^/]+")


class GcpImages(ImageHandler):
    """`list` holds the project's images and the public ones, but for those that are deprecated."""

    def __init__(self, gce: Gce) -> None:
        self._gce = gce

    def list(self) -> list[Image]:
        found = self._gce.all("images.list")
        for project in PUBLIC:
            with contextlib.suppress(NotFound):  # Google gives one up now and then
                found += self._gce.all("images.list", project=project)
        with understood():
            return [_image(one) for one in found if _current(one)]

    def get(self, ref: Ref) -> Image:
        found = described(self._gce, ref.id or ref.name)
        with understood():
            return _image(found)

    def any(self) -> Image:
        """One call, unless Google has given up what is asked for first."""
        for project, family in _LASTING:
            with contextlib.suppress(NotFound), understood():
                return _image(_one(self._gce, project, family, family=True))
        return super().any()


def described(gce: Gce, image: str, field: str | None = None) -> Thing:
    """Raises NotFound, or MissingReference of `field` where a request names the image."""
    try:
        return _found(gce, image.strip())
    except NotFound as missing:
        if field is None:
            raise
        raise MissingReference(missing.message, field=field, code=missing.code, text=missing.text) from None


def windows(features: Any) -> bool:
    """`features`: guestOsFeatures of an image or of a disk."""
    return any(feature.get("type") == "WINDOWS" for feature in features or ())


def _found(gce: Gce, image: str) -> Thing:
    if link := _LINK.fullmatch(image):
        project, family, name = link[1] or gce.project, bool(link[2]), link[3]
        return _one(gce, project, name, family=family)
    if pair := _FAMILY.fullmatch(image):
        return _one(gce, pair[1], pair[2], family=True)
    if not _SHORT.fullmatch(image):
        raise NotFound(f"the image '{image}' does not exist: it is neither a link nor a name")
    return _by_short_name(gce, image)


def _by_short_name(gce: Gce, name: str) -> Thing:
    """In this project, else in the public one whose images are called so."""
    owners = [project for project, beginnings in PUBLIC.items() if name.startswith(beginnings)]
    missing: SpiderError = NotFound(f"the image '{name}' does not exist")
    for project in (gce.project, *owners):
        try:
            return _one(gce, project, name, family=False)
        except NotFound as error:
            missing = error
    raise missing


def _one(gce: Gce, project: str, name: str, *, family: bool) -> Thing:
    if family:
        return gce.call("images.getFromFamily", project=project, family=name)
    return gce.call("images.get", project=project, image=name)


def _current(found: Thing) -> bool:
    return bool((found.get("deprecated") or {}).get("state", "ACTIVE") == "ACTIVE")


def _image(found: Thing) -> Image:
    size = found.get("diskSizeGb")
    return Image(
        iid=Iid(found["selfLink"], found["selfLink"]),
        architecture=_ARCHITECTURES.get(found.get("architecture", ""), Architecture.UNKNOWN),
        platform=Platform.WINDOWS if windows(found.get("guestOsFeatures")) else Platform.LINUX,
        distribution=found.get("description") or found["name"],
        disk_gib=int(size) if size else None,
        status=ImageStatus.AVAILABLE if found.get("status") == "READY" else ImageStatus.UNAVAILABLE,
        details=details.told(found, but=("selfLink", "architecture", "kind")),
    )
