"""Names of images: `repository:tag` as lists show them, without what stands for Docker Hub."""

from __future__ import annotations

import re

from .errors import EngineError

_WORD = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d+)?/)?"
_REPOSITORY = re.compile(rf"{_HOST}{_WORD}(?:/{_WORD})*")
_TAG = re.compile(r"\w[\w.-]{0,127}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def parsed(name: str, status: int = 400) -> tuple[str, str]:
    """Repository as lists show it, and tag (`latest` without one) or digest. Raises EngineError."""
    repository, at, digest = name.partition("@")
    tag = ""
    if not at and ":" in repository.rpartition("/")[2]:
        repository, _, tag = repository.rpartition(":")
    wrong_digest = at and not DIGEST.fullmatch(digest)
    if not _REPOSITORY.fullmatch(repository) or (tag and not _TAG.fullmatch(tag)) or wrong_digest:
        lower = repository != repository.lower() and _REPOSITORY.fullmatch(repository.lower())
        raise EngineError(status, f"invalid reference format{': repository name must be lowercase' if lower else ''}")
    return familiar(repository), digest or tag or "latest"


def familiar(repository: str) -> str:
    for start in ("index.docker.io/", "docker.io/", "library/"):
        repository = repository.removeprefix(start)
    return repository


def joined(repository: str, tag: str) -> str:
    return f"{repository}{'@' if DIGEST.fullmatch(tag) else ':'}{tag}"


def registry(repository: str) -> str:
    """The host of one that is not Docker Hub's; "" for Docker Hub."""
    first, slash, _ = repository.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else ""
