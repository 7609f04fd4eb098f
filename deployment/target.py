"""What Lambda runs: the version of Python, the machine, and where this machine has such a Python."""

from __future__ import annotations

import functools
from typing import Final

import dev

PYTHON: Final = (3, 13)
RUNTIME: Final = "python{}.{}".format(*PYTHON)
ARCHITECTURE: Final = "x86_64"

# Lambda's Python 3.12 and newer stand on Amazon Linux 2023, whose glibc is 2.34.
GLIBC: Final = 34
PLATFORMS: Final = (
    *(f"manylinux_2_{minor}_{ARCHITECTURE}" for minor in range(GLIBC, 16, -1)),
    *(f"manylinux{year}_{ARCHITECTURE}" for year in ("2014", "2010", "1")),
)

# Where Lambda unpacks them. What the function brings is found before what the layer brings.
FUNCTION_FOLDER: Final = "/var/task"
LAYER_FOLDER: Final = "/opt/python"


@functools.cache
def interpreter() -> str | None:
    """A Python of the target's version on this machine. Only its byte code can be loaded there."""
    for path in filter(None, dev.candidates()):
        found = dev.probe(path)
        if found is not None and found.version == PYTHON:
            return found.path
    return None
