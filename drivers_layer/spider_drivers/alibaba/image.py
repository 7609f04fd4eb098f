"""Machine images. Name and id at once is the image id: names of images are not unique."""

from __future__ import annotations

from ..contract import Architecture, Iid, Image, ImageHandler, ImageStatus, Platform, Ref, details, handling
from .calls import Acs, Thing
from .errors import understood

_ARCHITECTURES = {
    "x86_64": Architecture.X86_64,
    "i386": Architecture.X86_32,
    "arm64": Architecture.ARM64,
}


class AlibabaImages(ImageHandler):
    """`list` holds Alibaba's images, the account's own and those that others share with it. The market place's, which
    have to be bought, and the community's are found by their ids."""

    def __init__(self, acs: Acs) -> None:
        self._acs = acs

    def list(self) -> list[Image]:
        found = self._acs.all("ecs.DescribeImages")
        with understood():
            return [_image(one) for one in found]

    def get(self, ref: Ref) -> Image:
        found = described(self._acs, handling.id_of(ref, "image"))
        with understood():
            return _image(found)

    def any(self) -> Image:
        """One call."""
        page = self._acs.page("ecs.DescribeImages", ImageOwnerAlias="system", PageSize=1)
        with understood():
            return _image(handling.first("image", page))


def described(acs: Acs, image: str) -> Thing:
    """Raises NotFound."""
    found = acs.all("ecs.DescribeImages", ImageId=image)
    if not found:
        raise handling.missing("image", image)
    return found[0]


def windows(found: Thing) -> bool:
    """An image, or an instance."""
    return str(found.get("OSType", "")).lower() == "windows"


def _image(found: Thing) -> Image:
    return Image(
        iid=Iid(found["ImageId"], found["ImageId"]),
        architecture=_ARCHITECTURES.get(found.get("Architecture", ""), Architecture.UNKNOWN),
        platform=Platform.WINDOWS if windows(found) else Platform.LINUX,
        distribution=found.get("OSNameEn") or found.get("OSName", ""),
        disk_gib=found.get("Size"),
        status=ImageStatus.AVAILABLE if found.get("Status") == "Available" else ImageStatus.UNAVAILABLE,
        details=details.told(found, but=("ImageId", "Architecture", "Usage")),
    )
