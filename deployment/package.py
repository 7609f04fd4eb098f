"""Builds what is deployed: python -m deployment.package STAGE"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from . import archives, target
from .wheels import CannotBuild

FOLDER: Final = archives.ROOT / "build" / "package"


def main(words: list[str]) -> int:
    try:
        made = build(FOLDER)
    except CannotBuild as why:
        print(f"package: {why}", file=sys.stderr)
        return 1
    print("\n".join(archives.report(made)))
    whole = sum(archive.size for archive in made)
    print(f"together {whole / archives.MIB:.1f} MiB unzipped, of {archives.LIMIT / archives.MIB:.1f} that Lambda takes")
    return 0


def build(folder: Path) -> tuple[archives.Archive, archives.Archive]:
    """Both archives, in `folder`. Says what is compiled. Raises CannotBuild."""
    name = "Python {}.{}".format(*target.PYTHON)
    if (found := target.interpreter()) is None:
        print(f"There is no {name} on this machine: the archives hold no byte code, and each cold start compiles anew.")
    else:
        print(f"Byte code is compiled by {name} at {found}.")
    print("Resolving, pruning and zipping (a minute) ...", flush=True)
    return archives.build(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
