"""Images. Name and id at once is glance's id: its names are not unique. One may be asked for by its name, too."""

from __future__ import annotations

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
    details,
    handling,
)
from .calls import OpenStack, Thing, path
from .errors import understood
from .names import UUID

# Values of glance's property `architecture` ("Useful image properties" in glance's documentation).
_ARCHITECTURES = {
    "x86_64": Architecture.X86_64,
    "i686": Architecture.X86_32,
    "aarch64": Architecture.ARM64,
    "armv7l": Architecture.ARM32,
}
_GIB = 2**30
# Of no use to anybody who makes a VM.
_PLUMBING = ("self", "file", "schema", "direct_url", "locations", "os_hash_value", "stores")


class OpenStackImages(ImageHandler):
    def __init__(self, cloud: OpenStack) -> None:
        self._cloud = cloud

    def list(self) -> list[Image]:
        found = self._cloud.all("image/images")
        with understood():
            return [_image(one) for one in found]

    def get(self, ref: Ref) -> Image:
        found = described(self._cloud, ref)
        with understood():
            return _image(found)

    def any(self) -> Image:
        """One call."""
        found = self._cloud.page("image/images", limit=1)
        with understood():
            return _image(handling.first("image", found))


def described(cloud: OpenStack, ref: Ref, field: str | None = None) -> Thing:
    """By its id, else the newest active one of its name. Raises NotFound, or MissingReference of `field` where a
    request names the image."""
    word = (ref.id or ref.name).strip()
    if word in ("", ".", ".."):
        raise NotFound(f"the image '{word}' does not exist")
    try:
        named = [] if UUID.fullmatch(word) else cloud.all("image/images", name=word, status="active")
        if named:
            return max(named, key=lambda image: str(image.get("created_at")))
        return cloud.get(path("image/images", word))
    except NotFound as missing:
        if field is None:
            raise
        raise MissingReference(missing.message, field=field, code=missing.code, text=missing.text) from None


def windows(found: Thing) -> bool:
    return str(found.get("os_type", "")).lower() == "windows"


def _image(found: Thing) -> Image:
    size = found.get("virtual_size") or found.get("size") or 0
    words = (found.get("os_distro"), found.get("os_version"))
    return Image(
        iid=Iid(found["id"], found["id"]),
        architecture=_ARCHITECTURES.get(found.get("architecture") or "", Architecture.UNKNOWN),
        platform=Platform.WINDOWS if windows(found) else Platform.LINUX,
        distribution=" ".join(word for word in words if word) or found.get("name") or "",
        disk_gib=max(found.get("min_disk") or 0, -(-size // _GIB)) or None,
        status=ImageStatus.AVAILABLE if found.get("status") == "active" else ImageStatus.UNAVAILABLE,
        details=details.told(found, but=("id", "architecture", *_PLUMBING)),
    )
