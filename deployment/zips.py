"""Archives that are equal, byte by byte, where their contents are."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Final

# The oldest that the format can say; Lambda reads nothing from it.
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_FILE: Final = 0o100644 << 16
_PROGRAM: Final = 0o100755 << 16


def write(archive: Path, tree: Path, prefix: str = "") -> str:
    """Everything in a folder, names below `prefix`, sorted. Answers the SHA-256 in hexadecimal."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    files = sorted((f"{prefix}{file.relative_to(tree).as_posix()}", file) for file in tree.rglob("*") if file.is_file())
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name, file in files:
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = _UNIX
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Not the file's own, which the umask of who builds has made.
            entry.external_attr = _PROGRAM if file.suffix == ".so" else _FILE
            out.writestr(entry, file.read_bytes(), compresslevel=9)
    return digest(archive)


def digest(archive: Path) -> str:
    """SHA-256 in hexadecimal."""
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
