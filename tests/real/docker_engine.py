"""A Docker Engine over mutual TLS, and, as a program, the tests against it.

One of its own runs in namespaces (inside.py): as root it gets its own mounts there, all its data is in memory, and
neither its networks nor its containers outlive it. An Engine that is there already has mutual TLS put before it, and
only what the tests made is removed from it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import docker

from cloud_twin import tls
from cloud_twin.faults import Forwarding
from cloud_twin.serve import serving
from tests.real import docker_image, inside
from tests.servers import free_port, process
from tests.system.engine import Engine

IMAGE: Final = "spider/ssh:1"
TESTS: Final = "tests/real/docker"
FOLDER: Final = Path("/run/engine")
CGROUPS: Final = Path("/sys/fs/cgroup")
CGROUPS_GONE_SECONDS: Final = 10.0


def missing(found: Engine | None) -> list[str]:
    """What prepare.sh would have to install, for the Engine found or else for one of its own."""
    own_engine = () if found else (*inside.COMMANDS, "dockerd", "iptables")
    return [name for name in (*own_engine, *docker_image.COMMANDS) if shutil.which(name) is None]


def run_own(report: Path) -> subprocess.CompletedProcess[str]:
    """The tests against an Engine of its own. Needs root."""
    group = f"spider-engine-{os.getpid()}"
    try:
        return inside.run("tests.real.docker_engine", group, report)
    finally:
        remove_cgroups(group)


def run_found(engine: Engine, report: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """The tests against an Engine of the machine. `folder` is for the certificates."""
    with secured(engine, folder) as found, image(found):
        return inside.shown(pytest(found, report))


@contextlib.contextmanager
def secured(engine: Engine, folder: Path) -> Iterator[Engine]:
    """The same Engine over mutual TLS, which it may speak already."""
    if engine.certificates:
        yield engine
        return
    with serving(Forwarding(engine.host.replace("tcp:", "http:")), tls=tls.mutual(folder)) as url:
        yield Engine(url, folder)


@contextlib.contextmanager
def own(group: str) -> Iterator[Engine]:
    """An Engine in this process's namespaces, all of its data in memory. `group`: the cgroup of its containers."""
    for path in ("/run", "/etc/docker"):
        Path(path).mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
    FOLDER.mkdir()
    configuration = FOLDER / "daemon.json"
    configuration.write_text("{}")
    port = free_port()
    command = ["dockerd", "--config-file", str(configuration), "--data-root", str(FOLDER / "data")]
    command += ["--exec-root", str(FOLDER / "exec"), "--pidfile", str(FOLDER / "pid"), "--cgroup-parent", group]
    command += ["--exec-opt", "native.cgroupdriver=cgroupfs", "--ip-masq=false", "--ip-forward=false"]
    command += ["--host", f"unix://{FOLDER}/socket", "--host", f"tcp://127.0.0.1:{port}", "--tlsverify"]
    command += certificates(FOLDER)
    # To plain HTTP on its TLS port the Engine answers 400.
    with process(command, f"http://127.0.0.1:{port}", {}):
        yield Engine(f"https://127.0.0.1:{port}", FOLDER)


def certificates(folder: Path) -> list[str]:
    """Writes those of server and client; answers the server's options."""
    authority = tls.Authority("Docker")
    server, client = authority.server(), authority.client()
    texts = (authority.certificate, client.certificate, client.key, server.certificate, server.key)
    paths = [folder / name for name in (*tls.FILES, "server-cert.pem", "server-key.pem")]
    for path, text in zip(paths, texts, strict=True):
        path.touch(mode=0o600)
        path.write_text(text)
    ca, _, _, certificate, key = paths
    return ["--tlscacert", str(ca), "--tlscert", str(certificate), "--tlskey", str(key)]


@contextlib.contextmanager
def image(engine: Engine) -> Iterator[None]:
    """The Engine with IMAGE, which is removed again unless it was there before."""
    client = engine.client()
    if client.images(IMAGE):
        yield
        return
    repository, _, tag = IMAGE.partition(":")
    changes = list(docker_image.CHANGES)
    client.import_image_from_data(docker_image.archive(), repository=repository, tag=tag, changes=changes)
    try:
        yield
    finally:
        with contextlib.suppress(docker.errors.NotFound):
            client.remove_image(IMAGE, force=True)


def pytest(engine: Engine, report: Path) -> list[str]:
    """The command that runs the tests against an Engine over mutual TLS."""
    told = {
        "SPIDER_TEST_DOCKER_HOST": engine.host,
        "SPIDER_TEST_DOCKER_CERTS": str(engine.certificates),
        "SPIDER_TEST_DOCKER_IMAGE": IMAGE,
    }
    command = [sys.executable, "-m", "pytest", TESTS, f"--junit-xml={report}", "-p", "no:cacheprovider"]
    return ["env", *(f"{name}={value}" for name, value in told.items()), *command]


def remove_cgroups(group: str) -> None:
    """The kernel keeps the groups of a namespace that has ended; what is frozen in one can only die once it thaws."""
    end = time.monotonic() + CGROUPS_GONE_SECONDS
    while found := [path for top in CGROUPS.rglob(group) for path in (top, *top.rglob("*")) if path.is_dir()]:
        for path in reversed(found):
            with contextlib.suppress(OSError):
                (path / "freezer.state").write_text("THAWED")
            with contextlib.suppress(OSError):
                path.rmdir()
        if time.monotonic() > end:
            raise RuntimeError(f"processes are left in {found[0]}")
        time.sleep(0.1)


def main(group: str, report: str) -> int:
    """Run the tests; the exit status is pytest's."""
    with own(group) as engine, image(engine):
        return subprocess.run(pytest(engine, Path(report)), cwd=inside.ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
