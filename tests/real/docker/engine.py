"""The Engine that these tests are told of, over mutual TLS."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from tests.system.clouds import Cloud, docker_at
from tests.system.engine import Engine

VARIABLES: Final = ("SPIDER_TEST_DOCKER_HOST", "SPIDER_TEST_DOCKER_CERTS", "SPIDER_TEST_DOCKER_IMAGE")


def told() -> tuple[Engine, str]:
    """The Engine, and the name of an image at it that one can log in to by SSH."""
    lacking = [name for name in VARIABLES if not os.environ.get(name)]
    if lacking:
        raise RuntimeError(f"no Engine to test with: {', '.join(lacking)} not set. tests/real/test_docker.py sets them")
    host, certificates, image = (os.environ[name] for name in VARIABLES)
    return Engine(host, Path(certificates)), image


def cloud(cidr: str, prefix: str = "") -> Cloud:
    engine, image = told()
    return docker_at(engine.credential(), image, cidr, prefix)


def contents(client: Any) -> set[str]:
    """Ids of all containers, networks, volumes and images at the Engine."""
    found = [thing["Id"] for thing in (*client.containers(all=True), *client.networks(), *client.images(all=True))]
    return {*found, *(volume["Name"] for volume in client.volumes()["Volumes"] or ())}
