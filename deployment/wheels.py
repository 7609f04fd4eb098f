"""Installing pinned packages for the target, whatever this machine is."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import dev

from . import target

_PIP: Final = (sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)$", re.MULTILINE)


class CannotBuild(Exception):
    """Says why in a sentence for the user."""


def pins(requirements: Path) -> dict[str, str]:
    """Version by package, of a file that pins everything."""
    return dict(_PIN.findall(requirements.read_text()))


def install(packages: dict[str, str], into: Path) -> None:
    """Packages alone, as their dependencies are pinned beside them. What has no wheel is built here, with the build
    tools that are installed here, which are pinned. Raises CannotBuild."""
    pinned = [f"{name}=={version}" for name, version in packages.items()]
    wanted = [word for platform in target.PLATFORMS for word in ("--platform", platform)]
    version = "{}.{}".format(*target.PYTHON)
    _pip("--target", into, "--implementation", "cp", "--python-version", version, *wanted, *pinned)
    built = [folder.name for folder in into.glob("*.dist-info") if not fits(folder)]
    if built:
        raise CannotBuild(f"there are no wheels for {target.RUNTIME} on {target.ARCHITECTURE} of: {', '.join(built)}")


def install_ours(project: Path, into: Path) -> None:
    """A project of this repository, from a copy: setuptools leaves things behind where it builds."""
    with tempfile.TemporaryDirectory(prefix="spider-wheel-") as folder:
        left_behind = shutil.ignore_patterns("build", "dist", "*.egg-info", "__pycache__")
        copy = shutil.copytree(project, Path(folder) / project.name, ignore=left_behind)
        _pip("--target", into, copy)


def _pip(*words: object) -> None:
    command = [*_PIP, "--no-deps", "--no-compile", "--no-build-isolation", *map(str, words)]
    done = subprocess.run(command, env=dev.environment(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotBuild(f"pip failed:\n{done.stderr.strip()}")


def fits(dist_info: Path) -> bool:
    """Whether the target takes the wheel. What was built here from C bears this machine's own platform."""
    return any(platform in ("any", *target.PLATFORMS) for platform in _platforms(dist_info / "WHEEL"))


def _platforms(wheel: Path) -> Iterator[str]:
    tags: Iterable[str] = re.findall(r"^Tag: \S+-(\S+)$", wheel.read_text(), re.MULTILINE)
    for tag in tags:
        yield from tag.split(".")
