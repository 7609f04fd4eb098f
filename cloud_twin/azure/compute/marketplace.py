"""Platform images: a choice of the real ones, in every region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...facade import Call
from .. import regions
from ..errors import ArmError

if TYPE_CHECKING:
    from ..facade import Azure


@dataclass(frozen=True)
class Image:
    """`versions`: oldest first. `size` in GiB."""

    publisher: str
    offer: str
    sku: str
    versions: tuple[str, ...]
    system: str = "Linux"
    generation: str = "V2"
    size: int = 30
    processor: str = "x64"

    @property
    def urn(self) -> str:
        return f"{self.publisher}:{self.offer}:{self.sku}"


_UBUNTU = ("24.04.202505020", "24.04.202509120", "24.04.202510010")
IMAGES = (
    Image("Canonical", "ubuntu-24_04-lts", "server", _UBUNTU),
    Image("Canonical", "ubuntu-24_04-lts", "server-gen1", _UBUNTU, generation="V1"),
    Image("Canonical", "ubuntu-24_04-lts", "server-arm64", _UBUNTU, processor="Arm64"),
    Image("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2", ("22.04.202504300", "22.04.202509090")),
    Image("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts", ("22.04.202509090",), generation="V1"),
    Image("Canonical", "UbuntuServer", "16.04-LTS", ("16.04.202109280",), generation="V1"),
    Image("Debian", "debian-12", "12-gen2", ("0.20250428.2096", "0.20250911.2232")),
    Image("Debian", "debian-12", "12", ("0.20250911.2232",), generation="V1"),
    Image("Debian", "debian-11", "11-backports-gen2", ("0.20250428.2096",)),
    Image("RedHat", "RHEL", "8-lvm-gen2", ("8.10.2025052010",), size=64),
    Image("RedHat", "RHEL", "9-lvm-gen2", ("9.5.2025050816", "9.6.2025061610"), size=64),
    Image("SUSE", "sles-15-sp5", "gen2", ("2025.04.24",)),
    Image("SUSE", "opensuse-leap-15-6", "gen2", ("2025.04.24",)),
    Image("almalinux", "almalinux-x86_64", "9-gen2", ("9.5.202411260",)),
    Image("MicrosoftWindowsServer", "WindowsServer", "2016-Datacenter", ("14393.7969.250416",), "Windows", "V1", 127),
    Image(
        "MicrosoftWindowsServer",
        "WindowsServer",
        "2022-datacenter-azure-edition",
        ("20348.3561.250409",),
        "Windows",
        "V2",
        127,
    ),
    Image(
        "MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-g2", ("20348.3561.250409",), "Windows", "V2", 127
    ),
)


def found(location: str, reference: dict[str, str]) -> tuple[Image, str]:
    """The image that a VM's imageReference names, and its version. Raises ArmError."""
    wanted = [reference.get(name, "") for name in ("publisher", "offer", "sku")]
    version = reference.get("version", "latest")
    for image in IMAGES:
        if [word.lower() for word in wanted] == image.urn.lower().split(":"):
            if version.lower() == "latest":
                return image, image.versions[-1]
            if version in image.versions:
                return image, version
    raise ArmError(
        404,
        "PlatformImageNotFound",
        f"The platform image '{':'.join([*wanted, version])}' is not available. Verify that all fields in the storage "
        "profile are correct. For more details about storage profile information, please refer to "
        "https://aka.ms/storageprofile",
        target="imageReference",
    )


def named(text: str) -> tuple[Image, str]:
    """The image that an id names. Raises ArmError."""
    words = text.strip("/").split("/")
    fields = dict(zip((word.lower() for word in words[::2]), words[1::2], strict=False))
    wanted = {"publisher": "publishers", "offer": "offers", "sku": "skus", "version": "versions"}
    return found("", {name: fields.get(word, "") for name, word in wanted.items()})


class Marketplace:
    """Answers are plain arrays, without pages."""

    def __init__(self, arm: Azure) -> None:
        self._arm = arm

    def publishers(self, call: Call) -> Any:
        names = dict.fromkeys(image.publisher for image in IMAGES)
        return [self._named(call, f"Publishers/{name}", name) for name in names]

    def offers(self, call: Call) -> Any:
        publisher, inside = self._publisher(call)
        where = f"Publishers/{publisher}/ArtifactTypes/VMImage/Offers"
        return [self._named(call, f"{where}/{name}", name) for name in dict.fromkeys(one.offer for one in inside)]

    def skus(self, call: Call) -> Any:
        publisher, inside = self._publisher(call)
        offer = call.values["offer"]
        skus = dict.fromkeys(one.sku for one in inside if one.offer.lower() == offer.lower())
        if not skus:
            raise _missing("Artifact: VMImage was not found.")
        where = f"Publishers/{publisher}/ArtifactTypes/VMImage/Offers/{offer}/Skus"
        return [self._named(call, f"{where}/{name}", name) for name in skus]

    def versions(self, call: Call) -> Any:
        image = self._image(call)
        names = list(image.versions)
        if call.query.get("$orderby", "").lower() == "name desc":
            names.reverse()
        if call.query.get("$top", "").isdecimal():
            names = names[: int(call.query["$top"])]
        shown = [self._named(call, f"{_where(image)}/Versions/{name}", name) for name in names]
        if call.query.get("$expand", "").lower() == "properties":
            shown = [{**one, "properties": _properties(image)} for one in shown]
        return shown

    def get(self, call: Call) -> Any:
        image = self._image(call)
        wanted = call.values["version"]
        name = image.versions[-1] if wanted == "latest" else wanted
        if name not in image.versions:
            raise _missing("Artifact: VMImage was not found.")
        shown = self._named(call, f"{_where(image)}/Versions/{name}", name)
        return {**shown, "properties": _properties(image)}

    def _publisher(self, call: Call) -> tuple[str, list[Image]]:
        wanted = call.values["publisherName"]
        inside = [image for image in IMAGES if image.publisher.lower() == wanted.lower()]
        if not inside:
            text = f"Publisher: {wanted} was not found."
            raise ArmError(404, "NotFound", text)
        return inside[0].publisher, inside

    def _image(self, call: Call) -> Image:
        wanted = [call.values[name].lower() for name in ("publisherName", "offer", "skus")]
        for image in self._publisher(call)[1]:
            if wanted == image.urn.lower().split(":"):
                return image
        raise _missing("Artifact: VMImage was not found.")

    def _named(self, call: Call, where: str, name: str) -> dict[str, Any]:
        location = regions.checked(call.values["location"], "Microsoft.Compute/locations/publishers")
        start = f"/Subscriptions/{self._arm.account.subscription}/Providers/Microsoft.Compute/Locations/{location}"
        return {"location": location, "name": name, "id": f"{start}/{where}"}


def _where(image: Image) -> str:
    return f"Publishers/{image.publisher}/ArtifactTypes/VMImage/Offers/{image.offer}/Skus/{image.sku}"


def _missing(text: str) -> ArmError:
    return ArmError(404, "NotFound", text)


def _properties(image: Image) -> dict[str, Any]:
    return {
        "hyperVGeneration": image.generation,
        "architecture": image.processor,
        "replicaType": "Managed",
        "osDiskImage": {"operatingSystem": image.system, "sizeInGb": image.size},
        "dataDiskImages": [],
        "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": False},
        "features": [{"name": "IsAcceleratedNetworkSupported", "value": "True"}],
        "imageDeprecationStatus": {"imageState": "Active"},
        "disallowed": {"vmDiskType": "None"},
    }
