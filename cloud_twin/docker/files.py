"""File systems of images and containers: paths without a slash in front, each with what a tar archive says of it."""

from __future__ import annotations

import base64
import io
import json
import posixpath
import stat
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from . import times

_MOST_LINKS = 40
# Go's os.FileMode, which is not Unix's: "type FileMode" of its package io/fs.
_GO_DIRECTORY, _GO_LINK, _GO_STICKY = 1 << 31, 1 << 27, 1 << 20


@dataclass(frozen=True)
class File:
    """`kind`: as in tarfile. `link`: where a symbolic link leads. `time`: seconds since 1970."""

    kind: bytes = tarfile.REGTYPE
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    time: float = 0.0
    link: str = ""
    content: bytes = field(default=b"", repr=False)

    def __deepcopy__(self, _: Any) -> File:
        return self  # it cannot change

    @property
    def is_folder(self) -> bool:
        return self.kind == tarfile.DIRTYPE

    @property
    def is_link(self) -> bool:
        return self.kind == tarfile.SYMTYPE


Files = Mapping[str, File]
ROOT = File(tarfile.DIRTYPE, 0o755)


def unpack(archive: bytes) -> dict[str, File]:
    """Raises tarfile.TarError, EOFError, OSError."""
    found: dict[str, File] = {}
    if not archive:
        return found
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for entry in tar:
            path = posixpath.normpath(f"/{entry.name}").lstrip("/")
            kind, inner = entry.type, tar.extractfile(entry) if entry.isreg() else None
            content = inner.read() if inner else b""
            if entry.islnk():
                target = found.get(posixpath.normpath(f"/{entry.linkname}").lstrip("/"))
                kind, content = tarfile.REGTYPE, target.content if target else b""
            elif entry.isreg():
                kind = tarfile.REGTYPE
            link = entry.linkname if entry.issym() else ""
            found[path] = File(kind, entry.mode, entry.uid, entry.gid, float(entry.mtime), link, content)
    return found


def laid_over(below: Files, above: Files, folder: str, now: float) -> dict[str, File]:
    """`above` unpacked in a folder of `below`; folders on the way that nobody has made are root's."""
    merged = dict(below)
    for path, file in above.items():
        whole = resolved(merged, posixpath.join(folder, path) if path else folder)
        if not whole:
            continue
        for parent in _parents(whole):
            merged.setdefault(parent, replace(ROOT, time=now))
        merged[whole] = file
    return merged


def at(files: Files, path: str) -> File | None:
    """What is at a path, a link itself if it is one."""
    where = resolved(files, path)
    return files.get(where) or (ROOT if not where or _has_children(files, where) else None)


def behind(files: Files, path: str) -> File | None:
    """What is at a path, links followed to their ends."""
    where = resolved(files, path)
    for _ in range(_MOST_LINKS):
        found = at(files, where)
        if found is None or not found.is_link:
            return found
        where = resolved(files, posixpath.join("/", posixpath.dirname(where), found.link))
    return None


def resolved(files: Files, path: str) -> str:
    """The path without dots and links to folders; its last word stays as it is."""
    words, done, left = posixpath.normpath(f"/{path}").strip("/").split("/"), "", _MOST_LINKS
    while words:
        word, *words = words
        here = posixpath.join(done, word)
        found = files.get(here)
        if words and found and found.is_link and left:
            left -= 1
            target = posixpath.normpath(posixpath.join("/", done, found.link)).strip("/")
            words, done = [*target.split("/"), *words], ""
        else:
            done = here
    return done


def pack(files: Files, path: str) -> bytes:
    """The archive of a path, as `docker cp` gets it: names begin with its last word."""
    where = resolved(files, path)
    name = posixpath.basename(where)
    chosen = {where: at(files, where) or ROOT}
    chosen |= {one: file for one, file in sorted(files.items()) if one.startswith(f"{where}/" if where else "") and one}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for one, file in chosen.items():
            entry = tarfile.TarInfo(f"{name}{one[len(where) :] if where else f'/{one}'}".rstrip("/") or "/")
            entry.type, entry.mode, entry.linkname = file.kind, file.mode, file.link
            entry.uid, entry.gid, entry.mtime, entry.size = file.uid, file.gid, int(file.time), len(file.content)
            tar.addfile(entry, io.BytesIO(file.content))
    return out.getvalue()


def stat_header(files: Files, path: str) -> str:
    """X-Docker-Container-Path-Stat of what is there."""
    found = at(files, path) or ROOT
    mode = found.mode & 0o777
    mode |= (_GO_DIRECTORY if found.is_folder else 0) | (_GO_LINK if found.is_link else 0)
    mode |= _GO_STICKY if found.mode & stat.S_ISVTX else 0
    told = {
        "name": posixpath.basename(resolved(files, path)) or "/",
        "size": 4096 if found.is_folder else len(found.content),
        "mode": mode,
        "mtime": times.shown(datetime.fromtimestamp(found.time, UTC)),
        "linkTarget": found.link,
    }
    return base64.b64encode(json.dumps(told).encode()).decode()


def size(files: Iterable[File]) -> int:
    return sum(len(file.content) for file in files)


def _has_children(files: Files, path: str) -> bool:
    return any(one.startswith(f"{path}/") for one in files)


def _parents(path: str) -> list[str]:
    words = path.split("/")
    return ["/".join(words[:number]) for number in range(1, len(words))]
