"""Images. Of Azure's own, name and id at once is `Publisher:Offer:Sku:Version`; of one's own, the ARM id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..contract import (
    Architecture,
    Iid,
    Image,
    ImageHandler,
    ImageStatus,
    ImageType,
    MissingReference,
    NotFound,
    Platform,
    Ref,
    handling,
)
from . import details, offers, resources
from .calls import Arm, Thing
from .errors import ANYTHING, Asked
from .place import same

LATEST = "latest"
_IMAGES = "compute.virtual_machine_images"
_ARCHITECTURES = {"x64": Architecture.X86_64, "arm64": Architecture.ARM64}
_PLATFORMS = {"linux": Platform.LINUX, "windows": Platform.WINDOWS}


@dataclass(frozen=True, slots=True)
class Base:
    """What a VM is made from. `reference`: as a VM's imageReference names it. `plan`: what is to be bought with it; {}
    for most."""

    reference: dict[str, str]
    windows: bool
    plan: dict[str, str]


class AzureImages(ImageHandler):
    """A list is one call for each of the declared offers, and the resource group's own images."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._own = resources.own_images(arm)
        self._bases: dict[str, Base] = {}

    def list(self) -> list[Image]:
        found = [_own_image(self._own.spelled(one), one) for one in self._own.listed()]
        for offer in offers.OFFERS:
            found += self._offered(*offer)
        return found

    def get(self, ref: Ref) -> Image:
        name = ref.id or ref.name
        if _own_name(name):
            own = self._own.described(Ref(name, name))
            return _own_image(self._own.spelled(own), own)
        return _image(name, self._described(name))

    def any(self) -> Image:
        """One call for each offer that the region lacks, and one for the first that it has."""
        return handling.first("image", (one for offer in offers.OFFERS for one in self._offered(*offer)))

    def base(self, ref: Ref) -> Base:
        """Kept as long as the connection: a create asks for it at each step. Raises MissingReference."""
        name = ref.id or ref.name
        if name not in self._bases:
            self._bases[name] = self._base(name)
        return self._bases[name]

    def _base(self, name: str) -> Base:
        if _own_name(name):
            own = self._own.described(Ref(name, name), field="image")
            return Base({"id": own["id"]}, _platform(_own_disk(own).get("osType")) is Platform.WINDOWS, {})
        found = self._described(name, field="image")
        publisher, offer, sku, version = name.split(":")
        reference = {"publisher": publisher, "offer": offer, "sku": sku, "version": version}
        plan = dict(found["properties"].get("plan") or {})
        return Base(reference, _platform(_system(found)) is Platform.WINDOWS, plan)

    def _offered(self, publisher: str, offer: str) -> Sequence[Image]:
        try:
            skus = self._arm.all(f"{_IMAGES}.list_skus", self._arm.place.location, publisher, offer)
        except NotFound:
            return []
        return [_listed(publisher, offer, sku["name"]) for sku in skus]

    def _described(self, name: str, field: str | None = None) -> Thing:
        """Raises NotFound, or MissingReference of `field` where a request names the image."""
        words = name.split(":")
        if len(words) != 4 or not all(words):
            text = f"image {name} does not exist: it is neither Publisher:Offer:Sku:Version nor the id of an image"
            raise MissingReference(text, field=field) if field else NotFound(text)
        *where, version = words
        asked = Asked(missing=field) if field else ANYTHING
        if version == LATEST:
            version = self._latest(where, name, asked)
        return self._arm.call(f"{_IMAGES}.get", self._arm.place.location, *where, version, asked=asked)

    def _latest(self, where: Sequence[str], name: str, asked: Asked) -> str:
        found = self._arm.all(
            f"{_IMAGES}.list", self._arm.place.location, *where, asked=asked, top=1, orderby="name desc"
        )
        if not found:
            text = f"image {name} does not exist: Azure has no version of it in {self._arm.place.location}"
            raise MissingReference(text, field=asked.missing) if asked.missing else NotFound(text)
        return str(found[0]["name"])


def _own_name(name: str) -> bool:
    """Whether it is an ARM id, or the name of an image in the resource group."""
    return "/" in name or ":" not in name


def name_of(reference: Thing) -> tuple[str, ImageType]:
    """Of the image that a VM's imageReference names."""
    if reference.get("id"):
        return str(reference["id"]), ImageType.MINE
    words = [str(reference.get(word) or "") for word in ("publisher", "offer", "sku", "version")]
    return (":".join(words) if any(words) else ""), ImageType.PUBLIC


def _listed(publisher: str, offer: str, sku: str) -> Image:
    name = f"{publisher}:{offer}:{sku}:{LATEST}"
    windows = publisher.casefold() in offers.WINDOWS_PUBLISHERS
    return Image(
        Iid(name, name),
        Architecture.ARM64 if "arm64" in f"{offer} {sku}".casefold() else Architecture.X86_64,
        Platform.WINDOWS if windows else Platform.LINUX,
        distribution=f"{offer} {sku}",
        status=ImageStatus.AVAILABLE,
    )


def _image(name: str, found: Thing) -> Image:
    properties = found["properties"]
    return Image(
        Iid(name, name),
        _ARCHITECTURES.get(str(properties.get("architecture", "")).casefold(), Architecture.UNKNOWN),
        _platform(_system(found)),
        distribution=" ".join(name.split(":")[1:3]),
        disk_gib=(properties.get("osDiskImage") or {}).get("sizeInGb"),
        status=ImageStatus.AVAILABLE,
        details={"exactVersion": str(found["name"])} | details.told(found, but=("architecture",)),
    )


def _own_image(cloud_id: str, found: Thing) -> Image:
    disk = _own_disk(found)
    return Image(
        Iid(found["name"], cloud_id),
        Architecture.UNKNOWN,
        _platform(disk.get("osType")),
        distribution=found["name"],
        disk_type=disk.get("storageAccountType") or "",
        disk_gib=disk.get("diskSizeGB"),
        status=ImageStatus.AVAILABLE if _made(found) else ImageStatus.UNAVAILABLE,
        details=details.told(found),
    )


def _made(found: Thing) -> bool:
    return any(same(str(found["properties"].get("provisioningState")), word) for word in ("Succeeded", "created"))


def _own_disk(found: Thing) -> Thing:
    return dict((found["properties"].get("storageProfile") or {}).get("osDisk") or {})


def _system(found: Thing) -> str:
    return str((found["properties"].get("osDiskImage") or {}).get("operatingSystem") or "")


def _platform(system: str | None) -> Platform:
    return _PLATFORMS.get(str(system).casefold(), Platform.UNKNOWN)
