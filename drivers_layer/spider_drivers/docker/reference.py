"""Names of images, as the Engine's lists have them: `repository:tag`, without what stands for Docker Hub."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_ARCHIVES = re.compile(r"(\.(tar|tgz|txz|gz|bz2|xz|zst))+$")


def normal(name: str) -> str:
    """`nginx`, `docker.io/library/nginx` -> `nginx:latest`; `repository@sha256:…` and `sha256:…` stay. Of a URL what
    its import is called."""
    if is_url(name):
        return imported(name)
    for start in ("index.docker.io/", "docker.io/", "library/"):
        name = name.removeprefix(start)
    if "@" in name or name.startswith("sha256:") or ":" in name.rpartition("/")[2]:
        return name
    return f"{name}:latest"


def is_url(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def imported(url: str) -> str:
    """The last word of a URL's path without an archive's suffixes: `http://host/Root FS.tar.gz` -> `root-fs:latest`."""
    word = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].lower()
    return re.sub(r"[^a-z0-9]+", "-", _ARCHIVES.sub("", word)).strip("-") + ":latest"


def split(name: str) -> tuple[str, str]:
    """Repository, and tag or digest, of a normal name."""
    if "@" in name:
        repository, _, digest = name.partition("@")
        return repository, digest
    repository, _, tag = name.rpartition(":")
    return repository, tag
