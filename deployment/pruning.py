"""What no driver loads of the packages, and is left out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

FOLDERS: Final = (
    "bin",  # commands
    "**/tests",
    "azure/**/aio",  # the asynchronous halves
    "boto3/examples",
    "spider_drivers/conformance",
    "*-stubs",
)

FILES: Final = (
    "**/*.pyi",
    "**/*.proto",
    "**/*.pyx",
    "**/*.pxd",
    "google/cloud/**/gapic_metadata.json",
    # What a distribution is called and offers stays: keystoneauth and the drivers' registry ask for it when they run.
    # These tell of its installation, RECORD of files that are gone, direct_url.json where it was built.
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "*.dist-info/direct_url.json",
)


def prune(tree: Path) -> None:
    """Removes it from a folder that packages are installed into."""
    for pattern in FOLDERS:
        for folder in list(tree.glob(pattern)):
            shutil.rmtree(folder, ignore_errors=True)  # it may have gone with another
    for pattern in FILES:
        for file in list(tree.glob(pattern)):
            file.unlink()
