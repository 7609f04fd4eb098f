#!/usr/bin/env python3
"""Set-up and everyday tasks of Spider, with nothing but the standard library.

Any Python 3.8 or newer may start this file. The tasks run in .venv, made with Python 3.11 or newer.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MINISTACK = VENV / "ministack"
AZURE_CLI = VENV / "azure-cli"
STAMP = VENV / "dev-stamp.txt"

OLDEST = (3, 11)
PROBE = "import sys; print(*sys.version_info[:2], flush=True); import ensurepip, ssl, venv"

PINNED = (
    "requirements.txt",
    "drivers_layer/requirements.txt",
    "requirements-dev.txt",
    "requirements-ministack.txt",
    "drivers_layer/pyproject.toml",
)

# Settings of the user's that send an installation elsewhere, change what our Python loads and asserts, or have each of
# the hundreds of processes that tests start compile all of Spider anew.
UNWANTED = (
    "PIP_CONSTRAINT",
    "PIP_NO_DEPS",
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_REQUIRE_HASHES",
    "PIP_ROOT",
    "PIP_TARGET",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONOPTIMIZE",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
    "__PYVENV_LAUNCHER__",
)


class Interpreter(NamedTuple):
    path: str
    version: tuple[int, int]
    makes_venvs: bool


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    # Beats "user = true" in a pip.conf too, which pip refuses inside a virtual environment.
    return {**kept, "PIP_USER": "0"}


def run(*command: object) -> int:
    """Run a command at the root and return its exit status, 128 + n if signal n ended it."""
    # close_fds: pip keeps the lock of a dev.py that was killed, until it has stopped writing into .venv.
    status = subprocess.call([str(word) for word in command], cwd=ROOT, env=environment(), close_fds=False)
    return status if status >= 0 else 128 - status


def become(*command: object) -> NoReturn:
    """Let a command take this process over: its exit status and its signals are then its own."""
    words = [str(word) for word in command]
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execve(words[0], words, environment())


def need(*command: object) -> None:
    """Run a command and stop with its exit status if it fails."""
    status = run(*command)
    if status != 0:
        print("dev.py: this failed: " + " ".join(map(str, command)), file=sys.stderr)
        sys.exit(status)


# -- the virtual environment


def candidates() -> Iterator[str]:
    """Where a Python may be: this one, those on PATH, those that pyenv built; newest first."""
    yield sys.executable
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python3"):
        yield shutil.which(name) or ""
    pyenv = Path(os.environ.get("PYENV_ROOT") or os.environ.get("HOME", "") + "/.pyenv")
    built = [str(path) for path in pyenv.glob("versions/3.*/bin/python")]
    yield from sorted(built, key=lambda path: [int(n) for n in re.findall(r"\d+", path)], reverse=True)


def probe(path: str) -> Interpreter | None:
    """Ask a Python for its version; pyenv's shims exist for versions that do not run."""
    try:
        answer = subprocess.run(
            [path, "-c", PROBE],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=60,
        )
        major, minor = (int(number) for number in answer.stdout.split())
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return Interpreter(path, (major, minor), answer.returncode == 0)


def find_python() -> Interpreter:
    """The first Python that is new enough and can make virtual environments. Exits saying what is missing."""
    crippled = None
    for path in filter(None, candidates()):
        found = probe(path)
        if found is None or found.version < OLDEST:
            continue
        if found.makes_venvs:
            return found
        crippled = crippled or found
    oldest = "{}.{}".format(*OLDEST)
    if crippled is None:
        sys.exit(f"dev.py: Spider needs Python {oldest} or newer, and none was found on PATH or in pyenv.")
    package = "python{}.{}-venv".format(*crippled.version)
    sys.exit(
        f"dev.py: {crippled.path} cannot make virtual environments: it lacks ensurepip or ssl.\n"
        f"On Debian and Ubuntu install the package {package}: apt-get install {package}"
    )


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """One set-up at a time in this checkout. The system lets go of the lock however the process ends."""
    with Path(__file__).open("rb") as file:
        os.set_inheritable(file.fileno(), True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another dev.py that sets up .venv", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def venv(args: list[str]) -> int:
    """Make or renew .venv, if what is pinned has changed."""
    if args:
        sys.exit("dev.py: venv takes no arguments")
    with lock():
        found = find_python()
        # A virtual environment cannot be moved, and one Python's packages are of no use to another.
        base = "Python {}.{} at {}".format(*found.version, ROOT)
        pinned = hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in PINNED)).hexdigest()
        known = STAMP.read_text().splitlines() if STAMP.exists() and PYTHON.exists() else []
        if known != [base, pinned]:
            install(found, fresh=known[:1] != [base])
            STAMP.write_text(f"{base}\n{pinned}\n")
    return 0


def install(found: Interpreter, fresh: bool) -> None:
    """Install everything pinned. Until the stamp is written again, the next run starts from nothing."""
    print("Setting up .venv with Python {}.{} (a minute the first time)".format(*found.version), flush=True)
    STAMP.unlink(missing_ok=True)
    if fresh:
        need(found.path, "-m", "venv", "--clear", VENV)
    pip = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")
    # Some packages have no wheel, and an old pip warns of how it would build those.
    need(PYTHON, *pip, "--use-pep517", "--no-compile", "-r", "requirements-dev.txt")
    # As pip does, but on all processors; what is no Python of this version is left alone by both.
    run(PYTHON, "-m", "compileall", "-qq", "-j", "0", VENV / "lib")
    need(PYTHON, *pip, "--no-deps", "--no-build-isolation", "-e", "drivers_layer")
    need(PYTHON, "-m", "venv", MINISTACK)
    need(MINISTACK / "bin" / "python", *pip, "-r", "requirements-ministack.txt")
    command = VENV / "bin" / "ministack"
    if not command.is_symlink():
        command.symlink_to(MINISTACK / "bin" / "ministack")


def azure_cli() -> None:
    """Install az into an environment of its own, if what is pinned for it has changed."""
    pins, stamp = ROOT / "requirements-azure-cli.txt", AZURE_CLI / "stamp.txt"
    with lock():
        wanted = STAMP.read_text().splitlines()[0] + "\n" + hashlib.sha256(pins.read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        print("Setting up .venv/azure-cli (half a minute the first time)", flush=True)
        need(PYTHON, "-m", "venv", "--clear", AZURE_CLI)
        # Compiled is what is used, when it is: a fifth of it.
        pip = ("-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")
        need(AZURE_CLI / "bin" / "python", *pip, "--no-deps", "--no-compile", "-r", pins)
        stamp.write_text(wanted)


# -- the tasks


def demo(args: list[str]) -> int:
    """Show Spider at work against emulated clouds, with no account and no internet."""
    venv([])
    become(PYTHON, "-m", "tests.system.demo", *args)


def test(args: list[str]) -> int:
    """Run the tests that need nothing but Python; arguments go to pytest."""
    venv([])
    # Two for each processor, as many tests only wait; a module's tests on one of them, as they share an emulator.
    workers = min(8, 2 * (os.cpu_count() or 1))
    parallel = ("-n", workers, "--dist", "loadscope", "--no-loadscope-reorder")
    become(PYTHON, "-m", "pytest", "--ignore=tests/real", *parallel, *args)


def faults(args: list[str]) -> int:
    """Run 10,000 simulated histories, then kill Spider at each call to each cloud; or just --count histories."""
    venv([])
    if args:
        become(PYTHON, "-m", "tests.simulation", *args)
    failed = run(PYTHON, "-m", "tests.simulation", "--count", "10000")
    os.environ["SPIDER_CRASH"] = "all"
    return run(PYTHON, "-m", "pytest", "tests/faults", "-n", "4", "--dist", "loadfile") or failed


def prepare_real(args: list[str]) -> int:
    """Install what test-real needs, as root on Debian; test-real does so itself."""
    venv(args)
    if os.geteuid() == 0 and Path("/etc/debian_version").exists():
        need("bash", "tests/real/prepare.sh")
    azure_cli()
    return 0


def test_real(args: list[str]) -> int:
    """Run the tests against real engines; as root on Debian it installs what they need."""
    prepare_real([])
    # Engines start and wait more than they compute: one beside the other, each with its tests, of which a file is all.
    files = len(list((ROOT / "tests" / "real").glob("test_*.py")))
    become(PYTHON, "-m", "pytest", "tests/real", "-n", files, "--dist", "loadfile", *args)


def conformance(args: list[str]) -> int:
    """Run what every driver must pass: a cloud, twin or real; more arguments go to pytest."""
    cloud, target, *rest = [*args, "", ""]
    emulated = f"tests/drivers/test_{cloud}_conformance.py"
    # With a real Engine comes all that runs on one.
    real = {"docker": "tests/real/test_docker.py", "openstack": emulated}.get(cloud)
    suite = {"twin": emulated, "real": real}.get(target)
    if not suite or not (ROOT / suite).exists():
        sys.exit(f"dev.py: there is no suite for the cloud '{cloud}' and the target '{target}' (twin or real)")
    venv([])
    os.environ["SPIDER_TARGET"] = target
    become(PYTHON, "-m", "pytest", suite, *filter(None, rest))


def compare(args: list[str]) -> int:
    """Run OpenStack's suite on a real one (OS_CLOUD, OS_CLIENT_CONFIG_FILE) and on the twin; compare the answers."""
    venv([])
    become(PYTHON, "-m", "tests.real.openstack.compare", *args)


def serve(args: list[str]) -> int:
    """Serve the API on this machine; arguments, such as --port, go to the server."""
    venv([])
    become(PYTHON, "-m", "chalicelib.rest.serve", *args)


def package(args: list[str]) -> int:
    """Build what is deployed to AWS, for a stage, into build/package."""
    venv([])
    become(PYTHON, "-m", "deployment.package", *args)


def deploy(args: list[str]) -> int:
    """Deploy a stage to AWS; the first time with --user-name and --password-secret."""
    venv([])
    become(PYTHON, "-m", "deployment.deploy", *args)


def destroy(args: list[str]) -> int:
    """Remove a stage from AWS, with all that it holds."""
    venv([])
    become(PYTHON, "-m", "deployment.deploy", "--destroy", *args)


def check(args: list[str]) -> int:
    """Check style, types, the import rule and the documentation, all of them."""
    venv(args)
    tools = VENV / "bin"
    steps: list[tuple[object, ...]] = [
        (tools / "ruff", "check"),
        (tools / "ruff", "format", "--check"),
        (tools / "mypy",),
        (tools / "lint-imports", "--no-logo"),
        (PYTHON, "-m", "tests.docs_check"),
    ]
    failed = 0
    for step in steps:
        print("+", Path(str(step[0])).name, *step[1:], flush=True)
        failed = run(*step) or failed
    return failed


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "venv": venv,
    "demo": demo,
    "test": test,
    "faults": faults,
    "prepare-real": prepare_real,
    "test-real": test_real,
    "conformance": conformance,
    "compare": compare,
    "serve": serve,
    "package": package,
    "deploy": deploy,
    "destroy": destroy,
    "check": check,
}


def usage() -> str:
    lines = ["usage: python3 dev.py COMMAND [ARGUMENTS]", ""]
    lines += [f"  {name:<12} {command.__doc__}" for name, command in COMMANDS.items()]
    return "\n".join(lines)


def main(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    command = COMMANDS.get(words[0])
    if command is None:
        print(f"dev.py: no command {words[0]!r}\n\n{usage()}", file=sys.stderr)
        return 2
    return command(words[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
