"""Cloud-Twin's EC2 in a process of its own, as far away as round_trips.csv says, under the names of EC2's own hosts.

    python -m benchmarks.far_cloud FOLDER

serves until its input ends. It says its port in a line, and writes the certificate authority to trust into the folder.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import certifi

ROUND_TRIPS = Path(__file__).with_name("round_trips.csv")
HANDSHAKES = 2  # TCP's and TLS 1.3's, a round trip each
IMAGES = 5  # in each region: moto looks at all that it has, a third of a second for its 1300


def round_trips() -> dict[str, float]:
    """Seconds by region."""
    with ROUND_TRIPS.open(newline="") as file:
        return {row["region"]: float(row["milliseconds"]) / 1000 for row in csv.DictReader(file)}


def host(region: str) -> str:
    """EC2's in a region; the European Sovereign Cloud has a domain of its own."""
    return f"ec2.{region}.amazonaws.{'eu' if region.startswith('eusc-') else 'com'}"


@dataclass(frozen=True)
class FarCloud:
    """`own`: its certificate authority, PEM; `ca`: the file of all that are to be trusted, the public ones too, as in
    real life everybody reads those."""

    own: str
    ca: Path


@contextmanager
def far_cloud() -> Iterator[FarCloud]:
    """Until the end names of EC2's hosts lead there, in this process."""
    with tempfile.TemporaryDirectory() as home:
        images, authority, ca = (Path(home) / name for name in ("images.json", "twin.pem", "ca.pem"))
        images.write_text(json.dumps(_few_images()))
        settings = {"MOTO_AMIS_PATH": str(images), "MOTO_ALLOW_NONEXISTENT_REGION": "true"}
        command = [sys.executable, "-m", "benchmarks.far_cloud", str(authority)]
        with subprocess.Popen(
            command, env={**os.environ, **settings}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            assert process.stdin
            port = int(process.stdout.readline())
            own = authority.read_text()
            ca.write_text(Path(certifi.where()).read_text() + own)
            with _names_lead_to(port):
                yield FarCloud(own, ca)
            process.stdin.close()


def _few_images() -> list[Any]:
    import moto.ec2

    resources = Path(str(moto.ec2.__file__)).with_name("resources")
    with gzip.open(resources / "amis.json.gz") as file:
        images: list[Any] = json.load(file)
    return images[:IMAGES]


@contextmanager
def _names_lead_to(port: int) -> Iterator[None]:
    """A name server of our own: no client has to be told that these are not EC2's hosts."""
    resolve, hosts = socket.getaddrinfo, {host(region) for region in round_trips()}

    def ours(name: Any, service: Any, *more: Any, **named: Any) -> Any:
        there = ("127.0.0.1", port) if name in hosts else (name, service)
        return resolve(*there, *more, **named)

    with mock.patch.object(socket, "getaddrinfo", ours):
        yield


def serve(authority_file: Path) -> None:
    from cloud_twin import tls
    from cloud_twin.faults import Rule
    from cloud_twin.serve import serving
    from cloud_twin.twin import Twin

    trips = round_trips()
    authority = tls.Authority()
    authority_file.write_text(authority.certificate)
    twin = Twin("aws")
    twin.rules.add(Rule(latencies=trips, handshakes=HANDSHAKES))
    with serving(twin, tls=tls.server_context(authority.server(*map(host, trips)))) as url:
        print(url.rpartition(":")[2], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
