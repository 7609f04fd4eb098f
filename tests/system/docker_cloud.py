"""A user's Docker Engine as a cloud for the life cycle. All that is made there bears the run's name, and is removed."""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import socket
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import docker

from . import idle_image
from .clouds import Cloud, docker_at
from .engine import Engine, NoEngine

ROUTES: Final = Path("/proc/net/route")


@contextlib.contextmanager
def docker_cloud(engine: Engine) -> Iterator[Cloud]:
    """The Engine with an image that only waits. Raises NoEngine on a machine that the image is not made for."""
    client = engine.client()
    architecture = client.version()["Arch"]
    if architecture not in idle_image.MACHINES:
        raise NoEngine(f"The Docker Engine at {engine.host} runs on {architecture}, for which the demo has no image")
    run = f"spider-demo-{secrets.token_hex(3)}"
    try:
        client.import_image_from_data(
            idle_image.archive(architecture), repository=run, tag="1", changes=list(idle_image.CHANGES)
        )
        cidr = free_cidr([*networks_of(client), *routes()])
        yield docker_at(engine.credential(), f"{run}:1", cidr, f"{run}-")
    finally:
        remove(client, run)


def remove(client: Any, run: str) -> None:
    """Whatever is named after the run: containers, networks, the image. Nothing when all went well but the image."""
    gone = contextlib.suppress(docker.errors.NotFound)
    for container in client.containers(all=True, filters={"name": f"^/?{run}-"}):
        with gone:
            client.remove_container(container["Id"], force=True, v=True)
    for network in client.networks(filters={"name": f"^{run}-"}):
        with gone:
            client.remove_network(network["Id"])
    with gone:
        client.remove_image(f"{run}:1", force=True)


def free_cidr(taken: Iterable[str]) -> str:
    """A /16 of the private addresses that overlaps none of `taken`, all in CIDR notation. Raises NoEngine."""
    networks = [ipaddress.ip_network(cidr, strict=False) for cidr in taken]
    for number in range(200, 256):
        candidate = ipaddress.ip_network(f"10.{number}.0.0/16")
        if not any(candidate.overlaps(network) for network in networks if network.version == 4):
            return str(candidate)
    raise NoEngine("The Docker Engine has no free network between 10.200.0.0 and 10.255.255.255")


def networks_of(client: Any) -> Iterator[str]:
    """The address ranges of all of the Engine's networks."""
    for network in client.networks():
        for pool in (network.get("IPAM") or {}).get("Config") or ():
            if pool.get("Subnet"):
                yield pool["Subnet"]


def routes(table: Path = ROUTES) -> Iterator[str]:
    """What this machine reaches by routes of its own, the default route aside; nothing where the kernel is no Linux."""
    if not table.exists():
        return
    for line in table.read_text().splitlines()[1:]:
        words = line.split()
        destination, mask = (socket.inet_ntoa(struct.pack("=L", int(words[at], 16))) for at in (1, 7))
        if mask != "0.0.0.0":
            yield f"{destination}/{mask}"
