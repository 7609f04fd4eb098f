"""Images: Cloudit's templates."""

from __future__ import annotations

import builtins

from ..contract import Architecture, Iid, Image, ImageHandler, ImageStatus, Platform, Ref
from . import details, names
from .calls import Cloudit, Thing
from .clusters import Clusters
from .errors import Asked, understood

_ARCHITECTURES = {
    "x86_64": Architecture.X86_64,
    "amd64": Architecture.X86_64,
    "i386": Architecture.X86_32,
    "i686": Architecture.X86_32,
    "aarch64": Architecture.ARM64,
    "arm64": Architecture.ARM64,
}
_NEVER, _ALWAYS = (0, False, "0", "false", "N"), (1, True, "1", "true", "Y")


class CloudItImages(ImageHandler):
    """By id or name. Where clusters have templates of the same name, the one of the connection's cluster is meant."""

    def __init__(self, cloudit: Cloudit, clusters: Clusters) -> None:
        self._cloudit = cloudit
        self._clusters = clusters

    def list(self) -> list[Image]:
        found = self._cloudit.all("ace/templates")
        with understood():
            return [_image(one) for one in found]

    def get(self, ref: Ref) -> Image:
        found = self.described(ref)
        with understood():
            return _image(found)

    def described(self, ref: Ref, field: str | None = None) -> Thing:
        """Raises NotFound, or MissingReference of `field` where a request names the image."""
        wanted = ref.id or ref.name
        found = names.matching(self._cloudit.all("ace/templates"), wanted)
        if found:
            return self._of_the_cluster(found)
        if not wanted:
            raise names.absent("image", wanted, field)
        # One that the list leaves out, or Cloudit's own words for its absence.
        return self._cloudit.told("GET", "ace/templates/{}", wanted, asked=Asked(missing=field))

    def _of_the_cluster(self, found: builtins.list[Thing]) -> Thing:
        if len(found) == 1:
            return found[0]
        cluster = self._clusters.id()
        return next((one for one in found if one.get("clusterId") == cluster), found[0])


def windows(template: str) -> bool:
    """Of a template's name, or of its operating system."""
    return "windows" in template.lower()


def _image(found: Thing) -> Image:
    system = str(found.get("os") or found["name"])
    return Image(
        iid=Iid(found["name"], found["id"]),
        architecture=_ARCHITECTURES.get(str(found.get("arch", "")).lower(), Architecture.UNKNOWN),
        platform=Platform.WINDOWS if windows(system) else Platform.LINUX,
        distribution=system,
        status=_status(found.get("enabled")),
        details=details.told(found, but=("id", "name", "arch", "os")),
    )


def _status(enabled: object) -> ImageStatus:
    """Which words a template's state has is not known."""
    if enabled in _NEVER:
        return ImageStatus.UNAVAILABLE
    return ImageStatus.AVAILABLE if enabled in _ALWAYS else ImageStatus.UNKNOWN
