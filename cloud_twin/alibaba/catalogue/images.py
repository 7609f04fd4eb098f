"""Public images: of each system the newest few.

Source: "Release notes for public images" of the ECS guide; ids, names and days are of the real images' form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Image:
    """`day`: YYYYMMDD. `system`: Windows, or what the platform is called."""

    id: str
    family: str
    system: str
    description: str
    size_gb: int
    day: str
    arm: bool = False

    @property
    def made(self) -> datetime:
        return datetime.strptime(self.day, "%Y%m%d").replace(hour=2, minute=31, second=22, tzinfo=UTC)

    @property
    def windows(self) -> bool:
        return self.system == "Windows Server 2022"


# platform, id without its day, name, GB, days (the last is the newest)
_SYSTEMS: tuple[tuple[str, str, str, int, tuple[str, ...]], ...] = (
    (
        "Aliyun",
        "aliyun_3_x64_20G_alibase_{}.vhd",
        "Alibaba Cloud Linux 3.2104 LTS 64 bit",
        20,
        ("20260812", "20261016"),
    ),
    ("Aliyun", "aliyun_3_arm64_20G_alibase_{}.vhd", "Alibaba Cloud Linux 3.2104 LTS 64 bit for ARM", 20, ("20261016",)),
    ("Aliyun", "aliyun_2_1903_x64_20G_alibase_{}.vhd", "Alibaba Cloud Linux 2.1903 LTS 64 bit", 20, ("20260129",)),
    ("Anolis", "anolisos_8_9_x64_20G_anck_alibase_{}.vhd", "Anolis OS 8.9 ANCK 64 bit", 20, ("20260724", "20260919")),
    ("CentOS Stream", "centos_stream_9_x64_20G_alibase_{}.vhd", "CentOS Stream 9 64 bit", 20, ("20260911",)),
    ("CentOS", "centos_7_9_x64_20G_alibase_{}.vhd", "CentOS 7.9 64 bit", 20, ("20250718",)),
    ("AlmaLinux", "almalinux_9_6_x64_20G_alibase_{}.vhd", "AlmaLinux 9.6 64 bit", 20, ("20260821",)),
    ("Rocky Linux", "rockylinux_8_10_x64_20G_alibase_{}.vhd", "Rocky Linux 8.10 64 bit", 20, ("20260821",)),
    ("Rocky Linux", "rockylinux_9_6_x64_20G_alibase_{}.vhd", "Rocky Linux 9.6 64 bit", 20, ("20260703", "20260821")),
    ("Debian", "debian_11_11_x64_20G_alibase_{}.vhd", "Debian 11.11 64 bit", 20, ("20260625",)),
    ("Debian", "debian_12_11_x64_20G_alibase_{}.vhd", "Debian 12.11 64 bit", 20, ("20260625", "20260908")),
    ("Debian", "debian_12_11_arm64_20G_alibase_{}.vhd", "Debian 12.11 64 bit for ARM", 20, ("20260908",)),
    ("Fedora", "fedora_42_1_x64_20G_alibase_{}.vhd", "Fedora 42 64 bit", 20, ("20260812",)),
    ("OpenSUSE", "opensuse_15_6_x64_20G_alibase_{}.vhd", "openSUSE 15.6 64 bit", 20, ("20260826",)),
    ("Ubuntu", "ubuntu_20_04_x64_20G_alibase_{}.vhd", "Ubuntu 20.04 64 bit", 20, ("20260522",)),
    ("Ubuntu", "ubuntu_22_04_x64_20G_alibase_{}.vhd", "Ubuntu 22.04 64 bit", 20, ("20260625", "20260819", "20261015")),
    ("Ubuntu", "ubuntu_22_04_arm64_20G_alibase_{}.vhd", "Ubuntu 22.04 64 bit for ARM", 20, ("20261015",)),
    ("Ubuntu", "ubuntu_24_04_x64_20G_alibase_{}.vhd", "Ubuntu 24.04 64 bit", 20, ("20260819", "20261015")),
    (
        "Windows Server 2022",
        "win2022_21H2_x64_dtc_en-us_40G_alibase_{}.vhd",
        "Windows Server 2022 Data Center Edition 64bit English Edition",
        40,
        ("20260917", "20261022"),
    ),
)


def _all() -> Iterator[Image]:
    for platform, name, description, size, days in _SYSTEMS:
        family = "acs:" + name.partition("_20G")[0].partition("_40G")[0].replace("_dtc_en-us", "")
        for day in reversed(days):
            yield Image(name.format(day), family, platform, description, size, day, "arm64" in name)


# By id: of each system the newest first.
IMAGES: Mapping[str, Image] = {one.id: one for one in _all()}
