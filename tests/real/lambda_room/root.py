"""A root file system as a Lambda function finds it: Python, AWS's runtime client and the two archives, nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from deployment import target

RUNTIME_CLIENT: Final = "awslambdaric==4.2.2"
# Where Lambda has them.
PYTHON, CLIENT = Path("var/lang"), Path("var/runtime")
TASK, LAYER = Path("var/task"), Path("opt")
# What wheels may expect of any system (PEP 599 and 600), without a desktop's: glibc, and the compiler's libraries.
SYSTEM: Final = (
    *(f"lib{name}.so.6" for name in ("stdc++", "c", "m")),
    *(f"lib{name}.so.1" for name in ("gcc_s", "rt", "util", "nsl")),
    *(f"lib{name}.so.2" for name in ("dl", "resolv", "nss_files", "nss_dns")),
    "libpthread.so.0",
)
FILES: Final = {
    "etc/passwd": "sbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n",
    "etc/group": "sbx_user1051:x:990:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
}
USER: Final = (993, 990)


def make(root: Path, function: Path, layer: Path) -> None:
    """`function`, `layer`: trees as Lambda unpacks them. Raises LookupError without an interpreter of that version."""
    interpreter = target.interpreter()
    if interpreter is None:
        raise LookupError(f"this machine has no {target.RUNTIME}")
    for folder in (PYTHON / "bin", CLIENT, "dev", "proc", "tmp", "etc"):
        (root / folder).mkdir(parents=True)
    for name, text in FILES.items():
        (root / name).write_text(text)
    for name in ("null", "zero", "random", "urandom"):
        (root / "dev" / name).touch()
    shutil.copytree(function, root / TASK)
    shutil.copytree(layer, root / LAYER)
    _copy_python(Path(interpreter), root)
    words = ["-m", "pip", "install", "-q", "--no-cache-dir", "--disable-pip-version-check", "--root-user-action=ignore"]
    subprocess.run([interpreter, *words, "--target", str(root / CLIENT), RUNTIME_CLIENT], check=True)
    _copy_libraries(root)


def _copy_python(interpreter: Path, root: Path) -> None:
    """Without what was installed into it."""
    command = [str(interpreter), "-c", "import sys, sysconfig; print(sys.base_prefix, sysconfig.get_path('stdlib'))"]
    prefix, library = map(Path, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    name = "python{}.{}".format(*target.PYTHON)
    shutil.copy(prefix / "bin" / name, root / PYTHON / "bin" / name)
    unwanted = shutil.ignore_patterns("site-packages", "test", "tests", "ensurepip", "idlelib", "config-*")
    shutil.copytree(library, root / PYTHON / "lib" / library.name, ignore=unwanted)
    (root / PYTHON / "lib" / library.name / "site-packages").mkdir()
    for shared in prefix.glob("lib/libpython*.so*"):
        shutil.copy(shared, root / PYTHON / "lib" / shared.name)


def _copy_libraries(root: Path) -> None:
    """Of the system, what Python itself is linked with, and SYSTEM: an archive must bring all else."""
    linked = [root / PYTHON / "bin" / "python{}.{}".format(*target.PYTHON), *(root / PYTHON).rglob("*.so*")]
    found = {path for binary in linked for path in _linked(binary)}
    folders = [Path(top, str(sysconfig.get_config_var("MULTIARCH"))) for top in ("/lib", "/usr/lib")]
    found |= {folder / name for folder in folders for name in SYSTEM if (folder / name).exists()}
    for path in found:
        if path.is_relative_to(root) or "/var/lang/" in str(path) or "libpython" in path.name:
            continue
        place = root / str(path).removeprefix("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)


def _linked(binary: Path) -> Iterator[Path]:
    told = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=False).stdout
    return (Path(path) for path in _absolute(told.splitlines()))


def _absolute(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if found := re.search(r"(/\S+) \(0x", line):
            yield found[1]
