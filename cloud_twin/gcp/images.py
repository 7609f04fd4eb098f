"""Images: Google's public ones. The own project has none: nothing here makes images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..facade import Call
from . import lists
from .catalogue.images import IMAGES, Image
from .errors import absent
from .links import link, number_id, project_key, shown_time

if TYPE_CHECKING:
    from .facade import Gcp


def get(cloud: Gcp, call: Call) -> dict[str, Any]:
    return _shown(find(f"{project_key(call.values['project'])}/global/images/{call.values['image']}"))


def get_from_family(cloud: Gcp, call: Call) -> dict[str, Any]:
    return _shown(find(f"{project_key(call.values['project'])}/global/images/family/{call.values['family']}"))


def list_(cloud: Gcp, call: Call) -> dict[str, Any]:
    project = project_key(call.values["project"])
    found = [_shown(image) for image in IMAGES.get(call.values["project"], [])]
    return lists.answer(cloud, call, "compute#imageList", f"{project}/global/images", found)


def find(key: str) -> Image:
    """By its name; or by its family, of which the newest that is not deprecated is meant. Raises GceError."""
    project, _, name = key.removeprefix("projects/").partition("/global/images/")
    family = name.removeprefix("family/")
    for image in reversed(IMAGES.get(project, [])):
        if image.name == name or number_id(image.number) == name:
            return image
        if name.startswith("family/") and image.family == family and not image.state:
            return image
    raise absent(key)


def _shown(image: Image) -> dict[str, Any]:
    made: dict[str, Any] = {
        "kind": "compute#image",
        "id": number_id(image.number),
        "creationTimestamp": shown_time(image.made),
        "name": image.name,
        "description": image.description,
        "sourceType": "RAW",
        "rawDisk": {"source": "", "containerType": "TAR"},
        "status": "READY",
        "archiveSizeBytes": str(image.size_gb * 100_000_000),
        "diskSizeGb": str(image.size_gb),
        "family": image.family,
        "selfLink": link(image.key),
        "labelFingerprint": "42WmSpB8rSM=",
        "licenses": [link(image.license)],
        "guestOsFeatures": [{"type": one} for one in image.features],
        "storageLocations": ["asia", "eu", "us"],
        "architecture": "ARM64" if image.arm else "X86_64",
    }
    if image.state:
        made["deprecated"] = {"state": image.state}
        if image.replacement:
            key = f"projects/{image.project}/global/images/{image.replacement}"
            made["deprecated"]["replacement"] = link(key)
    return made
