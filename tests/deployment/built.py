"""The archives, built for real from the checkout as it is."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployment import archives, target

Built = tuple[archives.Archive, archives.Archive]


def copied(folder: Path) -> Path:
    """What is built from, as it is now."""
    for name in ("app.py", "requirements.txt"):
        shutil.copy(archives.ROOT / name, folder)
    for name in ("chalicelib", "drivers_layer"):
        shutil.copytree(archives.ROOT / name, folder / name)
    return folder


@contextlib.contextmanager
def built(folder: Path, source: Path) -> Iterator[Built]:
    """For the Python that runs the tests where there is none of Lambda's version, with other wheels and byte code."""
    with pytest.MonkeyPatch.context() as patch:
        if target.interpreter() is None:
            patch.setattr(target, "PYTHON", sys.version_info[:2])
            patch.setattr(target, "interpreter", lambda: sys.executable)
        yield archives.build(folder, source)
