"""A container image that one can log in to by SSH, made of this machine's own static busybox and dropbear.

It needs no registry, and the same packages make the same bytes. It has no user but root, and no passwords.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

COMMANDS: Final = ("busybox", "dropbear")
CHANGES: Final = ('CMD ["/usr/sbin/dropbear", "-F", "-E", "-R", "-s"]', "EXPOSE 22")
FOLDERS: Final = {"etc/dropbear": 0o755, "root": 0o700, "run": 0o755, "tmp": 0o1777, "var/log": 0o755, "var/run": 0o755}
FILES: Final = {
    "etc/passwd": (0o644, "root:x:0:0:root:/root:/bin/sh\n"),
    "etc/group": (0o644, "root:x:0:\n"),
    # A "*" bars the password alone; dropbear would take "!" for a locked account.
    "etc/shadow": (0o640, "root:*:19000:0:99999:7:::\n"),
    "etc/shells": (0o644, "/bin/sh\n"),
    "etc/nsswitch.conf": (0o644, "passwd: files\ngroup: files\nshadow: files\n"),
}


def archive() -> bytes:
    """The image's root file system as a tar archive. Raises RuntimeError when a command is not installed."""
    busybox, dropbear = (_installed(name) for name in COMMANDS)
    entries = [_folder(name, mode) for name, mode in FOLDERS.items()]
    entries += [_file(name, text.encode(), mode) for name, (mode, text) in FILES.items()]
    entries += [_file("bin/busybox", busybox.read_bytes(), 0o755), *_applets(busybox)]
    entries += [_file("usr/sbin/dropbear", dropbear.read_bytes(), 0o755), *_libraries(busybox, dropbear)]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for entry, content in entries:
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


Entry = tuple[tarfile.TarInfo, bytes]


def _installed(command: str) -> Path:
    found = shutil.which(command)
    if found is None:
        raise RuntimeError(f"{command} is not installed")
    return Path(found)


def _applets(busybox: Path) -> Iterator[Entry]:
    listed = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split()
    for name in sorted({*listed, "sh"} - {"busybox"}):
        link = tarfile.TarInfo(f"bin/{name}")
        link.type, link.linkname = tarfile.SYMTYPE, "busybox"
        yield link, b""


def _libraries(*programs: Path) -> Iterator[Entry]:
    """The shared libraries of the programs and their loader, where it will look for them; a static one has none."""
    told = [subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout for path in programs]
    for name in sorted(set(re.findall(r"(/\S+\.so\S*)", "".join(told)))):
        yield _file(str(PurePosixPath(name).relative_to("/")), Path(name).read_bytes(), 0o755)


def _file(name: str, content: bytes, mode: int) -> Entry:
    file = tarfile.TarInfo(name)
    file.size, file.mode = len(content), mode
    return file, content


def _folder(name: str, mode: int) -> Entry:
    folder = tarfile.TarInfo(name)
    folder.type, folder.mode = tarfile.DIRTYPE, mode
    return folder, b""
