"""Images."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ..capability import Capability
from . import Iid


class Architecture(StrEnum):
    ARM32 = "arm32"
    ARM64 = "arm64"
    ARM64_MAC = "arm64_mac"
    X86_32 = "x86_32"
    X86_64 = "x86_64"
    X86_64_MAC = "x86_64_mac"
    UNKNOWN = "NA"


class Platform(StrEnum):
    LINUX = "Linux/UNIX"
    WINDOWS = "Windows"
    UNKNOWN = "NA"


class ImageStatus(StrEnum):
    AVAILABLE = "Available"
    UNAVAILABLE = "Unavailable"
    UNKNOWN = "NA"


class ImageType(StrEnum):
    PUBLIC = "PublicImage"
    MINE = "MyImage"


@dataclass(frozen=True, slots=True)
class Image:
    iid: Iid
    architecture: Architecture = Architecture.UNKNOWN
    platform: Platform = Platform.UNKNOWN
    distribution: str = ""
    disk_type: str = ""
    disk_gib: int | None = None
    status: ImageStatus = ImageStatus.UNKNOWN
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImageRequest:
    name: str

    def check(self, capability: Capability) -> None:
        """Nothing but the name, which the engine checks for every kind."""

    def expected(self) -> Image:
        return Image(Iid(self.name, ""))
