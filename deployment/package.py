"""Builds what is deployed: python -m deployment.package STAGE"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import archives, target, template
from .chalice_part import package
from .wheels import CannotBuild

FOLDER: Final = archives.ROOT / "build" / "package"


@dataclass(frozen=True)
class Package:
    layer: archives.Archive
    function: archives.Archive
    template: Path


def main(words: list[str]) -> int:
    if len(words) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        build(words[0])
    except CannotBuild as why:
        print(f"package: {why}", file=sys.stderr)
        return 1
    return 0


def build(stage: str, folder: Path = FOLDER) -> Package:
    """Archives and template, in `folder`. Says what is in them. Raises CannotBuild."""
    packaged = package(archives.ROOT, stage)
    layer, function = build_archives(folder)
    print("\n".join(archives.report((layer, function))))
    whole = (layer.size + function.size) / archives.MIB
    print(f"together {whole:.1f} MiB unzipped, of {archives.LIMIT / archives.MIB:.1f} that Lambda takes")
    path = folder / stage / "template.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(template.build(packaged, key_of(layer), key_of(function)), separators=(",", ":")))
    print(f"{path.relative_to(folder)}: the template, {path.stat().st_size} bytes of {template.LARGEST}")
    return Package(layer, function, path)


def key_of(archive: archives.Archive) -> str:
    """Where it lies in the bucket: by its content, so that what is there already is not sent again."""
    return f"spider/{archive.digest}.zip"


def build_archives(folder: Path) -> tuple[archives.Archive, archives.Archive]:
    name = "Python {}.{}".format(*target.PYTHON)
    if (found := target.interpreter()) is None:
        print(f"There is no {name} on this machine: the archives hold no byte code, and each cold start compiles anew.")
    else:
        print(f"Byte code is compiled by {name} at {found}.")
    print("Resolving, pruning and zipping (a minute) ...", flush=True)
    return archives.build(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
