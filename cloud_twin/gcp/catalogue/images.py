"""Public images: of each system the newest few, and some that are deprecated or obsolete.

Source: "Operating system details" of the Compute Engine guide, for projects, families, sizes; names and days are of the
real images' form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

_LINUX = ("VIRTIO_SCSI_MULTIQUEUE", "UEFI_COMPATIBLE", "GVNIC", "SEV_CAPABLE")
_WINDOWS = ("VIRTIO_SCSI_MULTIQUEUE", "WINDOWS", "MULTI_IP_SUBNET", "UEFI_COMPATIBLE", "GVNIC")


@dataclass(frozen=True)
class Image:
    """`number`: growing, for ids. `state`: DEPRECATED, OBSOLETE, "" of what is neither; `replacement`: a name."""

    project: str
    name: str
    family: str
    description: str
    day: str
    size_gb: int
    number: int
    arm: bool = False
    state: str = ""
    replacement: str = ""

    @property
    def key(self) -> str:
        return f"projects/{self.project}/global/images/{self.name}"

    @property
    def made(self) -> datetime:
        return datetime.strptime(self.day, "%Y%m%d").replace(tzinfo=UTC)

    @property
    def features(self) -> tuple[str, ...]:
        return _WINDOWS if self.project.startswith("windows") else _LINUX

    @property
    def license(self) -> str:
        """Its key: projects/…/global/licenses/…"""
        return f"projects/{self.project}/global/licenses/{self.family.removesuffix('-arm64')}"


# project: name without its day, family, description, size in GB, days (the last is the newest)
_SYSTEMS: Mapping[str, tuple[tuple[str, str, str, int, tuple[str, ...]], ...]] = {
    "centos-cloud": (
        ("centos-stream-9-v{}", "centos-stream-9", "CentOS, CentOS, Stream 9, x86_64", 20, ("20261014", "20261112")),
    ),
    "cos-cloud": (
        ("cos-117-18613-{}", "cos-117-lts", "Google, Container-Optimized OS, 117 LTS, x86_64", 10, ("20261020",)),
    ),
    "debian-cloud": (
        ("debian-11-bullseye-v{}", "debian-11", "Debian, Debian GNU/Linux, 11 (bullseye), amd64", 10, ("20260812",)),
        (
            "debian-12-bookworm-v{}",
            "debian-12",
            "Debian, Debian GNU/Linux, 12 (bookworm), amd64",
            10,
            ("20260910", "20261014", "20261111"),
        ),
        (
            "debian-12-bookworm-arm64-v{}",
            "debian-12-arm64",
            "Debian, Debian GNU/Linux, 12 (bookworm), arm64",
            10,
            ("20261111",),
        ),
        ("debian-13-trixie-v{}", "debian-13", "Debian, Debian GNU/Linux, 13 (trixie), amd64", 10, ("20261111",)),
    ),
    "fedora-coreos-cloud": (
        (
            "fedora-coreos-43-{}-3-0-gcp-x86-64",
            "fedora-coreos-stable",
            "Fedora, Fedora CoreOS, stable",
            10,
            ("20261102",),
        ),
    ),
    "opensuse-cloud": (
        ("opensuse-leap-15-6-v{}-x86-64", "opensuse-leap", "openSUSE, Leap, 15.6, x86_64", 10, ("20261007",)),
    ),
    "rhel-cloud": (("rhel-9-v{}", "rhel-9", "Red Hat, Red Hat Enterprise Linux, 9.6, x86_64", 20, ("20261113",)),),
    "rocky-linux-cloud": (
        ("rocky-linux-8-v{}", "rocky-linux-8", "Rocky Linux, Rocky Linux, 8, x86_64", 20, ("20261113",)),
        ("rocky-linux-9-v{}", "rocky-linux-9", "Rocky Linux, Rocky Linux, 9, x86_64", 20, ("20261015", "20261113")),
    ),
    "suse-cloud": (
        ("sles-15-sp7-v{}-x86-64", "sles-15", "SUSE, SUSE Linux Enterprise Server, 15 SP7", 10, ("20261021",)),
    ),
    "ubuntu-os-cloud": (
        (
            "ubuntu-2204-jammy-v{}",
            "ubuntu-2204-lts",
            "Canonical, Ubuntu, 22.04 LTS, amd64 jammy image built on {}",
            10,
            ("20261009", "20261106"),
        ),
        (
            "ubuntu-2404-noble-amd64-v{}",
            "ubuntu-2404-lts-amd64",
            "Canonical, Ubuntu, 24.04 LTS, amd64 noble image built on {}",
            10,
            ("20261008", "20261107"),
        ),
        (
            "ubuntu-2404-noble-arm64-v{}",
            "ubuntu-2404-lts-arm64",
            "Canonical, Ubuntu, 24.04 LTS, arm64 noble image built on {}",
            10,
            ("20261107",),
        ),
    ),
    "windows-cloud": (
        (
            "windows-server-2022-dc-v{}",
            "windows-2022",
            "Microsoft, Windows Server, 2022 Datacenter, Server with Desktop Experience, x64",
            50,
            ("20261015", "20261112"),
        ),
    ),
    "windows-sql-cloud": (
        (
            "sql-2022-express-windows-2022-dc-v{}",
            "sql-exp-2022-win-2022",
            "Microsoft, SQL Server 2022 Express on Windows Server 2022",
            50,
            ("20261112",),
        ),
    ),
}
# Families of which the next one takes the place.
_OBSOLETE = {"debian-11"}


def _all() -> dict[str, list[Image]]:
    made: dict[str, list[Image]] = {}
    for project, systems in _SYSTEMS.items():
        made[project] = []
        for name, family, description, size, days in systems:
            newest = name.format(days[-1])
            for day in days:
                old = name.format(day) != newest
                state = "OBSOLETE" if family in _OBSOLETE else "DEPRECATED" if old else ""
                number = 1_000_000 + sum(map(len, made.values()))
                image = Image(
                    project,
                    name.format(day),
                    family,
                    description.format(f"{day[:4]}-{day[4:6]}-{day[6:]}"),
                    day,
                    size,
                    number,
                    arm="arm64" in name,
                    state=state,
                    replacement=newest if old else "",
                )
                made[project].append(image)
    return made


# By project.
IMAGES: Mapping[str, list[Image]] = _all()
