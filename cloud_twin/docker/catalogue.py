"""Images that Docker Hub has for the twin, and those of them that are at the Engine from the start.

Names, commands, ports and environments are those of the official images (https://hub.docker.com/_/…), sizes are
rounded; of their files there are the few that somebody may look for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import shapes
from .files import ROOT, File

_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SYSTEM_USERS = (
    ("root", 0, "/root"),
    ("daemon", 1, "/usr/sbin"),
    ("bin", 2, "/bin"),
    ("nobody", 65534, "/nonexistent"),
)


@dataclass(frozen=True)
class Known:
    """`shell`: of root, "" for an image without one. `programs`: what its command may name, and more. `size`: bytes."""

    name: str
    size: int
    shell: str = "/bin/bash"
    programs: tuple[str, ...] = ()
    users: tuple[tuple[str, int, str], ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"sha256:{hashlib.sha256(f'image {self.name}'.encode()).hexdigest()}"

    @property
    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(f'manifest {self.name}'.encode()).hexdigest()}"

    @property
    def layer(self) -> str:
        return f"sha256:{hashlib.sha256(f'layer {self.name}'.encode()).hexdigest()}"

    def full_config(self) -> dict[str, Any]:
        cmd = [self.shell.rpartition("/")[2] if self.shell == "/bin/bash" else self.shell]
        return shapes.filled({"Env": [_PATH], "Cmd": cmd, **self.config}, shapes.CONFIG)

    def files(self) -> dict[str, File]:
        if not self.shell:
            return {program: File(mode=0o755, content=b"\x7fELF") for program in self.programs}
        users = (*_SYSTEM_USERS, *self.users)
        shells = {0: self.shell, **{number: self.shell for _, number, _ in self.users}}
        rows = [
            f"{name}:x:{number}:{number}:{name}:{home}:{shells.get(number, '/usr/sbin/nologin')}\n"
            for name, number, home in users
        ]
        texts = {
            "etc/passwd": ("".join(rows), 0o644),
            "etc/group": ("".join(f"{name}:x:{number}:\n" for name, number, _ in users), 0o644),
            "etc/shadow": ("".join(f"{name}:*:19000:0:99999:7:::\n" for name, _, _ in users), 0o640),
        }
        programs = ("bin/sh", self.shell.lstrip("/"), "bin/sleep", "bin/true", "bin/false", *self.programs)
        folders = ("bin", "etc", "home", "root", "tmp", "usr", "usr/bin", "usr/sbin", "var")
        return {
            **dict.fromkeys(folders, ROOT),
            **{path: File(mode=0o755, content=b"\x7fELF") for path in programs},
            **{path: File(mode=mode, content=text.encode()) for path, (text, mode) in texts.items()},
        }


def _ports(*numbers: int) -> dict[str, Any]:
    return {"ExposedPorts": {f"{number}/tcp": {} for number in numbers}}


_NGINX = {
    **_ports(80),
    "Entrypoint": ["/docker-entrypoint.sh"],
    "Cmd": ["nginx", "-g", "daemon off;"],
    "StopSignal": "SIGQUIT",
    "Labels": {"maintainer": "NGINX Docker Maintainers <docker-maint@nginx.com>"},
}
_REDIS = {**_ports(6379), "Entrypoint": ["docker-entrypoint.sh"], "Cmd": ["redis-server"], "Volumes": {"/data": {}}}
_HTTPD = {**_ports(80), "Cmd": ["httpd-foreground"], "StopSignal": "SIGWINCH"}
_UBUNTU_USER = (("ubuntu", 1000, "/home/ubuntu"),)
_SH = "/bin/sh"

KNOWN: Mapping[str, Known] = {
    known.name: known
    for known in (
        Known("alpine:3.22", 8_310_000, _SH),
        Known("alpine:latest", 8_310_000, _SH),
        Known("busybox:latest", 4_430_000, _SH, ("bin/busybox",), config={"Cmd": ["sh"]}),
        Known("debian:12", 117_000_000),
        Known("debian:latest", 120_000_000),
        Known("hello-world:latest", 10_100, "", ("hello",), config={"Cmd": ["/hello"]}),
        Known("httpd:2.4", 117_000_000, programs=("usr/local/bin/httpd-foreground",), config=_HTTPD),
        Known("nginx:1.28", 152_000_000, programs=("docker-entrypoint.sh",), config=_NGINX),
        Known("nginx:latest", 152_000_000, programs=("docker-entrypoint.sh",), config=_NGINX),
        Known("redis:8", 137_000_000, programs=("usr/local/bin/docker-entrypoint.sh",), config=_REDIS),
        Known("ubuntu:22.04", 77_900_000, config={"Labels": {"org.opencontainers.image.version": "22.04"}}),
        Known(
            "ubuntu:24.04",
            78_100_000,
            users=_UBUNTU_USER,
            config={"Labels": {"org.opencontainers.image.version": "24.04"}},
        ),
    )
}
THERE_FROM_THE_START = ("nginx:latest", "ubuntu:24.04")
