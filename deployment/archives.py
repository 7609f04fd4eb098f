"""The two archives: the drivers' layer with what drivers and service share, and the function with the rest."""

from __future__ import annotations

import inspect
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import chalice
import chalice.app

from . import bytecode, descriptions, pruning, target, wheels, zips

ROOT: Final = Path(__file__).resolve().parents[1]
LIMIT: Final = 250 * 10**6  # "Lambda quotas": of a function and its layers, unzipped
MIB: Final = 2**20


@dataclass(frozen=True)
class Archive:
    """`tree`: what is in it, as Lambda unpacks it; `size` of that in bytes, `sizes` by component; `digest`: SHA-256."""

    path: Path
    tree: Path
    digest: str
    sizes: Counter[str]

    @property
    def size(self) -> int:
        return self.sizes.total()


def build(folder: Path, source: Path = ROOT, *, compiled: bool = True) -> tuple[Archive, Archive]:
    """Layer and function of a checkout, with byte code if there is an interpreter for it. Raises CannotBuild."""
    interpreter = target.interpreter() if compiled else None
    shared, own = split_pins(source)
    layer, function = folder / "layer", folder / "function"
    for tree in (layer, function):
        shutil.rmtree(tree, ignore_errors=True)
    wheels.install(shared, layer)
    wheels.install_ours(source / "drivers_layer", layer)
    wheels.install(own, function)
    add_service(source, function)
    made = (
        _finish(folder / "layer.zip", layer, "python/", target.LAYER_FOLDER, interpreter),
        _finish(folder / "function.zip", function, "", target.FUNCTION_FOLDER, interpreter),
    )
    whole = sum(archive.size for archive in made)
    if whole > LIMIT:
        raise wheels.CannotBuild(f"{whole} bytes unzipped are more than Lambda takes ({LIMIT})")
    return made


def split_pins(source: Path) -> tuple[dict[str, str], dict[str, str]]:
    """What the layer brings, and what the function needs beside it: nothing is shipped twice. Raises CannotBuild."""
    shared, needed = (wheels.pins(source / name) for name in ("drivers_layer/requirements.txt", "requirements.txt"))
    differing = [name for name in needed if shared.get(name, needed[name]) != needed[name]]
    if differing:
        raise wheels.CannotBuild(f"service and drivers pin different versions of: {', '.join(differing)}")
    return shared, {name: version for name, version in needed.items() if name not in shared}


def add_service(source: Path, tree: Path) -> None:
    """Our own code, and Chalice's runtime."""
    shutil.copy(source / "app.py", tree)
    shutil.copytree(source / "chalicelib", tree / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    add_chalice(tree)


def add_chalice(tree: Path) -> None:
    """Two files, as its own packager takes them."""
    runtime = tree / "chalice"
    runtime.mkdir()
    for module in (chalice, chalice.app):
        shutil.copy(inspect.getfile(module), runtime)


def _finish(archive: Path, tree: Path, prefix: str, home: str, interpreter: str | None) -> Archive:
    pruning.prune(tree)
    descriptions.shorten(tree)
    if interpreter is not None:
        bytecode.compile_tree(tree, interpreter, home)
    return Archive(archive, tree, zips.write(archive, tree, prefix), sizes(tree))


def sizes(tree: Path) -> Counter[str]:
    """Bytes by what stands at the top, a package's metadata apart."""
    found: Counter[str] = Counter()
    for file in tree.rglob("*"):
        if file.is_file():
            top = file.relative_to(tree).parts[0]
            found["metadata" if top.endswith(".dist-info") else top] += file.stat().st_size
    return found


def report(archives: Iterable[Archive]) -> list[str]:
    """Sizes by component in MiB, those of half a MiB and more by name."""
    lines = []
    for archive in archives:
        large = [(name, size) for name, size in archive.sizes.most_common() if size >= MIB / 2]
        rest = archive.size - sum(size for _, size in large)
        zipped = archive.path.stat().st_size
        size = f"{archive.size / MIB:.1f} MiB, {zipped / MIB:.1f} zipped"
        lines.append(f"{archive.path.name}: {size}, SHA-256 {archive.digest}")
        lines += [f"  {size / MIB:6.1f}  {name}" for name, size in [*large, ("all others", rest)]]
    return lines
