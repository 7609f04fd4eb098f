"""The offers whose images are listed: Azure has tens of thousands, each of them a few calls away from the next.

Any other image is found by its name. An offer that a region lacks is left out there.
"""

from __future__ import annotations

# Publisher, offer. "Endorsed Linux distributions on Azure", and Windows Server.
OFFERS: tuple[tuple[str, str], ...] = (
    ("Canonical", "ubuntu-24_04-lts"),
    ("Canonical", "0001-com-ubuntu-server-jammy"),
    ("Canonical", "0001-com-ubuntu-server-focal"),
    ("Debian", "debian-13"),
    ("Debian", "debian-12"),
    ("Debian", "debian-11"),
    ("RedHat", "RHEL"),
    ("SUSE", "sles-15-sp6"),
    ("SUSE", "opensuse-leap-15-6"),
    ("almalinux", "almalinux-x86_64"),
    ("resf", "rockylinux-x86_64"),
    ("MicrosoftWindowsServer", "WindowsServer"),
)
WINDOWS_PUBLISHERS = frozenset({"microsoftwindowsserver", "microsoftwindowsdesktop", "microsoftsqlserver"})
