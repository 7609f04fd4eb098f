"""Machine images. Name and id at once is the AMI id: names of AMIs are not unique."""

from __future__ import annotations

from typing import Any

from ..contract import Architecture, Iid, Image, ImageHandler, ImageStatus, Platform, Ref, handling
from . import details, tags
from .calls import Ec2

_ARCHITECTURES = {
    "x86_64": Architecture.X86_64,
    "i386": Architecture.X86_32,
    "arm64": Architecture.ARM64,
    "x86_64_mac": Architecture.X86_64_MAC,
    "arm64_mac": Architecture.ARM64_MAC,
}
_USABLE = tags.where("state", "available") + tags.where("image-type", "machine")


class AwsImages(ImageHandler):
    """`list` holds Amazon's images and the account's own; `get` finds anyone's that the account may use."""

    def __init__(self, ec2: Ec2) -> None:
        self._ec2 = ec2

    def list(self) -> list[Image]:
        found = self._ec2.all("describe_images", "Images", Owners=["amazon", "self"], Filters=_USABLE)
        return [_image(one) for one in found]

    def get(self, ref: Ref) -> Image:
        return _image(described(self._ec2, handling.id_of(ref, "image")))

    def any(self) -> Image:
        """EC2 may answer an empty page before the first that is none ("Pagination", Amazon EC2 API Reference)."""
        found = self._ec2.each("describe_images", "Images", Owners=["amazon"], Filters=_USABLE, MaxResults=5)
        return _image(handling.first("image", found))


def described(ec2: Ec2, image: str, field: str | None = None) -> dict[str, Any]:
    """Raises NotFound, or MissingReference of `field` where a request names the image."""
    fields = {"InvalidAMIID": field, "Invalid": field}
    found = ec2.call("describe_images", fields, ImageIds=[image], IncludeDeprecated=True)["Images"]
    if not found:
        raise handling.missing("image", image, field)
    return dict(found[0])


def windows(described_image: dict[str, Any]) -> bool:
    """EC2 tells the platform of Windows only."""
    return bool(described_image.get("Platform", "").lower() == "windows")


def _image(found: dict[str, Any]) -> Image:
    disk = root_disk(found)
    return Image(
        iid=Iid(found["ImageId"], found["ImageId"]),
        architecture=_ARCHITECTURES.get(found.get("Architecture", ""), Architecture.UNKNOWN),
        platform=Platform.WINDOWS if windows(found) else Platform.LINUX,
        distribution=found.get("Description") or found.get("Name", ""),
        disk_type=disk.get("VolumeType", ""),
        disk_gib=disk.get("VolumeSize"),
        status=ImageStatus.AVAILABLE if found.get("State") == "available" else ImageStatus.UNAVAILABLE,
        details=details.told(found, but=("ImageId", "Architecture")),
    )


def root_disk(found: dict[str, Any]) -> dict[str, Any]:
    """The Ebs part of the root device's mapping; {} where there is none."""
    for mapping in found.get("BlockDeviceMappings", []):
        if mapping.get("DeviceName") == found.get("RootDeviceName"):
            return dict(mapping.get("Ebs", {}))
    return {}
