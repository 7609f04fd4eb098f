"""Roots to start functions in: Spider's archives, with byte code or without; a bare application as pip installs it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deployment import archives, bytecode, target, wheels
from tests.real.lambda_room import root

HERE: Final = Path(__file__).parent
# With what they need, in the versions that Spider has.
BARE: Final = (
    "annotated-types",
    "boto3",
    "botocore",
    "jmespath",
    "pydantic",
    "pydantic-core",
    "pynamodb",
    "python-dateutil",
    "s3transfer",
    "six",
    "typing-extensions",
    "typing-inspection",
    "urllib3",
)


def spider(folder: Path, *, compiled: bool = True) -> tuple[Path, Sequence[archives.Archive]]:
    """A root, and the archives that are unpacked in it."""
    built = archives.build(folder / "package", compiled=compiled)
    layer, function = (archive.tree for archive in built)
    opt = folder / "opt"
    opt.mkdir()
    layer.rename(opt / "python")
    return _made(folder, function, opt), built


def bare(folder: Path) -> Path:
    """Both applications beside their packages, all of it with byte code."""
    task, opt = folder / "task", folder / "opt"
    opt.mkdir(parents=True)
    pinned = {**wheels.pins(archives.ROOT / "drivers_layer" / "requirements.txt")}
    pinned |= wheels.pins(archives.ROOT / "requirements.txt")
    wheels.install({name: pinned[name] for name in BARE}, task)
    archives.add_chalice(task)
    for application in HERE.glob("*_app.py"):
        shutil.copy(application, task)
    interpreter = target.interpreter()
    assert interpreter, f"there is no {target.RUNTIME} here"
    bytecode.compile_tree(task, interpreter, target.FUNCTION_FOLDER)
    return _made(folder, task, opt)


def _made(folder: Path, task: Path, opt: Path) -> Path:
    room = folder / "root"
    room.mkdir()
    root.make(room, task, opt)
    room.chmod(0o755)  # for the function's user
    return room
